// Lines of the log as text: `EVENT KEY=VALUE ...`, what came from outside escaped.
//
// `action=greylist name="a b" helo="\x07"`: printable ASCII; in quotes, with \" and \\ and \xHH, where a value holds a
// blank or anything that needs that.  Values are cut at 256 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace policyd::runtime {

class LogText {
 public:
  // Starts a line.  `front` and `level` stand before and behind the event, as they are.
  LogText& Line(std::string_view front, std::string_view event, std::string_view level);

  // These add a field to the last line.  REQUIRES: there is one.
  // A value from anywhere: quoted and escaped where it needs to be.
  LogText& Field(std::string_view key, std::string_view value) {
    char* const at = PutKey(key, kMostOfValue);
    return End(PutValue(at, value));
  }
  // A number or a name of ours: nothing in it needs quotes.
  LogText& Plain(std::string_view key, std::string_view value) {
    char* const at = PutKey(key, value.size());
    return End(Put(at, value));
  }
  // A number of tenths, hundredths and so on: `unit` of them, a power of ten, are 1.
  LogText& Decimal(std::string_view key, std::int64_t value, std::uint32_t unit) {
    char* const at = PutKey(key, kMostOfNumber);
    return End(PutDecimal(at, value, unit));
  }

  std::string_view text() const { return {bytes_.data(), size_}; }
  std::size_t lines() const { return lines_; }
  bool has_warnings() const { return has_warnings_; }  // a line with a level
  void Clear() {
    size_ = lines_ = 0;
    has_warnings_ = false;
  }

 private:
  static constexpr std::size_t kMostValueBytes = 256;
  static constexpr std::size_t kMostOfValue = 4 * kMostValueBytes + 2;  // "\xHH\xHH..."
  static constexpr std::size_t kMostOfNumber = 32;
  static constexpr std::size_t kSlack = 16;  // " =\n", and a word behind a value

  static char* Put(char* at, std::string_view text) { return at + text.copy(at, text.size()); }
  static char* PutDecimal(char* at, std::int64_t value, std::uint32_t unit);
  static char* PutValue(char* at, std::string_view value);

  // Returns where the value goes: in place of the line's end, and with room for it.
  char* PutKey(std::string_view key, std::size_t value_size) {
    char* const at = Room(key.size() + value_size) - 1;
    *at = ' ';
    char* const end = Put(at + 1, key);
    *end = '=';
    return end + 1;
  }
  LogText& End(char* end) {
    *end = '\n';
    size_ = static_cast<std::size_t>(end + 1 - bytes_.data());
    return *this;
  }
  // Returns the end of the text, with room for that much and some more.
  char* Room(std::size_t size) {
    if (bytes_.size() < size_ + size + kSlack) Grow(size);
    return bytes_.data() + size_;
  }
  void Grow(std::size_t size);

  std::string bytes_;  // as large as was ever needed
  std::size_t size_ = 0;
  std::size_t lines_ = 0;
  bool has_warnings_ = false;
};

}  // namespace policyd::runtime
