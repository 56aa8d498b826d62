#include "policyd/http/wire/head.h"

#include <algorithm>
#include <utility>

#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // in a token
constexpr std::size_t kMostDigits = 18;                 // of a length that can be counted

struct Fault {
  unsigned status = 400;
  std::string_view message;
};
using Found = std::optional<Fault>;

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return rules::IsLetter(c) || rules::IsDigit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

// Also of a line that has not come whole: a stranger that speaks another protocol need not be waited for.
Found WrongBytes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] == '\n')) {
      ++i;
    } else if (IsControl(text[i]) && text[i] != '\t') {
      return Fault{400, "expected lines that end with CR LF, and no other control characters"};
    }
  }
  return std::nullopt;
}

// "GET /path HTTP/1.1" in its three parts; nothing where it has not three.
struct RequestLine {
  std::string_view method, target, version;
};
std::optional<RequestLine> Split(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return RequestLine{line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)};
}

Found FaultOf(const std::optional<RequestLine>& line) {
  constexpr Fault kWrong{400, "expected a request line such as: GET /path HTTP/1.1"};
  if (!line || !IsToken(line->method) || line->target.empty() || line->version.find(' ') != std::string_view::npos) {
    return kWrong;
  }
  if (std::any_of(line->target.begin(), line->target.end(), IsControl)) return kWrong;
  if (line->version == "HTTP/1.1" || line->version == "HTTP/1.0") return std::nullopt;
  return line->version.starts_with("HTTP/") ? Fault{505, "expected HTTP/1.1 or HTTP/1.0"} : kWrong;
}

// What the header lines say about the request as a whole.
struct Counted {
  std::size_t hosts = 0, lengths = 0, encodings = 0;
};

Found FaultOfLength(std::string_view value) {
  if (value.empty() || !std::all_of(value.begin(), value.end(), rules::IsDigit)) {
    return Fault{400, "Content-Length: expected a number"};
  }
  if (value.size() > kMostDigits) return Fault{413, "expected a body of at most 64 KiB"};
  return std::nullopt;
}

Found FaultOfHeader(std::string_view line, Counted& counted) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Fault{400, "expected header lines such as \"Name: value\", each on one line"};
  }
  const std::string name = rules::LowerAscii(line.substr(0, colon));
  const std::string_view value = rules::WithoutBlanks(line.substr(colon + 1));
  if (name == "host") ++counted.hosts;
  if (name == "transfer-encoding") ++counted.encodings;
  if (name != "content-length") return std::nullopt;
  ++counted.lengths;
  return FaultOfLength(value);
}

Found FaultOfAll(const Counted& counted, std::string_view version) {
  if (counted.hosts > 1 || (counted.hosts == 0 && version == "HTTP/1.1")) {
    return Fault{400, "expected one Host"};
  }
  if (counted.lengths > 1) return Fault{400, "expected one Content-Length"};
  if (counted.encodings == 0) return std::nullopt;
  if (counted.lengths > 0) return Fault{400, "expected a Content-Length or a Transfer-Encoding, got both"};
  return Fault{411, "expected a body with a Content-Length, not one in a Transfer-Encoding"};
}

// REQUIRES: the lines are whole.
Found FaultOfHeaders(std::string_view lines, std::string_view version) {
  Counted counted;
  while (!lines.empty()) {
    const std::size_t end = lines.find(kLineEnd);
    if (auto fault = FaultOfHeader(lines.substr(0, end), counted)) return fault;
    lines.remove_prefix(end + kLineEnd.size());
  }
  return FaultOfAll(counted, version);
}

Found TooLong(bool has_line) {
  if (!has_line) return Fault{414, "expected an address of at most 8 KiB"};
  return Fault{431, "expected headers of at most 8 KiB"};
}

Head Refused(const std::optional<RequestLine>& line, const Fault& fault) {
  std::string_view path = line ? line->target : std::string_view();
  path = path.substr(0, path.find('?'));
  return {.refusal = ErrorResponse(path, fault.status, fault.message), .wants_body = !line || line->method != "HEAD"};
}

}  // namespace

Head JudgeHead(std::string_view came) {
  const bool is_full = came.size() >= kMostOfHeaders;
  while (came.starts_with(kLineEnd)) came.remove_prefix(kLineEnd.size());
  const std::size_t end = came.find("\r\n\r\n");
  const bool is_whole = end != std::string_view::npos;
  if (is_whole) came = came.substr(0, end + kLineEnd.size());
  const std::size_t line_end = came.find(kLineEnd);
  const bool has_line = line_end != std::string_view::npos;
  const auto line = Split(came.substr(0, line_end));
  if (const auto fault = WrongBytes(came)) return Refused(line, *fault);
  if (has_line) {
    if (const auto fault = FaultOf(line)) return Refused(line, *fault);
  }
  if (!is_whole) return is_full ? Refused(line, *TooLong(has_line)) : Head{};
  const auto fault = FaultOfHeaders(came.substr(line_end + kLineEnd.size()), line->version);
  return fault ? Refused(line, *fault) : Head{.is_whole = true};
}

}  // namespace policyd::http
