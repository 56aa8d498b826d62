// What unblock will do, decided before anything is changed.
#pragma once

#include <string>
#include <vector>

#include "policyd/ctl/context.h"
#include "policyd/ctl/unblock.h"
#include "rules/list_entry.h"
#include "rules/verdict.h"

namespace policyd::ctl {

struct UnblockPlan {
  std::vector<cache::JournalRow> rows;  // what was turned away, the newest first
  rules::ListEntry entry;
  rules::Verdict verdict;                    // on the newest, with the entry
  bool was_there = false;                    // the entry stood there already and stays as it is
  std::vector<rules::ListEntry> overridden;  // blocklist entries for this client that count no longer
};

// The plan for verdicts on one mail, the newest first.  REQUIRES: there are rows; the options were checked.
UnblockPlan MakeUnblockPlan(const Context& context, const OpenedStore& store, const UnblockOptions& options,
                            std::vector<cache::JournalRow> rows);

}  // namespace policyd::ctl
