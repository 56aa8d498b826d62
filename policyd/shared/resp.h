// What goes to the engine and what comes from it, in the Redis protocol (RESP2).  Pure: bytes in, replies out; hiredis
// reads, and asks nobody.
//
// The engine is not trusted: replies are bounded in bytes, in elements and in depth.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace policyd::shared {

struct Reply {
  enum class Kind : std::uint8_t { kNothing, kStatus, kError, kNumber, kText, kArray };
  Kind kind = Kind::kNothing;
  std::string text{};  // of a status, an error or a text
  std::int64_t number = 0;
  std::vector<Reply> items{};

  bool operator==(const Reply&) const = default;
  bool is_error() const { return kind == Kind::kError; }
};

// "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"
std::string PrintCommand(std::span<const std::string_view> words);

class ReplyReader {
 public:
  static constexpr std::size_t kMostBytes = 1 << 20;  // of one reply
  static constexpr int kMostItems = 4096;             // of one array

  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void Feed(std::string_view bytes);
  // The next whole reply; nothing where more has to come, and for ever once the bytes are no replies.
  std::optional<Reply> Next();
  bool is_broken() const { return is_broken_; }

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };

  std::unique_ptr<redisReader, Free> reader_;
  Reply root_;                  // that is being read
  std::size_t unfinished_ = 0;  // bytes since the last whole reply
  bool is_broken_ = false;
};

}  // namespace policyd::shared
