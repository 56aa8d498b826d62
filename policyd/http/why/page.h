// The page for those turned away, from values to HTML.  Pure.
//
// It tells what the reply told already, and what anybody can ask DNS: no local part of an address, no entry of our
// lists, no points, nothing about another mail.  Whoever has a reference is a stranger, and so is whoever chose the
// names in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/appeals/appeals.h"
#include "cache/journal/journal.h"
#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/http/language.h"
#include "rules/fact_text.h"

namespace policyd::http::why {

// What all pages of the site have.
struct Site {
  Language language = Language::kEnglish;
  std::string base = "./";               // the way from this page to /why/
  std::string host{};                    // our name
  std::optional<std::string> contact{};  // a mail address or a text, where one is known
};

// What DNS says now, and what would become of the same mail.
struct Now {
  rules::TimePoint looked{};
  std::vector<rules::FactText> facts{};
  enum class Outcome : std::uint8_t { kPasses, kGreylisted, kTurnedAway } outcome = Outcome::kTurnedAway;
};

// What became of an appeal that was just sent.
enum class AppealNote : std::uint8_t { kNone, kReceived, kNetworkHasAsked, kFull, kFailed, kForeign };

struct View {
  cache::JournalRow row;
  admin::MailSince since{};
  rules::TimePoint time{};
  std::optional<Now> now{};
  bool looked_too_often = false;
  bool takes_appeals = false;
  std::optional<cache::AppealRow> appeal{};  // that was made of this mail
  admin::AppealStanding appeal_standing = admin::AppealStanding::kWaiting;
  AppealNote note = AppealNote::kNone;
};

std::string WhyPage(const Site& site, const View& view);
// A form for the reference, for a visitor that names none.
std::string EntryPage(const Site& site);
// The same for every reference that is not known, or of which nothing is told.
std::string UnknownPage(const Site& site);
std::string TooManyTriesPage(const Site& site);

}  // namespace policyd::http::why
