// DSN field = "Final-Recipient:" type ";" address   and the like                 RFC 3464
// LOG       = "from=<" address ">" / "to=<" address ">"                           Postfix
// REFUSAL   = "<" address ">:" text                                               of a recipient
#include "policyd/admin/unblock/bounce_claims.h"

#include <algorithm>
#include <optional>

#include "policyd/admin/stores/facts.h"
#include "policyd/admin/unblock/pasted_text.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

template <class T>
bool Holds(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Header lines that name many others: hops, lists, recipients of copies.
bool IsBesideThePoint(const std::string& header) {
  constexpr std::string_view kHeaders[] = {"received",     "authentication-results",
                                           "received-spf", "dkim-signature",
                                           "message-id",   "references",
                                           "to",           "in-reply-to",
                                           "reply-to",     "cc",
                                           "bcc",          "sender",
                                           "date",         "mime-version",
                                           "user-agent",   "delivered-to",
                                           "envelope-to",  "reporting-mta",
                                           "errors-to",    "received-from-mta",
                                           "remote-mta",   "auto-submitted",
                                           "arrival-date", "generating server"};
  constexpr std::string_view kFamilies[] = {"x-", "arc-", "list-", "resent-", "content-", "thread-"};
  return std::find(std::begin(kHeaders), std::end(kHeaders), header) != std::end(kHeaders) ||
         std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&header](std::string_view family) { return header.starts_with(family); });
}

// "final-recipient"; empty where the line begins with no header.
std::string HeaderOf(std::string_view line) {
  constexpr std::size_t kLongest = 40;
  const std::size_t colon = line.substr(0, kLongest).find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string name = rules::LowerAscii(line.substr(0, colon));
  const bool is_name = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return is_name ? name : std::string();
}

// Mailboxes of programs and of functions: they name no sender or recipient of a mail.
bool IsRole(const std::string& mail_address) {
  constexpr std::string_view kRoles[] = {"postmaster@", "mailer-daemon@", "abuse@",   "noreply@",
                                         "no-reply@",   "helpdesk@",      "support@", "hostmaster@"};
  return std::any_of(std::begin(kRoles), std::end(kRoles),
                     [&](std::string_view role) { return mail_address.starts_with(role); });
}

void AddAddresses(std::string_view text, std::vector<std::string>& into) {
  for (const std::string& mail_address : ReadCopied(text).mail_addresses) {
    if (!IsRole(mail_address) && !mail_address.starts_with('@')) AddOnce(into, mail_address);
  }
}

// All addresses that stand between `before` and ">".
void AddBetween(std::string_view line, std::string_view before, std::string_view after,
                std::vector<std::string>& into) {
  for (std::size_t at = line.find(before); at != std::string_view::npos; at = line.find(before, at + 1)) {
    const std::size_t begin = at + before.size();
    const std::size_t end = line.find('>', begin);
    if (end == std::string_view::npos) return;
    if (line.substr(end, after.size()) == after) AddAddresses(line.substr(begin, end - begin), into);
  }
}

bool IsAddressByte(char c) {
  return rules::HexValue(c) || c == '.' || c == ':';
}

bool IsWordByte(char c) {
  return rules::IsDigit(c) || rules::IsLetter(c) || c == '-' || c == '_';
}

