// Whitelist and blocklist: entries that people made, each with its author, time, reason and end (lists/).
//
// Written by people (the tool), one fsynced transaction a command; the daemon only reads.  An entry added counts for
// the very next request. A `shape` record counts the entries per kind and the prefix lengths in use: what is not in use
// is not looked up.
//
// Regular expressions are compiled together, by CompilePatterns(); those that are new since are matched one by one.
//
// Const methods may be called from any thread, each with its own snapshot.  An entry that cannot be read counts as
// none; where it would have matched, snapshot.TakeError() tells.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lists/list_shape.h"
#include "cache/lmdb/lmdb.h"
#include "rules/people/list_entry.h"
#include "rules/values/ip_address.h"

namespace cache {

class ListPatterns;

class ListStore {
 public:
  static constexpr std::uint64_t kMaxPatterns = 1000;  // each costs every look-up by name something

  explicit ListStore(Environment& environment);
  ~ListStore();
  ListStore(const ListStore&) = delete;
  ListStore& operator=(const ListStore&) = delete;

  // Unexpired entries of both lists that match, a regular expression by the address in MatchClient() and by the name in
  // MatchName(); `if_confirmed` is for the caller to check.  `in_use`: the shape() of the snapshot, where the caller
  // has kept it.
  rules::ListMatches MatchClient(ReadTransaction& snapshot, const rules::IpAddress& client, rules::TimePoint now,
                                 const ListShape* in_use = nullptr) const;
  rules::ListMatches MatchName(ReadTransaction& snapshot, std::string_view confirmed_name, rules::TimePoint now,
                               const ListShape* in_use = nullptr) const;
  rules::ListMatches MatchSender(ReadTransaction& snapshot, std::string_view sender, rules::TimePoint now,
                                 const ListShape* in_use = nullptr) const;
  rules::ListMatches MatchRecipient(ReadTransaction& snapshot, std::string_view recipient, rules::TimePoint now,
                                    const ListShape* in_use = nullptr) const;

  std::optional<rules::ListEntry> Find(ReadTransaction& snapshot, rules::ListKind list,
                                       const rules::Target& target) const;
  // Visits one list in key order until visit returns false.
  void Scan(ReadTransaction& snapshot, rules::ListKind list,
            const std::function<bool(const rules::ListEntry&)>& visit) const;

  // The same of one kind.
  void ScanKind(ReadTransaction& snapshot, rules::ListKind list, rules::Target::Kind kind,
                const std::function<bool(const rules::ListEntry&)>& visit) const;
  // The same of addresses within `network`, and of the networks within it, itself included.
  void ScanWithin(ReadTransaction& snapshot, rules::ListKind list, const rules::Network& network,
                  const std::function<bool(const rules::ListEntry&)>& visit) const;

  // Returns whether an entry for the target was there and was replaced.  An error beyond kMaxPatterns, too.
  Result<bool> Put(WriteTransaction& transaction, const rules::ListEntry& entry) const;
  // Returns whether there was one.
  Result<bool> Remove(WriteTransaction& transaction, rules::ListKind list, const rules::Target& target) const;
  // Another table of lists/ changes in this transaction: whoever copies them learns of it by the shape's generation.
  Status NoteChange(WriteTransaction& transaction) const;

  ListShape shape(ReadTransaction& snapshot) const;

  // Has a look-up met regular expressions that changed since CompilePatterns()?  Says so to one caller a change.
  bool TakePatternChange() const;
  // Takes tens of milliseconds for a thousand: not for a loop.
  void CompilePatterns(ReadTransaction& snapshot) const;

  Table entries() const { return entries_; }

 private:
  ListShape ShapeForChange(WriteTransaction& transaction) const;
  rules::ListMatches MatchTargets(ReadTransaction& snapshot, const std::vector<rules::Target>& targets,
                                  const ListShape& shape, rules::TimePoint now) const;
  void AddPattern(ReadTransaction& snapshot, std::string_view subject, const ListShape& in_use, rules::TimePoint now,
                  rules::ListMatches& matches) const;

  Table entries_;
  Table shape_;
  std::unique_ptr<ListPatterns> patterns_;
};

}  // namespace cache
