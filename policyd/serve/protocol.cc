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
    if (++lines_ > kMaxAttributes) return Broken{"at most 100 attributes"};
  }
}

ProtocolReader::Event ProtocolReader::Finish() {
  if (lines_ == 0) return Broken{"attributes before the empty line"};
  lines_ = 0;
  answered_ = scanned_;
  std::string_view rest(buffer_.data(), answered_ - 1);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return Broken{"name=value"};
    attributes_.push_back({line.substr(0, equals), line.substr(equals + 1)});
  }
  return Attributes(attributes_);
}

}  // namespace policyd::serve
