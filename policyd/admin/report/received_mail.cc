// header    = *( name ":" value LF *( blank value LF ) ) LF                         RFC 5322, section 2.2
// Received  = "from" HELO *comment "by" server ... ";" date                         RFC 5321, section 4.4
//
// The comments behind HELO, by server:
// clang-format off
//   Postfix, Sendmail   (name [192.0.2.1])      (unknown [IPv6:2001:db8::1])
//   Exim                ([192.0.2.1] helo=HELO), where HELO is the name; (envelope-from <sender>) stands further on
//   qmail               (HELO helo) (192.0.2.1)
// clang-format on
#include "policyd/admin/report/received_mail.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/unblock/pasted_text.h"
#include "rules/sender_records/tag_list.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kMostSignatures = 10;
constexpr std::size_t kMostFields = 2000;

struct Field {
  std::string name;   // lower case
  std::string value;  // unfolded
};

// The fields up to the first empty line.
std::vector<Field> FieldsOf(std::string_view text) {
  std::vector<Field> fields;
  bool is_over = false;
  rules::ForEachLine(text.substr(0, kLargestHeader), [&](std::string_view line) {
    is_over |= line.empty() || fields.size() == kMostFields;
    if (is_over) return;
    if (rules::IsBlank(line.front())) {
      if (!fields.empty()) fields.back().value.append(" ").append(rules::WithoutBlanks(line));
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;  // such as the "From " of a mailbox
    fields.push_back({rules::LowerAscii(rules::WithoutBlanks(line.substr(0, colon))),
                      std::string(rules::WithoutBlanks(line.substr(colon + 1)))});
  });
  return fields;
}

struct Token {
  std::string_view text;  // without its parentheses
  bool is_comment = false;
};

// Words and comments; one that is not closed reaches to the end.
std::vector<Token> TokensOf(std::string_view value) {
  std::vector<Token> tokens;
  while (!(value = rules::WithoutBlanksBefore(value)).empty()) {
    if (value.front() != '(') {
      const std::size_t end = std::min(value.find_first_of(" \t(;"), value.size());
      if (end == 0) break;  // the date follows
      tokens.push_back({value.substr(0, end), false});
      value.remove_prefix(end);
      continue;
    }
    std::size_t at = 1;
    for (int depth = 1; at < value.size(); ++at) {
      depth += value[at] == '(' ? 1 : value[at] == ')' ? -1 : 0;
      if (depth == 0) break;
    }
    tokens.push_back({value.substr(1, at - 1), true});
    value.remove_prefix(std::min(at + 1, value.size()));
  }
  return tokens;
}

// "[192.0.2.1]" within the text, or an address that is all of it.
std::optional<rules::IpAddress> AddressIn(std::string_view text) {
  const std::size_t open = text.find('['), close = text.find(']', open);
  if (close != std::string_view::npos) text = text.substr(open, close + 1 - open);
  const auto address = rules::ReadAddress(text);
  return address ? std::optional(*address) : std::nullopt;
}

// What stands behind `mark` in the text, up to a blank or a bracket.
std::string WordBehind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  text = rules::WithoutBlanksBefore(text.substr(at + mark.size()));
  if (text.starts_with('<')) return std::string(text.substr(1, text.find('>') - 1));
  return std::string(text.substr(0, text.find_first_of(" \t)[")));
}

struct Hop {
  std::optional<rules::IpAddress> client{};
  std::string helo{}, name{}, server{};
  std::optional<std::string> sender{};
};

void ReadComment(std::string_view comment, Hop& hop) {
  if (!hop.client) hop.client = AddressIn(comment);
  for (const char* mark : {"helo=", "HELO ", "EHLO "}) {
    std::string helo = WordBehind(comment, mark);
    if (helo.empty()) continue;
    if (hop.name.empty()) hop.name = hop.helo;
    hop.helo = std::move(helo);
    return;
  }
  const std::size_t bracket = comment.find('[');
  const std::string_view name = rules::WithoutBlanks(comment.substr(0, bracket));
  if (bracket == std::string_view::npos || name.empty() || name.find(' ') != std::string_view::npos) return;
  hop.name = name;
}

Hop HopOf(std::string_view value) {
  Hop hop;
  std::string_view clause;
  for (const Token& token : TokensOf(value)) {
    if (token.is_comment) {
      if (clause == "from") ReadComment(token.text, hop);
      if (const std::string sender = WordBehind(token.text, "envelope-from"); !sender.empty()) hop.sender = sender;
      continue;
    }
    const std::string word = rules::LowerAscii(token.text);
    for (const std::string_view keyword : {"from", "by", "with", "id", "for", "via"}) {
      if (word == keyword) clause = keyword;
    }
    if (word == clause) continue;
    if (clause == "from" && hop.helo.empty()) {
      hop.helo = token.text;
    }
    if (clause == "by" && hop.server.empty()) hop.server = token.text;
  }
  // Exim has the client here where it knows no name.  Elsewhere this is what the client said: a comment counts first.
  if (!hop.client && hop.name.starts_with('[')) hop.client = AddressIn(hop.name);
  if (hop.name == "unknown" || hop.name.starts_with('[')) hop.name.clear();
  if (hop.client && hop.helo == "unknown") hop.helo.clear();
  return hop;
}

std::string AuthorOf(const std::string& value) {
  if (const auto address = rules::ReadMailAddress(value)) return address->ToString();
  const Copied copied = ReadCopied(value);
  return copied.mail_addresses.empty() ? std::string() : copied.mail_addresses.front();
}

void AddSignature(std::string_view value, std::vector<DkimSignature>& signatures) {
  const auto tags = rules::TagList::Parse(value, rules::TagForm::kDkim);
  if (!tags || signatures.size() == kMostSignatures) return;
  const auto domain = rules::NormalizeHostName(tags->Get("d"));
  const auto selector = rules::NormalizeHostName(tags->Get("s"));
  if (domain && selector) AddOnce(signatures, DkimSignature{*domain, *selector});
}

}  // namespace

ReceivedMail ReadReceivedMail(std::string_view text, const IsOurs& is_ours) {
  ReceivedMail mail;
  std::optional<std::string> sender_of_hop;
  for (const Field& field : FieldsOf(text)) {
    if (field.name == "received") {
      ++mail.received_lines;
      if (mail.client) continue;
      Hop hop = HopOf(field.value);
      if (!hop.client || hop.client->is_loopback() || is_ours(*hop.client)) continue;
      mail.client = hop.client;
      mail.helo = std::move(hop.helo);
      mail.name = std::move(hop.name);
      mail.server = std::move(hop.server);
      sender_of_hop = std::move(hop.sender);
    } else if (field.name == "return-path" && !mail.sender) {
      const std::string_view path = rules::WithoutBlanks(field.value);
      mail.sender = path == "<>" ? std::string() : std::string(rules::WithoutWrapping(path));
    } else if (field.name == "from") {
      mail.has_several_authors |= !mail.author.empty();
      if (mail.author.empty()) mail.author = AuthorOf(field.value);
    } else if (field.name == "dkim-signature") {
      AddSignature(field.value, mail.signatures);
    }
  }
  if (!mail.sender) mail.sender = std::move(sender_of_hop);
  return mail;
}

}  // namespace policyd::admin
