#include "policyd/config/config.h"

#include <algorithm>
#include <charconv>

#include "rules/values/ascii.h"

namespace policyd::config {
namespace {

constexpr int kMostRounds = 50;

using Lines = std::vector<std::string>;

std::string Joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

bool IsHeader(std::string_view line) {
  return rules::WithoutBlanksBefore(line).starts_with('[');
}

// The number of the line that "FILE:LINE: ..." names; nothing for an error of another file, or of no line.
std::optional<std::size_t> LineOf(const std::string& file, std::string_view error) {
  if (!error.starts_with(file + ":")) return std::nullopt;
  error.remove_prefix(file.size() + 1);
  std::size_t line = 0;
  const auto read = std::from_chars(error.data(), error.data() + error.size(), line);
  const bool is_line =
      read.ec == std::errc() && line > 0 && read.ptr != error.data() + error.size() && *read.ptr == ':';
  return is_line ? std::optional(line) : std::nullopt;
}

// May the line name the store?
bool MayNameStore(std::string_view line) {
  line = line.substr(0, line.find('#'));
  return line.find("directory") != std::string_view::npos || line.find("store") != std::string_view::npos;
}

// Visits each line with the header of its table.
template <class Visit>
void ForEach(const Lines& lines, const Visit& visit) {
  std::string_view header;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (IsHeader(lines[at])) header = rules::WithoutBlanksBefore(lines[at]);
    visit(at, header);
  }
}

bool NamesStore(const Lines& lines) {
  bool names = false;
  ForEach(lines, [&](std::size_t at, std::string_view header) {
    const std::string_view line = rules::WithoutBlanksBefore(lines[at]);
    names |= header.empty() ? line.starts_with("store.directory")
                            : header.starts_with("[store]") && line.starts_with("directory");
  });
  return names;
}

// If a line that may name the store is left out, another line must name it.
bool IsDoubtful(const Lines& all, const Lines& kept) {
  bool leaves_out = false;
  ForEach(all, [&](std::size_t at, std::string_view header) {
    const bool is_left_out = kept[at] != all[at];
    const bool is_of_store = header.starts_with("[store") && !IsHeader(all[at]);
    leaves_out |= is_left_out && (is_of_store || MayNameStore(all[at]));
  });
  return leaves_out && !NamesStore(kept);
}

// Empties the lines with errors; a table with its header.  False if there was nothing to empty.
bool Drop(Lines& lines, const std::string& file, const ConfigErrors& errors) {
  bool has_dropped = false;
  for (const std::string& error : errors) {
    const auto number = LineOf(file, error);
    if (!number || *number > lines.size()) return false;
    std::size_t at = *number - 1;
    const bool is_table = IsHeader(lines[at]);
    do {
      has_dropped |= !lines[at].empty();
      lines[at].clear();
      ++at;
    } while (is_table && at < lines.size() && !IsHeader(lines[at]));
  }
  return has_dropped;
}

// Keeps only the whole tables that say where the store and the sockets are.
Lines NeededTables(const Lines& lines) {
  constexpr std::string_view kNeeded[] = {"[store]", "[policy_service]", "[http]", "[journal]", "[greylist]"};
  constexpr std::string_view kDotted[] = {"store.", "policy_service.", "http.", "journal.", "greylist."};
  const auto begins = [](std::string_view line, const auto& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [line](std::string_view word) { return line.starts_with(word); });
  };
  Lines kept(lines.size());
  ForEach(lines, [&](std::size_t at, std::string_view header) {
    const bool is_needed =
        header.empty() ? begins(rules::WithoutBlanksBefore(lines[at]), kDotted) : begins(header, kNeeded);
    if (is_needed) kept[at] = lines[at];
  });
  return kept;
}

// The configuration of the lines that are kept; nothing where they have errors, which `errors` then holds.
std::optional<Config> Parse(const std::string& file, const Lines& all, const Lines& kept, ConfigErrors& errors) {
  auto parsed = ParseConfig(file, Joined(kept));
  if (auto* found = std::get_if<ConfigErrors>(&parsed)) {
    errors = std::move(*found);
    return std::nullopt;
  }
  errors.clear();
  if (IsDoubtful(all, kept)) return std::nullopt;
  return std::move(*std::get_if<Config>(&parsed));
}

}  // namespace

std::optional<Config> SalvageConfig(const std::string& file, std::string_view text, ConfigErrors errors) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // another file than is meant
  const auto parts = rules::Split(text, '\n');
  const Lines all(parts.begin(), parts.end());
  Lines kept = all;
  for (int round = 0; round < kMostRounds && Drop(kept, file, errors); ++round) {
    auto config = Parse(file, all, kept, errors);
    if (config || errors.empty()) return config;
  }
  return Parse(file, all, NeededTables(all), errors);
}

}  // namespace policyd::config
