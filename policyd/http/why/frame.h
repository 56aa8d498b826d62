// What the parts of the page for those turned away share: head and foot, times, names, sentences.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policyd/http/html.h"
#include "policyd/http/texts.h"
#include "policyd/http/why/page.h"

namespace policyd::http::why {

// The sentence of "why.KEY" in the language of the site.
Html Sentence(const Site& site, std::string_view key, const std::vector<Filling>& fillings = {});
std::string_view Text(const Site& site, std::string_view key);

// A whole page around `main`.  `title`: the key of its heading.
std::string Framed(const Site& site, std::string_view title, const Html& main);

// <section><h2>title</h2>...
void OpenSection(Html& html, const Site& site, std::string_view title);

Html TimeText(const Site& site, rules::TimePoint time);
Html ContactText(const Site& site);
// A path from this page to /why/PATH.
Url Below(const Site& site, std::string_view path);

// What the sentences of causes may hold.
std::vector<Filling> FillingsOf(const Site& site, const cache::JournalRow& row, const std::string& list);

// The parts that a button leads to (buttons.cc): what DNS says now, and the appeal, which is nothing
// where none are taken.
void AddNow(Html& html, const Site& site, const View& view);
void AddAppeal(Html& html, const Site& site, const View& view);
// What became of an appeal, at the top of the page.
void AddNote(Html& html, const Site& site, AppealNote note);

}  // namespace policyd::http::why
