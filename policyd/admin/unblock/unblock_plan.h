// Plans what unblock will do, before anything is changed: finds out what became of the mail since it was turned away,
// and how much of it is proven.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/journal/journal.h"
#include "cache/stores.h"
#include "policyd/admin/explain/explain.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/unblock/unblock_subject.h"
#include "policyd/config/config.h"
#include "rules/people/list_entry.h"
#include "rules/policy.h"
#include "rules/values/statement.h"
#include "rules/verdict.h"

namespace policyd::admin {

struct MailSince {
  std::optional<rules::TimePoint> arrived;  // the same mail was let in then
  // Greylisted: it passes by itself when the client tries again in this time.
  std::optional<rules::TimePoint> passes_from{}, passes_until{};

  bool operator==(const MailSince&) const = default;
};

// `recent`: verdicts of the last days, of all mails.
MailSince WhatBecameOf(const cache::Stores& stores, const rules::Policy& policy, const cache::JournalRow& row,
                       const std::vector<cache::JournalRow>& recent, rules::TimePoint now);

// SPF passes for the sender's domain: nobody else sent the mail.
struct ProvenSender {
  std::string domain;
  std::string term;         // that let the client send
  cache::KnownFacts facts;  // of names, on which this rests
  // The network that matched is one that only a provider has: 65,536 addresses of IPv4, or as wide a prefix as a
  // registry gives.
  bool has_many_machines = false;
};

// One mail that was turned away: verdicts on one client and sender.
struct UnblockCase {
  std::vector<cache::JournalRow> rows;    // the newest first
  std::vector<MailSince> since;           // of each row
  cache::JournalRow known;                // the newest, with the name that DNS says now where nobody had asked it
  std::vector<cache::JournalRow> recent;  // verdicts of the last days, of all mails
  std::optional<ProvenSender> sender{};   // by what DNS says now; looked at where no confirmed name tells the client
};

struct UnblockWish {
  Caller caller;
  EntryOptions entry{};             // comment, expires and by
  std::string command = "unblock";  // for the audit, which puts the target behind it
  bool is_wide = false;             // .domain or the network instead
  bool is_dry_run = false;
  bool is_agreed = false;  // though the text tells of another mail than the verdict
  std::stop_token stop{};  // requested: no more is waited for, and nothing may be planned on what was found
};

// Asks DNS where the name was not asked, and about the sender where there is none.  REQUIRES: there are rows.
UnblockCase MakeUnblockCase(const config::Config& config, const cache::Stores& stores,
                            std::vector<cache::JournalRow> rows, const UnblockWish& wish);

struct UnblockPlan {
  rules::ListEntry entry;
  rules::Verdict verdict;                    // on the newest, with the entry
  bool was_there = false;                    // the entry stood there already and stays as it is
  std::vector<rules::ListEntry> overridden;  // blocklist entries for this client that count no longer
  std::optional<rules::Statement> why{};     // see WhyBySender()
};

// REQUIRES: MakeEntry() takes the wish.
UnblockPlan MakeUnblockPlan(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
                            const UnblockCase& about);

// How much of a mail that was turned away is proven, and whether that is enough to let its client in.
//
// A stranger chooses the sender, the recipient, HELO and PTR record.  Proven are the client's address, as Postfix saw
// it, a name that is forward-confirmed, and the sender's domain where SPF lets the client send for it.  A client that
// was found by what anybody can claim may be another one than is meant: then only a reference decides.

// "client address 192.0.2.1 as Postfix saw it, name mail.partner.example (forward-confirmed)"
std::string ProvenOf(const UnblockCase& about);
// "sender <ann@partner.example>, HELO name mail: anybody can claim them"
std::string UnprovenOf(const UnblockCase& about);

// Why the client of this row must not be let in on the ground of this selection; nothing where it may.
std::optional<rules::Statement> WhyNotBy(const Selection& selection, const UnblockCase& about,
                                         const rules::Policy& policy);

// Warnings for a person before the client of this row is let in.
std::vector<rules::Statement> WarningsAbout(const UnblockCase& about, const rules::Policy& policy);
// Why the entry is one for the sender: for the whole address rather than the domain, or where SPF passes rather than
// for the client's address.  Nothing of another entry.
std::optional<rules::Statement> WhyBySender(const rules::Policy& policy, const UnblockCase& about,
                                            const rules::ListEntry& entry);
// What these, and a refusal (unblock.h), say in English.
std::span<const rules::StatementRow> UnblockRows();

}  // namespace policyd::admin
