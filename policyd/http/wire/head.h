// The head of a request, its request line and header lines, judged before the library sees it.  Pure.
//
// Strict: a web server before us must not take another place for the end of a request than we do, and what the library
// would refuse is refused here, as it answers in HTML and without our headers.  A body has a Content-Length: a chunked
// one is refused, and so the library has no chunks to find wrong.
//
//     head   = *CRLF method SP target SP "HTTP/1." ( "0" / "1" ) CRLF *( name ":" value CRLF ) CRLF
//     method = token       target = 1*( %x21-FF without DEL )
//     name   = token       value  = *( %x20-FF without DEL / HTAB )
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "policyd/http/exchange.h"

namespace policyd::http {

inline constexpr std::size_t kMostOfHeaders = 8 * 1024;

struct Head {
  bool is_whole = false;                  // else more has to come, unless it is refused
  std::optional<HttpResponse> refusal{};  // as soon as something is wrong
  bool wants_body = true;                 // of the refusal; HEAD does not
};

// `came`: what came so far, the head and perhaps some of the body.
Head JudgeHead(std::string_view came);

}  // namespace policyd::http
