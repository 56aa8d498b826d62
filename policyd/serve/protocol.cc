// Grammar:  request := 1*( name "=" value LF ) LF        name, value: no LF, no NUL; name without "="
//
// Only whole requests are looked at; what is left over waits for more bytes.

#include "policyd/serve/protocol.h"

#include <algorithm>

namespace policyd::serve {

void ProtocolReader::Feed(std::string_view bytes) {
  DropAnswered();
  buffer_.append(bytes);
}

void ProtocolReader::DropAnswered() {
  buffer_.erase(0, answered_);
  scanned_ -= answered_;
  line_start_ -= answered_;
  answered_ = 0;
  attributes_.clear();
}

ProtocolReader::Event ProtocolReader::Next() {
  DropAnswered();
  for (;;) {
    const std::size_t end = buffer_.find('\n', scanned_);
    const bool is_whole = end != std::string::npos;
    scanned_ = is_whole ? end + 1 : buffer_.size();
    if ((is_whole ? end : scanned_) - line_start_ > kMaxLine) return Broken{"a line of at most 8 KiB"};
    if (scanned_ > kMaxRequest) return Broken{"a request of at most 64 KiB"};
    if (!is_whole) return NeedsMore{};

    const std::size_t start = line_start_;
    line_start_ = scanned_;
    if (start == end) return Finish();
    if (line_ends_.size() == kMaxAttributes) return Broken{"at most 100 attributes"};
    line_ends_.push_back(end);
  }
}

ProtocolReader::Event ProtocolReader::Finish() {
  if (line_ends_.empty()) return Broken{"attributes before the empty line"};
  answered_ = scanned_;
  std::size_t start = 0;
  for (const std::size_t end : line_ends_) {
    const std::string_view line(buffer_.data() + start, end - start);
    start = end + 1;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return Broken{"name=value"};
    attributes_.push_back({line.substr(0, equals), line.substr(equals + 1)});
  }
  line_ends_.clear();
  return Attributes(attributes_);
}

}  // namespace policyd::serve
