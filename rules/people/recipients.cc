// Grammar of a row of a table: key blanks value
#include "rules/people/recipients.h"

#include <algorithm>
#include <utility>

#include "rules/policy.h"
#include "rules/tables/table_lines.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/mail_address.h"

namespace rules {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// `word` is lower case.
bool IsWord(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return Lower(a) == b; });
}

// RFC 2142: clients that are turned away must be able to reach the addresses where they can complain.
bool IsAlwaysOpen(std::string_view local) {
  const std::string_view user = WithoutExtension(local);
  return IsWord(user, "postmaster") || IsWord(user, "abuse");
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
  // Without a domain it is still known by "user@".
  const auto address = policy.recipients.empty() ? std::nullopt : ParseMailAddress(recipient);
  const std::string domain = address ? address->domain : std::string();
  if (!policy.recipients.empty()) {
    const std::string user = address ? address->local : LowerAscii(local);
    if (const auto* entry = policy.recipients.FindAddress(user, domain)) return treatment(*entry);
  }
  if (IsAlwaysOpen(local)) {
    // Monitor mode lets everything in already.
    const Mode mode = policy.mode == Mode::kMonitor ? Mode::kMonitor : Mode::kTag;
    return {.name = "postmaster", .mode = mode, .bands = policy.bands, .actions = {}};
  }
  if (!policy.recipients.empty()) {
    if (const auto* entry = policy.recipients.FindDomain(domain)) return treatment(*entry);
  }
  return everybody;
}

Result<std::string> ParseRecipientKey(std::string_view text) {
  const Error error = Expected("user@domain, user@, @domain or .domain", text);
  const std::string_view bare = WithoutWrapping(text);
  if (bare.starts_with('.')) {
    const auto domain = NormalizeHostName(bare.substr(1));
    if (!domain) return error;
    return "." + *domain;
  }
  if (bare.size() > 1 && bare.ends_with('@')) {
    // The domain is a placeholder, so that the local part is read like that of any address.
    const auto user = ReadMailAddress(std::string(bare) + "example");
    if (!user || user->local.empty()) return error;
    return user->local + "@";
  }
  const auto address = ReadMailAddress(bare);
  if (!address) return error;
  return address->ToString();
}

Result<std::vector<RecipientRow>> ParseRecipientTable(std::string_view file, std::string_view text) {
  const TableText table = ReadTableLines(text);
  const auto error_at = [file](int line, const Error& error) {
    return Error{std::string(file) + ":" + std::to_string(line) + ": " + error.message};
  };
  if (!table.orphans.empty()) {
    return error_at(table.orphans.front(), Error{"expected a first line that does not begin with a blank"});
  }
  std::vector<RecipientRow> rows;
  for (const TableLine& line : table.lines) {
    const auto [key_text, value] = SplitTableRow(line.text);
    auto key = TableKey(key_text);
    if (!key || value.empty()) {
      return error_at(line.number, Expected("user@domain, user@ or a domain, and a value such as OK", line.text));
    }
    rows.push_back({*std::move(key), IsWord(value, "dunno")});
  }
  return rows;
}

}  // namespace rules