// The last word of the text; takes it off.
std::string TakeLastWord(std::string_view& text) {
  while (!text.empty() && std::string_view(" \t[(").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && (IsWordByte(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  std::string word = rules::LowerAscii(text.substr(begin));
  text.remove_suffix(text.size() - begin);
  return word;
}

// "host mx.here.example[192.0.2.25] said", "Connected to 192.0.2.25": the address of the server that refused.
bool IsRefusingServer(std::string_view before) {
  if (before.ends_with("IPv6:")) before.remove_suffix(5);
  const std::string last = TakeLastWord(before);
  if (last == "to") return true;
  const std::string before_last = TakeLastWord(before);
  return last.find('.') != std::string::npos &&
         (before_last == "host" || before_last == "to" || before_last == "at" || before_last == "server");
}

void AddClients(std::string_view line, std::vector<rules::IpAddress>& into) {
  for (std::size_t at = 0; at < line.size();) {
    if (!IsAddressByte(line[at]) || (at > 0 && IsWordByte(line[at - 1]))) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && IsAddressByte(line[end])) ++end;
    std::string_view word = line.substr(at, end - at);
    while (!word.empty() && (word.back() == '.' || (word.back() == ':' && !word.ends_with("::"))))
      word.remove_suffix(1);
    const auto address = rules::IpAddress::Parse(word);
    const bool is_part = end < line.size() && IsWordByte(line[end]);
    if (address && !is_part && !IsRefusingServer(line.substr(0, at))) AddOnce(into, *address);
    at = end;
  }
}

void ReadLine(std::string_view line, bool is_returned, BounceClaims& claims) {
  const std::string header = HeaderOf(line);
  if (header == "x-postfix-sender" || header == "return-path") return AddAddresses(line, claims.senders);
  if (header == "final-recipient" || header == "original-recipient") return AddAddresses(line, claims.recipients);
  if (header == "from") return AddAddresses(line, claims.authors);
  if (IsBesideThePoint(header) || is_returned) return;
  AddClients(line, claims.clients);
  AddBetween(line, " from=<", "", claims.senders);
  AddBetween(line, " to=<", "", claims.recipients);
  AddBetween(line, "<", ">:", claims.recipients);
  AddAddresses(line, claims.mail_addresses);
}

// The lines with what continues them.
template <class Visit>
void ForEachLogicalLine(std::string_view text, const Visit& visit) {
  std::string logical;
  rules::ForEachLine(text, [&](std::string_view line) {
    const bool continues = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!continues) {
      visit(std::string_view(logical));
      logical.clear();
    }
    logical += line;
  });
  visit(std::string_view(logical));
}

bool BeginsReturnedMail(std::string_view line) {
  const std::string lower = rules::LowerAscii(line.substr(0, 80));
  return lower.starts_with("content-type:") &&
         (lower.find("message/rfc822") != std::string::npos || lower.find("text/rfc822-headers") != std::string::npos);
}

// Still in quoted-printable: lines that go on, and blanks or signs by their numbers.
bool IsQuotedPrintable(std::string_view text) {
  const auto holds = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return (holds("=\n") || holds("=\r\n")) && (holds("=20") || holds("=3D") || holds("=09"));
}

// Two names are of one organisation under a registered domain; without the list of suffixes they must be equal.
class SameOrganisation {
 public:
  explicit SameOrganisation(const rules::Policy& policy) : suffixes_(policy.suffixes.get()) {}

  std::string Of(const std::string& name) const {
    const std::string registered = suffixes_ ? suffixes_->RegisteredDomain(name) : std::string();
    return registered.empty() ? name : registered;
  }
  bool OfMail(const std::string& mail_address, const std::string& name) const {
    return Of(rules::DomainOf(mail_address)) == Of(name);
  }

 private:
  const rules::PublicSuffixes* suffixes_;
};

std::optional<Disagreement> OnClient(const BounceClaims& claims, const cache::JournalRow& row,
                                     const rules::Policy& policy) {
  std::vector<std::string> others;
  for (const rules::IpAddress& client : claims.clients) {
    if (client != row.client && !policy.IsOwn(client)) others.push_back(client.ToString());
  }
  if (others.empty()) return std::nullopt;
  return Disagreement{.about = "client", .in_text = rules::Joined(others), .in_verdict = row.client.ToString()};
}

std::optional<Disagreement> OnSender(const BounceClaims& claims, const cache::JournalRow& row,
                                     const SameOrganisation& same) {
  const std::string sender = rules::LowerAscii(row.sender);
  if (!claims.senders.empty()) {
    const bool is_named = std::any_of(claims.senders.begin(), claims.senders.end(), [&](const std::string& named) {
      return named == sender ||
             rules::NormalizeSender(named, row.recipient) == rules::NormalizeSender(sender, row.recipient);
    });
    if (is_named) return std::nullopt;
    return Disagreement{.about = "sender", .in_text = rules::Joined(claims.senders), .in_verdict = "<" + sender + ">"};
  }
  std::vector<std::string> authors = claims.authors;  // without those of our own side, who passed the bounce on
  std::erase_if(authors,
                [&](const std::string& author) { return same.OfMail(author, rules::DomainOf(row.recipient)); });
  const bool is_named = std::any_of(authors.begin(), authors.end(), [&](const std::string& author) {
    return same.OfMail(author, rules::DomainOf(sender));
  });
  if (authors.empty() || sender.empty() || is_named) return std::nullopt;
  return Disagreement{.about = "sender", .in_text = rules::Joined(authors), .in_verdict = "<" + sender + ">"};
}

std::optional<Disagreement> OnRecipient(const BounceClaims& claims, const std::vector<cache::JournalRow>& rows) {
  if (claims.recipients.empty()) return std::nullopt;
  std::vector<std::string> recipients;
  for (const cache::JournalRow& row : rows) AddOnce(recipients, rules::LowerAscii(row.recipient));
  const bool is_named = std::any_of(recipients.begin(), recipients.end(), [&](const std::string& recipient) {
    return recipient.empty() || Holds(claims.recipients, recipient);
  });
  if (is_named) return std::nullopt;
  return Disagreement{
      .about = "recipient", .in_text = rules::Joined(claims.recipients), .in_verdict = rules::Joined(recipients)};
}

// Where the text names people only in passing.
std::optional<Disagreement> OnOthers(const BounceClaims& claims, const std::vector<cache::JournalRow>& rows,
                                     const SameOrganisation& same) {
  if (!claims.senders.empty() || !claims.authors.empty()) return std::nullopt;
  const std::string sender = rules::DomainOf(rows.front().sender);
  std::vector<std::string> others;
  for (const std::string& mail_address : claims.mail_addresses) {
    const bool is_known = Holds(claims.recipients, mail_address) || same.OfMail(mail_address, sender) ||
                          same.OfMail(mail_address, rows.front().name) ||
                          std::any_of(rows.begin(), rows.end(), [&](const cache::JournalRow& row) {
                            return same.OfMail(mail_address, rules::DomainOf(row.recipient));
                          });
    if (!is_known) others.push_back(mail_address);
  }
  if (others.empty() || sender.empty()) return std::nullopt;
  return Disagreement{.about = "sender",
                      .in_text = rules::Joined(others),
                      .in_verdict = "<" + rules::LowerAscii(rows.front().sender) + ">"};
}

}  // namespace

BounceClaims ClaimsIn(const std::vector<std::string>& readings) {
  BounceClaims claims;
  for (std::size_t i = 0; i < std::min(readings.size(), kMostReadings); ++i) {
    // The decoded text is another reading, in which words and addresses are whole.
    if (readings.size() > 1 && IsQuotedPrintable(readings[i])) continue;
    bool is_returned = false;
    ForEachLogicalLine(std::string_view(readings[i]).substr(0, kBeginning), [&](std::string_view line) {
      is_returned |= BeginsReturnedMail(line);
      ReadLine(line, is_returned, claims);
    });
  }
  return claims;
}

std::vector<Disagreement> Disagreements(const BounceClaims& claims, const std::vector<cache::JournalRow>& rows,
                                        const rules::Policy& policy) {
  const SameOrganisation same(policy);
  std::vector<Disagreement> found;
  for (auto& one : {OnClient(claims, rows.front(), policy), OnSender(claims, rows.front(), same),
                    OnRecipient(claims, rows), OnOthers(claims, rows, same)}) {
    if (one) found.push_back(*one);
  }
  return found;
}

}  // namespace policyd::admin
