// English that slipped into a Japanese text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace support {

// The words of the text that are neither Japanese nor the same in all languages: names, addresses, keys and commands
// have a sign within (mail.example, dns.servers, /why), abbreviations and terms of protocols are in capitals.
std::vector<std::string> EnglishWordsIn(std::string_view text);

}  // namespace support
