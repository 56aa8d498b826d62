#include "cache/lists/list_patterns.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "rules/tables/pattern_table.h"

namespace cache {
namespace {

using rules::ListEntry;
using Compiled = std::shared_ptr<const rules::PatternTable>;

// Null if it cannot be compiled.
Compiled CompileLines(const std::vector<std::string>& expressions) {
  std::string lines;
  for (const std::string& expression : expressions) lines += expression + " OK\n";
  auto table = rules::PatternTable::Parse("list", lines);
  return table ? *table : nullptr;
}

Compiled CompileAlone(const std::string& expression) {
  // A line break would shift the line numbers of all expressions after it.
  const bool is_one_line = expression.starts_with('/') && expression.find('\n') == std::string::npos;
  return is_one_line ? CompileLines({expression}) : nullptr;
}

}  // namespace

// The expressions that Compile() put together.
struct ListPatterns::Together {
  std::uint64_t generation = 0;
  std::map<std::string, int, std::less<>> lines;  // where an expression stands in the table
  Compiled table;                                 // null: none could be compiled

  int line(const std::string& expression) const {
    const auto found = lines.find(expression);
    return found == lines.end() ? 0 : found->second;
  }
};

// The entries of one generation, each with its expression.
struct ListPatterns::Current {
  std::uint64_t generation = 0;
  std::shared_ptr<const Together> together;  // null: nothing was compiled yet
  std::vector<ListEntry> entries;
  std::vector<int> lines;                              // beside the entries; 0: matched alone
  std::map<std::string, Compiled, std::less<>> alone;  // null: cannot be compiled

  Compiled Alone(const std::string& expression) const {
    const auto known = alone.find(expression);
    return known == alone.end() ? CompileAlone(expression) : known->second;
  }
  bool Matches(std::size_t index, const std::vector<int>& matched, std::string_view name) const {
    if (lines[index] > 0) return std::binary_search(matched.begin(), matched.end(), lines[index]);
    const Compiled& table = alone.at(entries[index].target.text);
    return table && table->Find(name);
  }
};

std::optional<ListEntry> ListPatterns::Find(std::uint64_t generation,
                                            const std::function<std::vector<ListEntry>()>& read, std::string_view name,
                                            rules::TimePoint now) {
  const std::shared_ptr<const Current> current = CurrentOf(generation, read);
  std::vector<int> matched;
  if (current->together && current->together->table) matched = current->together->table->Lines(name);
  if (matched.empty() && current->alone.empty()) return std::nullopt;
  for (std::size_t i = 0; i < current->entries.size(); ++i) {
    if (current->Matches(i, matched, name) && !current->entries[i].is_expired(now)) return current->entries[i];
  }
  return std::nullopt;
}

std::shared_ptr<const ListPatterns::Current> ListPatterns::CurrentOf(
    std::uint64_t generation, const std::function<std::vector<ListEntry>()>& read) {
  const auto [together, before] = Kept(*kept_.Lock());
  if (before && before->generation == generation && before->together == together) return before;

  // Not under the lock: threads that get here at the same time compile the same thing.
  auto made = std::make_shared<Current>();
  made->generation = generation;
  made->together = together;
  made->entries = read();
  for (const ListEntry& entry : made->entries) {
    const std::string& expression = entry.target.text;
    made->lines.push_back(together ? together->line(expression) : 0);
    if (made->lines.back() > 0 || made->alone.contains(expression)) continue;
    made->alone.emplace(expression, before ? before->Alone(expression) : CompileAlone(expression));
  }
  if (!together || together->generation != generation) is_changed_ = true;
  kept_.Lock()->current = made;
  return made;
}

bool ListPatterns::TakeChange() {
  return is_changed_.load(std::memory_order_relaxed) && is_changed_.exchange(false);
}

void ListPatterns::Compile(std::uint64_t generation, const std::vector<ListEntry>& entries) {
  auto made = std::make_shared<Together>();
  made->generation = generation;
  std::vector<std::string> expressions;
  for (const ListEntry& entry : entries) {
    const std::string& expression = entry.target.text;
    // An expression that cannot be compiled must not disable the others.
    if (made->lines.contains(expression) || !CompileAlone(expression)) continue;
    expressions.push_back(expression);
    made->lines.emplace(expression, static_cast<int>(expressions.size()));
  }
  made->table = CompileLines(expressions);
  if (!made->table) made->lines.clear();                // too large together: each stays alone
  if (made->table) made->table->Lines("mail.example");  // the first match takes RE2 milliseconds: not on a loop
  const auto kept = kept_.Lock();
  if (!kept->together || kept->together->generation < generation) kept->together = made;
}

}  // namespace cache
