// What all pages have around them: head, navigation, language, and the pieces that several show.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/journal/journal.h"
#include "policyd/http/exchange.h"
#include "policyd/http/html.h"
#include "policyd/http/texts.h"

namespace policyd::http::pages {

struct Frame {
  Frame(const HttpRequest& request, rules::TimePoint now_, bool takes_changes_);

  Language language;
  const Texts& texts;
  rules::TimePoint now;
  bool takes_changes;

  std::string_view Text(std::string_view key) const { return texts(key); }
  // With the language where it was chosen by hand.
  Url Link(std::string_view path) const;
  // This page in another language.
  Url InLanguage(Language other) const;

 private:
  bool is_chosen_;
  std::string path_;
  std::vector<std::pair<std::string, std::string>> query_;
};

enum class Place : std::uint8_t { kOverview, kVerdicts, kLookUp, kElsewhere };

struct PageParts {
  unsigned status = 200;
  Place place = Place::kElsewhere;
  std::string title;
  std::optional<std::chrono::seconds> refresh_after{};  // the script fetches it anew
  Html main;
};
HttpResponse Page(const Frame& frame, const PageParts& parts);

// A piece of the page with a heading, that can be linked to.
struct Card {
  std::string_view id, title;
  std::string_view look{};
  std::string_view group{};  // the id of the heading that it shares with others, if it does
};
void OpenCard(Html& html, const Card& card);

Html ActionBadge(const Frame& frame, std::string_view action);
Html TimeOf(rules::TimePoint time, const std::string& shown);

// A button that the script makes work: it asks, then tells the API.  `list`: of an entry that is taken out.
Html ChangeButton(const Frame& frame, std::string_view what, std::string_view target, std::string_view list = {});

// Rows of the journal, each with what can be done about it.
Html VerdictTable(const Frame& frame, const std::vector<cache::JournalRow>& rows);

// "no name", "dynamic name", "listed by zen.example": why, in words.
std::string WhyText(const Frame& frame, const cache::JournalRow& row);

}  // namespace policyd::http::pages
