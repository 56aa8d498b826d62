#include "policyd/config_salvage.h"

#include <algorithm>
#include <charconv>

namespace policyd {
namespace {

constexpr int kMostRounds = 50;

using Lines = std::vector<std::string>;

Lines SplitLines(std::string_view text) {
  Lines lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string Joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

std::string_view Trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

bool IsHeader(std::string_view line) {
  return Trimmed(line).starts_with('[');
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

// Says where the store is, perhaps.
bool MayNameStore(std::string_view line) {
  return line.find("directory") != std::string_view::npos || line.find("store") != std::string_view::npos;
}

// Empties the lines; a table goes with its header.  Nothing where the store is among them, or where none is left.
bool Drop(Lines& lines, const std::string& file, const ConfigErrors& errors) {
  bool has_dropped = false;
  for (const std::string& error : errors) {
    const auto number = LineOf(file, error);
    if (!number || *number > lines.size()) return false;
    std::size_t at = *number - 1;
    const bool is_table = IsHeader(lines[at]);
    do {
      if (MayNameStore(lines[at])) return false;
      has_dropped |= !lines[at].empty();
      lines[at].clear();
      ++at;
    } while (is_table && at < lines.size() && !IsHeader(lines[at]));
  }
  return has_dropped;
}

// Only the tables that say where the daemon is, whole.  Nothing is taken from the place of a doubtful header.
std::optional<std::string> NeededTables(const Lines& lines) {
  constexpr std::string_view kNeeded[] = {"[store]", "[policy_service]", "[http]", "[journal]", "[greylist]"};
  constexpr std::string_view kDotted[] = {"store.", "policy_service.", "http.", "journal.", "greylist."};
  const auto begins = [](std::string_view line, const auto& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [line](std::string_view word) { return line.starts_with(word); });
  };
  std::string text;
  bool is_top = true, is_needed = false;
  for (const std::string& whole : lines) {
    const std::string_view line = Trimmed(whole);
    if (IsHeader(line)) {
      is_top = false;
      is_needed = begins(line, kNeeded);
    }
    if (is_needed || (is_top && begins(line, kDotted))) {
      text.append(line).push_back('\n');
    } else if (line.starts_with("directory") || line.find("store") < line.find('#')) {
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace

std::optional<Config> SalvageConfig(const std::string& file, std::string_view text, ConfigErrors errors) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // another file than is meant
  Lines lines = SplitLines(text);
  for (int round = 0; round < kMostRounds && Drop(lines, file, errors); ++round) {
    auto parsed = ParseConfig(file, Joined(lines));
    if (auto* config = std::get_if<Config>(&parsed)) return std::move(*config);
    errors = *std::get_if<ConfigErrors>(&parsed);
  }
  const auto needed = NeededTables(SplitLines(text));
  if (!needed) return std::nullopt;
  auto parsed = ParseConfig(file, *needed);
  auto* config = std::get_if<Config>(&parsed);
  return config ? std::optional(std::move(*config)) : std::nullopt;
}

}  // namespace policyd
