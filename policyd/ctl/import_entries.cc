#include "policyd/ctl/import_entries.h"

#include <algorithm>
#include <optional>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/lines.h"
#include "policyd/ctl/list_entries.h"

namespace policyd::ctl {
namespace {

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Of postgrey's files: a blank or a comment is nothing.
template <class Read>
void EachLine(std::string_view text, Read read) {
  std::size_t number = 0;
  for (std::string_view line : SplitLines(text)) {
    ++number;
    line = Trim(line.substr(0, line.find('#')));
    if (!line.empty()) read(number, line);
  }
}

std::ptrdiff_t CountDots(std::string_view text) {
  return std::count(text.begin(), text.end(), '.');
}

// A name means its host and all below it.
std::string DomainTarget(std::string_view name) {
  return name.starts_with('.') ? std::string(name) : "." + std::string(name);
}

}  // namespace

void ImportedEntries::Take(std::size_t line, rules::ListEntry entry) {
  if (const auto valid = CheckEntry(entry); !valid) return Refuse(line, valid.error().message);
  const auto [taken, is_new] = line_of_.try_emplace(entry.target.text, line);
  if (!is_new) return Skip(line, "line " + std::to_string(taken->second) + " decides about " + entry.target.text);
  entries_.push_back(std::move(entry));
}

void ImportedEntries::TakeTarget(std::size_t line, std::string_view target) {
  const auto parsed = ParseTarget(target);
  if (!parsed) return Refuse(line, parsed.error().message);
  rules::ListEntry entry = defaults_;
  entry.target = *parsed;
  Take(line, std::move(entry));
}

// postgrey's own rules: /regexp/, an address or network, its first two or three
// numbers (both a /24 in 1.37), a name.
void ReadPostgreyClients(std::string_view text, ImportedEntries& result) {
  EachLine(text, [&](std::size_t number, std::string_view line) {
    const bool is_numeric = line.find_first_not_of("0123456789./") == std::string_view::npos;
    if (line.starts_with('/')) {
      const auto pattern = ParseTarget(line);
      if (!pattern) return result.Skip(number, pattern.error().message);
      result.TakeTarget(number, line);
    } else if (is_numeric && CountDots(line) == 2) {
      result.TakeTarget(number, std::string(line) + ".0/24");
    } else if (is_numeric && CountDots(line) == 1) {
      result.TakeTarget(number, std::string(line) + ".0.0/24");
    } else if (is_numeric || line.find(':') != std::string_view::npos) {
      result.TakeTarget(number, line);
    } else {
      result.TakeTarget(number, DomainTarget(line));
    }
  });
}

void ReadPostgreyRecipients(std::string_view text, ImportedEntries& result) {
  EachLine(text, [&](std::size_t number, std::string_view line) {
    if (line.starts_with('/')) return result.Skip(number, "recipients have no regular expressions here");
    if (line.ends_with('@')) {
      return result.Skip(number,
                         "expected a domain: postmaster@ and abuse@ of "
                         "every domain are open anyway");
    }
    const bool has_user = line.find('@') != std::string_view::npos;
    result.TakeTarget(number, (has_user ? "rcpt:" : "rcpt:@") + std::string(line));
  });
}

void ReadPlainList(std::string_view text, ImportedEntries& result) {
  std::size_t number = 0;
  for (std::string_view line : SplitLines(text)) {
    ++number;
    line = Trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('{')) {
      const auto entry = EntryFromJson(line, result.defaults());
      if (!entry) {
        result.Refuse(number, entry.error().message);
      } else {
        result.Take(number, *entry);
      }
      continue;
    }
    const std::size_t comment = line.find(" #");
    const auto target = ParseTarget(Trim(line.substr(0, comment)));
    if (!target) {
      result.Refuse(number, target.error().message);
      continue;
    }
    rules::ListEntry entry = result.defaults();
    entry.target = *target;
    if (comment != std::string_view::npos) entry.comment = Trim(line.substr(comment + 2));
    result.Take(number, std::move(entry));
  }
}

}  // namespace policyd::ctl
