// Grammar of a table:
//   table = (blank-line | comment | row)*      comment: a line whose first visible byte is '#'
//   row   = key blanks value                   a line that begins with a blank continues the one before
#include "rules/recipients.h"

#include <algorithm>
#include <utility>

#include "rules/dns_name.h"
#include "rules/policy.h"

namespace rules {
namespace {

constexpr std::string_view kBlanks = " \t\r";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `word` is lower case.
bool IsWord(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return Lower(a) == b; });
}

std::string_view WithoutExtension(std::string_view local) {
  const std::size_t plus = local.find('+');
  return plus == 0 ? local : local.substr(0, plus);
}

// RFC 2142: who is told of trouble must be reachable by those who are in trouble.
bool IsAlwaysOpen(std::string_view local) {
  const std::string_view user = WithoutExtension(local);
  return IsWord(user, "postmaster") || IsWord(user, "abuse");
}

std::string_view Trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool IsLocalPart(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '<' && c != '>' && c != 0x7f; });
}

Error Expected(std::string_view what, std::string_view text) {
  constexpr std::size_t kShown = 80;
  std::string shown(text.substr(0, kShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
  return Error{"expected " + std::string(what) + ", got \"" + shown + "\""};
}

// The key of a row, or nothing where it is none.
std::optional<std::string> TableKey(std::string_view text) {
  if (text.find('@') != std::string_view::npos || text.starts_with('.')) {
    const auto key = ParseRecipientKey(text);
    return key ? std::optional(*key) : std::nullopt;
  }
  auto domain = NormalizeHostName(text);
  if (domain) domain->insert(0, 1, '.');
  return domain;
}

struct LogicalLine {
  int number = 0;
  std::string text;
};

std::vector<LogicalLine> LogicalLines(std::string_view text) {
  std::vector<LogicalLine> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view visible = Trim(line);
    if (visible.empty() || visible.front() == '#') continue;
    const bool continues = kBlanks.find(line.front()) != std::string_view::npos && !lines.empty();
    if (continues) {
      lines.back().text.append(" ").append(visible);
    } else {
      lines.push_back({number, std::string(visible)});
    }
  }
  return lines;
}

}  // namespace

bool RecipientClasses::Add(std::string key, std::shared_ptr<const Treatment> treatment) {
  return by_key_.emplace(std::move(key), std::move(treatment)).second;
}

const RecipientClasses::Entry* RecipientClasses::Find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

const RecipientClasses::Entry* RecipientClasses::FindAddress(std::string_view local, std::string_view domain) const {
  const std::string_view user = WithoutExtension(local);
  for (const std::string_view at : {domain, std::string_view()}) {
    for (const std::string_view name : {local, user}) {
      if (const Entry* entry = Find(std::string(name).append("@").append(at))) return entry;
    }
  }
  return nullptr;
}

const RecipientClasses::Entry* RecipientClasses::FindDomain(std::string_view domain) const {
  if (domain.empty()) return nullptr;
  if (const Entry* entry = Find(std::string("@").append(domain))) return entry;
  for (std::size_t at = 0;; ++at) {
    if (const Entry* entry = Find(std::string(".").append(domain.substr(at)))) return entry;
    at = domain.find('.', at);
    if (at == std::string_view::npos) return nullptr;
  }
}

Treatment TreatmentOf(const Policy& policy, std::string_view recipient) {
  Treatment everybody{.name = {}, .mode = policy.mode, .bands = policy.bands, .actions = {}};
  const std::string_view local = recipient.substr(0, recipient.rfind('@'));
  const auto treatment = [&everybody](const RecipientClasses::Entry& entry) { return entry ? *entry : everybody; };
  if (!policy.recipients.empty()) {
    if (const auto* entry = policy.recipients.FindAddress(LowerAscii(local), DomainOf(recipient))) {
      return treatment(*entry);
    }
  }
  if (IsAlwaysOpen(local)) {
    // Monitor mode lets everything in already.
    const Mode mode = policy.mode == Mode::kMonitor ? Mode::kMonitor : Mode::kTag;
    return {.name = "postmaster", .mode = mode, .bands = policy.bands, .actions = {}};
  }
  if (!policy.recipients.empty()) {
    if (const auto* entry = policy.recipients.FindDomain(DomainOf(recipient))) return treatment(*entry);
  }
  return everybody;
}

Result<std::string> ParseRecipientKey(std::string_view text) {
  const Error error = Expected("user@domain, user@, @domain or .domain", text);
  if (text.starts_with('.')) {
    const auto domain = NormalizeHostName(text.substr(1));
    if (!domain) return error;
    return "." + *domain;
  }
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() == 1 || !IsLocalPart(text.substr(0, at))) return error;
  const std::string user = LowerAscii(text.substr(0, at)) + "@";
  if (at + 1 == text.size()) return user;
  const auto domain = NormalizeHostName(text.substr(at + 1));
  if (!domain) return error;
  return user + *domain;
}

Result<std::vector<RecipientRow>> ParseRecipientTable(std::string_view file, std::string_view text) {
  std::vector<RecipientRow> rows;
  for (const LogicalLine& line : LogicalLines(text)) {
    const std::string_view key_text = std::string_view(line.text).substr(0, line.text.find_first_of(kBlanks));
    const std::string_view value = Trim(std::string_view(line.text).substr(key_text.size()));
    auto key = TableKey(key_text);
    if (!key || value.empty()) {
      const Error error = Expected("user@domain, user@ or a domain, and a value such as OK", line.text);
      return Error{std::string(file) + ":" + std::to_string(line.number) + ": " + error.message};
    }
    rows.push_back({*std::move(key), IsWord(value, "dunno")});
  }
  return rows;
}

}  // namespace rules
