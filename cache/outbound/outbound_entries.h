// What people said of single logins, domains and networks that send: limits of their own, locked, released (lists/).
//
// Written by people, each change in one fsynced transaction with its row of the audit; the daemon only reads, and an
// entry counts for the very next request.  A change counts as one of lists/: their daily copy holds it (lists_copy.h).
//
// Const methods may be called from any thread, each with its own snapshot.  An entry that cannot be read counts as
// none; where it would have matched, snapshot.TakeError() tells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lists/list_store.h"
#include "cache/lmdb/lmdb.h"
#include "rules/outbound/settings.h"
#include "rules/values/ip_address.h"

namespace cache {

class OutboundEntries {
 public:
  OutboundEntries(Table rows, const ListStore& lists) : rows_(rows), lists_(lists) {}

  std::optional<rules::OutboundEntry> Get(ReadTransaction& snapshot, const rules::OutboundTarget& target) const;
  // Takes the place of what was there for the target.
  Status Put(WriteTransaction& transaction, const rules::OutboundEntry& entry) const;
  // Returns whether there was one.
  Result<bool> Erase(WriteTransaction& transaction, const rules::OutboundTarget& target) const;

  // Logins, then domains, then networks, each in the order of their texts.
  std::vector<rules::OutboundEntry> All(ReadTransaction& snapshot) const;
  // Those of the login, of its domain, and of networks that contain the client.
  std::vector<rules::OutboundEntry> Matching(ReadTransaction& snapshot, const std::string& account,
                                             const std::optional<rules::IpAddress>& client) const;

  Table rows() const { return rows_; }

 private:
  Table rows_;
  const ListStore& lists_;
};

}  // namespace cache
