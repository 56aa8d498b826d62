// Plain lists:
//
// clang-format off
//   FILE = *LINE
//   LINE = blank / "#" text / TARGET [ blanks "#" comment ] / JSON
//   JSON = an object as EntryToJson() prints it and `export` writes it
// clang-format on
//
// A TARGET ends where "#" follows a blank; a regular expression at the last slash that a blank or the end of the line
// follows.
#include "policyd/admin/import/import_entries.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/runtime/shown.h"
#include "rules/tables/table_lines.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::WithoutBlanks;

// Calls read(number, line) for each line of a file of postgrey's that has more than blanks and a comment.
template <class Read>
void EachLine(std::string_view text, Read read) {
  std::size_t number = 0;
  for (std::string_view line : rules::SplitLines(text)) {
    ++number;
    line = WithoutBlanks(line.substr(0, line.find('#')));
    if (!line.empty()) read(number, line);
  }
}

std::ptrdiff_t CountDots(std::string_view text) {
  return std::count(text.begin(), text.end(), '.');
}

// "192.0.2.5/24" is its whole network there.
std::string WithoutHostBits(std::string_view line) {
  const std::size_t slash = line.find('/');
  if (slash == std::string_view::npos) return std::string(line);
  const auto address = rules::ReadAddress(line.substr(0, slash));
  const std::string_view bits = line.substr(slash + 1);
  int prefix = -1;
  std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
  if (!address || prefix < 0 || prefix > address->bits()) return std::string(line);
  return rules::Network(*address, prefix).ToString();
}

std::size_t EndOfTarget(std::string_view line) {
  std::size_t end = std::string_view::npos;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (!line.starts_with('/')) {
      if (line[at] == '#' && rules::IsBlank(line[at - 1])) return at;
    } else if (line[at] == '/' && (at + 1 == line.size() || rules::IsBlank(line[at + 1]))) {
      end = at + 1;
    }
  }
  return std::min(end, line.size());
}

rules::Result<rules::ListEntry> ReadPlain(std::string_view line, const rules::ListEntry& defaults) {
  const std::size_t end = EndOfTarget(line);
  const std::string_view rest = WithoutBlanks(line.substr(end));
  if (!rest.empty() && !rest.starts_with('#')) {
    return rules::Error{"expected \"# comment\" or nothing behind the target, got \"" + runtime::Shown(rest) + "\""};
  }
  const auto target = ParseTarget(WithoutBlanks(line.substr(0, end)));
  if (!target) return target.error();
  rules::ListEntry entry = defaults;
  entry.target = *target;
  if (rest.size() > 1) entry.comment = runtime::Shown(WithoutBlanks(rest.substr(1)));
  return entry;
}

// postgrey's own rules: /regexp/, an address or network, its first two or three numbers (both a /24 in 1.37), a name.
void ReadPostgreyClient(std::size_t number, std::string_view line, ImportedEntries& result) {
  const bool is_numeric = line.find_first_not_of("0123456789./") == std::string_view::npos;
  if (line.starts_with('/')) {
    if (WantsUnknown(line)) return result.Skip(number, std::string(kUnknownHasNoEntry));
    const auto pattern = ParseTarget(line);
    if (!pattern) return result.Skip(number, pattern.error().message);
    if (result.TakeTarget(number, line)) {
      result.Remark(number,
                    "postgrey matches expressions against the client's name only; here against the address, too");
    }
  } else if (is_numeric && CountDots(line) == 2) {
    result.TakeTarget(number, std::string(line) + ".0/24");
  } else if (is_numeric && CountDots(line) == 1) {
    result.TakeTarget(number, std::string(line) + ".0.0/24");
  } else if (is_numeric || line.find(':') != std::string_view::npos) {
    result.TakeTarget(number, WithoutHostBits(line));
  } else if (line.starts_with('.')) {
    result.Skip(number, "postgrey finds no client by a name with a dot in front: whitelist add " + std::string(line) +
                            " where that was meant");
  } else {
    result.TakeTarget(number, "." + std::string(line));  // the host and all below
  }
}

}  // namespace

bool WantsUnknown(std::string_view pattern) {
  const auto take_off = [&pattern](char front, char back) {
    if (pattern.size() < 2 || (front != 0 && pattern.front() != front) || (back != 0 && pattern.back() != back)) return;
    if (front != 0) pattern.remove_prefix(1);
    if (back != 0) pattern.remove_suffix(1);
  };
  take_off('/', '/');
  take_off('^', 0);
  take_off(0, '$');
  take_off('(', ')');
  return rules::LowerAscii(pattern) == "unknown";
}

bool ImportedEntries::Take(std::size_t line, rules::ListEntry entry) {
  if (const auto valid = CheckEntry(entry); !valid) {
    Refuse(line, AsText(valid.error()).message);
    return false;
  }
  const auto [place, is_new] = taken_.try_emplace(entry.target.text, Taken{line, entries_.size()});
  Taken& taken = place->second;
  if (is_new) {
    entries_.push_back(std::move(entry));
    return true;
  }
  const bool takes_this = counts_ == Counts::kLast;
  const std::size_t loser = takes_this ? taken.line : line;
  const std::size_t winner = takes_this ? line : taken.line;
  Skip(loser, "line " + std::to_string(winner) + " decides about " + entry.target.text);
  if (takes_this) {
    entries_[taken.index] = std::move(entry);
    taken.line = line;
  }
  return takes_this;
}

bool ImportedEntries::TakeTarget(std::size_t line, std::string_view target) {
  const auto parsed = ParseTarget(target);
  if (!parsed) {
    Refuse(line, parsed.error().message);
    return false;
  }
  rules::ListEntry entry = defaults_;
  entry.target = *parsed;
  return Take(line, std::move(entry));
}

void ImportedEntries::Remark(std::size_t line, std::string_view text) {
  const auto known = std::ranges::find_if(remarks_, [text](const ImportRemark& remark) { return remark.text == text; });
  if (known != remarks_.end()) {
    ++known->lines;
  } else {
    remarks_.push_back({line, 1, std::string(text)});
  }
}

void ReadPostgreyClients(std::string_view text, ImportedEntries& result) {
  EachLine(text, [&](std::size_t number, std::string_view line) {
    const std::size_t before = result.entries().size();
    ReadPostgreyClient(number, line, result);
    if (result.entries().size() > before) {
      result.Remark(number,
                    "postgrey exempts these clients from greylisting only; here their mail is let in whatever else "
                    "speaks against them");
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
    if (line.starts_with('@')) {
      return result.Skip(number, "postgrey finds no recipient by it: its key is the domain without @");
    }
    const bool has_user = line.find('@') != std::string_view::npos;
    // A domain stands for its subdomains, too.
    const bool is_taken = result.TakeTarget(number, (has_user ? "rcpt:" : "rcpt:@.") + std::string(line));
    if (is_taken) {
      result.Remark(number,
                    "postgrey exempts these recipients from greylisting only; here their mail is let in whatever "
                    "speaks against its client");
    }
  });
}

void ReadPlainList(std::string_view text, ImportedEntries& result) {
  std::size_t number = 0;
  for (std::string_view line : rules::SplitLines(text)) {
    ++number;
    line = WithoutBlanks(line);
    if (line.empty() || line.starts_with('#')) continue;
    auto entry = line.starts_with('{') ? EntryFromJson(line, result.defaults()) : ReadPlain(line, result.defaults());
    if (!entry) {
      result.Refuse(number, entry.error().message);
    } else {
      result.Take(number, *std::move(entry));
    }
  }
}

}  // namespace policyd::admin
