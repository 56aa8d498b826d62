// Parses the Postfix policy delegation protocol: blocks of `name=value` lines, each block ended by an empty line.
// Pure.
//
// Source: Postfix SMTPD_POLICY_README.  Partial and split input is kept until the block is whole.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/request.h"

namespace policyd::serve {

inline constexpr std::size_t kMaxLine = 8 * 1024;   // Postfix itself stops at 2,048 a line
inline constexpr std::size_t kMaxAttributes = 100;  // Postfix 3.11 sends 32
inline constexpr std::size_t kMaxRequest = 64 * 1024;

class ProtocolReader {
 public:
  struct NeedsMore {};
  struct Broken {
    std::string_view why;  // static text: what was expected
  };
  using Attributes = std::span<const rules::Attribute>;
  using Event = std::variant<NeedsMore, Attributes, Broken>;

  void Feed(std::string_view bytes);

  // The next whole request; the attributes point into the reader and live until the next Feed() or Next().  After
  // Broken the connection is of no use.
  Event Next();

  // Nothing of a further request has come.
  bool is_empty() const { return request_ == buffer_.size(); }
  std::size_t unread() const { return buffer_.size() - request_; }  // bytes

 private:
  // How far the request that is not whole yet has been read, in bytes from its start.
  struct Progress {
    std::size_t line = 0;     // the start of the line that is being read
    std::size_t scanned = 0;  // up to here there is no further end of a line
    std::size_t attributes = 0;
    bool is_malformed = false;
  };

  Event NextWithMoreRoom();
  Event Finish(const Progress& whole);
  Event Wait(const Progress& part);

  std::string buffer_;
  std::size_t request_ = 0;  // the start of the request that is being read; Next() gave out what is before it
  Progress progress_;
  std::vector<rules::Attribute> attributes_;  // room for those of one request
};

}  // namespace policyd::serve
