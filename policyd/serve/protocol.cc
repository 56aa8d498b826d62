// Grammar:  request := 1*( name "=" value LF ) LF        name, value: no LF, no NUL; name without "="
// Only whole requests are read; an incomplete one waits for more bytes.

#include "policyd/serve/protocol.h"

#include <algorithm>
#include <cstring>

namespace policyd::serve {
namespace {

constexpr std::size_t kUsualAttributes = 32;
constexpr std::size_t kKeptBuffer = std::size_t{32} * 1024;
constexpr ProtocolReader::Broken kLineTooLong{"a line of at most 8 KiB"};

// Null where there is none.
const char* Find(char wanted, const char* from, const char* stop) {
  return static_cast<const char*>(std::memchr(from, wanted, static_cast<std::size_t>(stop - from)));
}

}  // namespace

// Attributes point into the buffer.  Where it moves, the request that is not whole yet is read anew: after a request
// was given out, and when the buffer grows to twice its size.  So no byte is read often, however the input drips.
void ProtocolReader::Feed(std::string_view bytes) {
  if (is_empty()) {
    // After a large request the buffer shrinks again.
    if (buffer_.capacity() > kKeptBuffer) buffer_ = std::string();
    buffer_ = bytes;
  } else {
    if (request_ > 0 || bytes.size() > buffer_.capacity() - buffer_.size()) progress_ = {};
    buffer_.erase(0, request_);
    buffer_.append(bytes);
  }
  request_ = 0;
}

ProtocolReader::Event ProtocolReader::Next() {
  if (is_empty()) return NeedsMore{};
  const char* const request = buffer_.data() + request_;
  const char* const stop = request + std::min(buffer_.size() - request_, kMaxRequest);
  rules::Attribute* next = attributes_.data() + progress_.attributes;
  const rules::Attribute* const room = attributes_.data() + attributes_.size();
  bool is_malformed = progress_.is_malformed;

  const char* line = request + progress_.line;
  const char* end = Find('\n', request + progress_.scanned, stop);
  for (; end && end != line; end = Find('\n', line, stop)) {
    if (end - line > std::ptrdiff_t{kMaxLine}) return kLineTooLong;
    if (next == room) return NextWithMoreRoom();
    const char* const equals = Find('=', line, end);
    if (equals && equals != line) {
      *next = {{line, equals}, {equals + 1, end}};
    } else {
      is_malformed = true;
    }
    ++next;
    line = end + 1;
  }
  const Progress progress{static_cast<std::size_t>(line - request), static_cast<std::size_t>(stop - request),
                          static_cast<std::size_t>(next - attributes_.data()), is_malformed};
  return end ? Finish(progress) : Wait(progress);
}

ProtocolReader::Event ProtocolReader::NextWithMoreRoom() {
  if (attributes_.size() == kMaxAttributes) return Broken{"at most 100 attributes"};
  attributes_.resize(attributes_.empty() ? kUsualAttributes : kMaxAttributes);
  return Next();
}

ProtocolReader::Event ProtocolReader::Finish(const Progress& whole) {
  if (whole.attributes == 0) return Broken{"attributes before the empty line"};
  if (whole.is_malformed) return Broken{"name=value"};
  request_ += whole.line + 1;
  progress_ = {};
  return Attributes(attributes_).first(whole.attributes);
}

ProtocolReader::Event ProtocolReader::Wait(const Progress& part) {
  const std::string_view rest = std::string_view(buffer_).substr(request_);
  const std::size_t end = std::min(rest.find('\n', part.scanned), rest.size());
  if (end - part.line > kMaxLine) return kLineTooLong;
  if (rest.size() > kMaxRequest) return Broken{"a request of at most 64 KiB"};
  progress_ = part;
  return NeedsMore{};
}

}  // namespace policyd::serve
