// LOGLINE = text "from " [NAME] "[" ADDRESS "]" text ["from=<" SENDER ">"] ["to=<" RECIPIENT ">"] text   of Postfix
#include "policyd/ctl/unblock_subject.h"

#include <optional>

#include "policyd/ctl/bounce_text.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/foreign_wording.h"
#include "policyd/ctl/input.h"
#include "rules/as_written.h"
#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

using Read = std::variant<Subject, NoSubject>;

constexpr std::string_view kBlanks = " \t\r\n";

Read About(std::vector<rules::Reference> references) {
  std::string shown = references.size() == 1 ? "reference" : "references";
  for (const rules::Reference& reference : references) shown += " " + reference.ToString();
  return Subject{.references = std::move(references), .filter = {}, .shown = std::move(shown)};
}

// What stands in `text` between `before` and `after`.
std::optional<std::string_view> Between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t found = text.find(before);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t begin = found + before.size();
  const std::size_t end = text.find(after, begin);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(begin, end - begin);
}

// "mail.example.com[192.0.2.1]" or "[192.0.2.1]".
std::optional<rules::IpAddress> BracketedAddress(std::string_view text) {
  if (!text.ends_with(']')) return std::nullopt;
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos) return std::nullopt;
  const auto address = rules::ReadAddress(text.substr(open + 1, text.size() - open - 2));
  return address ? std::optional(*address) : std::nullopt;
}

std::optional<Subject> FromLogLine(std::string_view text) {
  const auto peer = Between(text, " from ", "]");
  if (!peer || peer->find_first_of(kBlanks) != std::string_view::npos) return std::nullopt;
  const auto client = BracketedAddress(std::string(*peer) + "]");
  if (!client) return std::nullopt;
  const auto lower = [](std::optional<std::string_view> address) -> std::optional<std::string> {
    return address ? std::optional(rules::ComparableAddress(*address)) : std::nullopt;
  };
  const auto is_of_the_line = [client = *client, sender = lower(Between(text, "from=<", ">")),
                               recipient = lower(Between(text, "to=<", ">"))](const cache::JournalRow& row) {
    return row.client == client && (!sender || rules::LowerAscii(row.sender) == *sender) &&
           (!recipient || rules::LowerAscii(row.recipient) == *recipient);
  };
  return Subject{.references = {}, .filter = is_of_the_line, .shown = "client " + client->ToString()};
}

Read FindIn(std::string_view text, const std::string& where) {
  const std::vector<std::string> readings = ReadingsOf(text);
  auto references = ReferencesIn(readings);
  if (!references.empty()) return About(std::move(references));
  for (const std::string& reading : readings) {
    const std::string_view who = WhoTurnedAway(reading);
    if (!who.empty()) return NoSubject{kNoSuchThing, "not turned away by Sekimori: look at " + std::string(who)};
  }
  if (auto subject = FromLogLine(text)) return *std::move(subject);
  return NoSubject{kNoSuchThing,
                   where +
                       ": no reference of Sekimori in it, as in \"(ref ABCDE-FGHJK)\"; if it was turned away here "
                       "all the same, give the client's address or the sender"};
}

// A name without a dot is a mistyped reference, not a host.
bool IsHostName(std::string_view text) {
  return text.find('.') != std::string_view::npos && rules::NormalizeHostName(text).has_value();
}

bool IsMailAddress(std::string_view text) {
  return text.find('@') != std::string_view::npos && text.find('/') == std::string_view::npos;
}

}  // namespace

Read ReadSubject(Context& context, const std::string& argument) {
  if (argument != "-" && argument.find_first_of(kBlanks) != std::string::npos) return FindIn(argument, "the text");
  if (const auto reference = rules::Reference::Parse(argument)) return About({*reference});
  if (argument == "-" || IsReadableFile(argument)) {
    const auto text = ReadInput(context, argument);
    if (!text) return NoSubject{kBadInput, text.error().message};
    return FindIn(*text, argument == "-" ? "standard input" : argument);
  }
  std::string_view word = argument;
  if (word.starts_with('<') && word.ends_with('>')) word = word.substr(1, word.size() - 2);
  if (IsMailAddress(word)) {
    return Subject{.references = {}, .filter = SenderFilter(word), .shown = "sender " + Shown(word)};
  }
  const auto bracketed = BracketedAddress(word);
  const std::string client = bracketed ? bracketed->ToString() : std::string(word);
  if (rules::IpAddress::Parse(client) || IsHostName(client)) {
    return Subject{.references = {}, .filter = *ParseClientFilter(client), .shown = "client " + client};
  }
  auto found = FindIn(argument, "the text");
  if (std::holds_alternative<Subject>(found)) return found;
  return NoSubject{kBadInput,
                   "expected a reference such as ABCDE-FGHJK (its last character checks the others), a mail address, "
                   "a client's address or name, a readable file, - or a text, got \"" +
                       Shown(argument.substr(0, 200)) + "\""};
}

}  // namespace policyd::ctl
