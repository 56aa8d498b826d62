// The languages in which pages are written, and which of them a reader wants.  Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "policyd/http/exchange.h"

namespace policyd::http {

enum class Language : std::uint8_t { kEnglish, kJapanese };
inline constexpr Language kLanguages[] = {Language::kEnglish, Language::kJapanese};

// "en", "ja": for lang attributes and ?lang=.
std::string_view Code(Language language);

// The one that ?lang= names, else the one of these that Accept-Language likes best (RFC 9110, 12.5.4), else English.
Language LanguageOf(const HttpRequest& request);

}  // namespace policyd::http
