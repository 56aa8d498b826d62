// LOGLINE = text "from " [NAME] "[" ADDRESS "]" text ["from=<" SENDER ">"] ["to=<" RECIPIENT ">"] text   of Postfix
#include "policyd/admin/unblock/unblock_subject.h"

#include <algorithm>
#include <optional>

#include "policyd/admin/unblock/pasted_text.h"
#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using By = Selection::By;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kShort = 300;  // a longer text holds names of others

// The part of `text` between `before` and `after`.
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

std::optional<Selection> FromLogLine(std::string_view text) {
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
  return Selection{.by = By::kClient, .filter = is_of_the_line, .named = {}, .shown = "client " + client->ToString()};
}

bool Fits(const cache::JournalRow& row, const std::string& mail_address) {
  return SenderFilter(mail_address)(row) || RecipientFilter(mail_address)(row);
}

// A host, the hosts below a domain, its senders and its recipients.
RowFilter NameFilter(const std::string& name) {
  return [name](const cache::JournalRow& row) {
    return (!row.name.empty() && rules::IsUnder(row.name, name)) || rules::IsUnder(rules::DomainOf(row.sender), name) ||
           rules::IsUnder(rules::DomainOf(row.recipient), name);
  };
}

// Where the text holds one address, one mail (its sender and its recipient), or one name.
std::optional<Selection> FromCopied(const Copied& copied) {
  const auto fits_all = [mail_addresses = copied.mail_addresses](const cache::JournalRow& row) {
    return std::all_of(mail_addresses.begin(), mail_addresses.end(),
                       [&row](const std::string& mail_address) { return Fits(row, mail_address); });
  };
  if (copied.addresses.size() > 1 || copied.mail_addresses.size() > 2) return std::nullopt;
  if (copied.addresses.size() == 1) {
    const auto filter = [client = copied.addresses.front(), fits_all](const cache::JournalRow& row) {
      return row.client == client && fits_all(row);
    };
    return Selection{
        .by = By::kClient, .filter = filter, .named = {}, .shown = "client " + copied.addresses.front().ToString()};
  }
  if (!copied.mail_addresses.empty()) {
    const std::string& first = copied.mail_addresses.front();
    std::string shown = "mail address " + runtime::Shown(first);
    if (copied.mail_addresses.size() == 2) shown += " and " + runtime::Shown(copied.mail_addresses.back());
    return Selection{.by = By::kMailAddress, .filter = fits_all, .named = first, .shown = std::move(shown)};
  }
  if (copied.names.size() != 1) return std::nullopt;
  const std::string& name = copied.names.front();
  return Selection{.by = By::kName, .filter = NameFilter(name), .named = name, .shown = "name " + name};
}

Subject OfReference(const rules::Reference& reference) {
  return {.references = {reference}, .selection = {}, .foreign = {}, .claims = {}, .where = {}};
}

}  // namespace

std::string Subject::shown() const {
  if (references.empty()) return selection ? selection->shown : where;
  constexpr std::size_t kMost = 5;
  std::string shown = references.size() == 1 ? "reference" : "references";
  for (std::size_t i = 0; i < std::min(references.size(), kMost); ++i) shown += " " + references[i].ToString();
  return shown + (references.size() > kMost ? " ..." : "");
}

Subject ReadSubjectText(std::string_view text, std::string where) {
  const std::vector<std::string> readings = ReadingsOf(text);
  Subject subject{.references = ReferencesIn(readings),
                  .selection = FromLogLine(readings.empty() ? text : readings.front()),
                  .foreign = {},
                  .claims = ClaimsIn(readings),
                  .where = std::move(where)};
  for (std::size_t i = 0; i < std::min(readings.size(), kMostReadings); ++i) {
    ForeignRefusal found = ForeignRefusalIn(readings[i]);
    if (!subject.foreign.host) subject.foreign.host = std::move(found.host);
    if (!subject.foreign.here) subject.foreign.here = found.here;
    if (!subject.foreign.of_our_mail) subject.foreign.of_our_mail = found.of_our_mail;
  }
  const bool is_foreign = subject.foreign.here || subject.foreign.host;
  if (subject.selection || is_foreign || text.size() > kShort) return subject;
  subject.selection = FromCopied(ReadCopied(text));
  return subject;
}

Result<Subject> ReadSubject(const std::string& argument) {
  if (const auto reference = ParseReference(argument)) return OfReference(*reference);
  if (argument.find_first_of(kBlanks) != std::string::npos) return ReadSubjectText(argument, "the text");
  // A single word may be a reference with a dot in place of its hyphen, or the name of a host.
  Subject subject = ReadSubjectText(std::string("ref ").append(argument), "the text");
  if (auto selection = FromCopied(ReadCopied(argument))) {
    // A link to the page that tells a sender why holds a host's name beside the reference.
    return Subject{.references = std::move(subject.references),
                   .selection = std::move(selection),
                   .foreign = {},
                   .claims = {},
                   .where = {}};
  }
  if (!subject.references.empty() || subject.selection) return subject;
  return Error{.kind = Error::Kind::kBadInput,
               .message =
                   "expected a reference such as J4FHQ-X9T82 (its last character checks the others), a mail "
                   "address, a client's address or name, a readable file, - or a text, got \"" +
                   runtime::Shown(argument.substr(0, 200)) + "\""};
}

}  // namespace policyd::admin
