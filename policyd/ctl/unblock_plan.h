// What unblock will do, decided before anything is changed.
#pragma once

#include <string>
#include <vector>

#include "policyd/ctl/context.h"
#include "policyd/ctl/mail_since.h"
#include "policyd/ctl/unblock.h"
#include "rules/people/list_entry.h"
#include "rules/verdict.h"

namespace policyd::ctl {

// One mail that was turned away: verdicts on one client and sender.
struct UnblockCase {
  std::vector<cache::JournalRow> rows;    // the newest first
  std::vector<MailSince> since;           // of each row
  cache::JournalRow known;                // the newest, with the name that DNS says now where nobody had asked it
  std::vector<cache::JournalRow> recent;  // verdicts of the last days, of all mails
};

// Asks DNS where the name was not asked.  REQUIRES: there are rows.
UnblockCase MakeUnblockCase(const OpenedStore& store, std::vector<cache::JournalRow> rows, rules::TimePoint now);

struct UnblockPlan {
  rules::ListEntry entry;
  rules::Verdict verdict;                    // on the newest, with the entry
  bool was_there = false;                    // the entry stood there already and stays as it is
  std::vector<rules::ListEntry> overridden;  // blocklist entries for this client that count no longer
};

// REQUIRES: the options were checked.
UnblockPlan MakeUnblockPlan(const Context& context, const OpenedStore& store, const UnblockOptions& options,
                            const UnblockCase& about);

}  // namespace policyd::ctl
