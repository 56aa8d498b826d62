// milter-greylist's greylist.db, which is text:
//
// clang-format off
//   LINE = ADDRESS blanks SENDER blanks RECIPIENT blanks SECONDS [ blanks ( "AUTO" / "TARPIT" ) ] [ "#" date ]
// clang-format on
//
// A mail that waits has the time from which it will be accepted, an auto-whitelisted one ("AUTO") the time until which
// it is.
#include <algorithm>

#include "policyd/admin/import/import_rows.h"
#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

std::string_view WithoutBrackets(std::string_view address) {
  const bool has_them = address.size() >= 2 && address.starts_with('<') && address.ends_with('>');
  return has_them ? address.substr(1, address.size() - 2) : address;
}

}  // namespace

rules::Status ReadMilterGreylist(std::string_view text, ImportedRows& rows) {
  std::size_t number = 0;
  for (const std::string_view line : rules::SplitLines(text)) {
    ++number;
    const auto words = rules::SplitWords(line.substr(0, line.find('#')));
    if (words.empty()) continue;
    const auto time = words.size() < 4 ? rules::Result<rules::TimePoint>(rules::Error{}) : ParseUnixTime(words[3]);
    if (!time) {
      return rules::Error{":" + std::to_string(number) + ": expected ADDRESS <SENDER> <RECIPIENT> SECONDS, got \"" +
                          runtime::Shown(line) + "\""};
    }
    const ImportedRows::Mail mail{
        .client = words[0], .sender = WithoutBrackets(words[1]), .recipient = WithoutBrackets(words[2])};
    const std::string_view kind = words.size() > 4 ? words[4] : std::string_view();
    if (kind == "TARPIT") {
      rows.Skip(number, "a tarpit's entry has no counterpart");
    } else if (kind != "AUTO") {
      rows.AddTriplet(number, mail, {.first_seen = *time - rows.settings().delay, .last_seen = *time, .passes = 0});
    } else if (*time < rows.now()) {
      rows.Skip(number, "its auto-whitelist entry ended");
    } else {
      rows.AddTriplet(number, mail,
                      {.first_seen = rows.now() - rows.settings().delay, .last_seen = rows.now(), .passes = 1});
    }
  }
  return rules::Done{};
}

}  // namespace policyd::admin
