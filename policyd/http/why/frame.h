// What the parts of the page for those turned away share: head and foot, times, names, sentences.  Pure.
#pragma once

#include "policyd/http/html.h"
#include "policyd/http/why/page.h"
#include "policyd/http/why/texts.h"

namespace policyd::http::why {

// A whole page around `main`.
std::string Framed(const Site& site, Literal title, const Html& main);

// <section><h2>title</h2>...
Html Section(Literal title, const Html& content);
Html Paragraph(const Html& content);
Html ListItem(const Html& content);

Html TimeText(const Site& site, rules::TimePoint time);
Html ContactText(const Site& site);

// What the sentences of causes may hold, for Filled().
std::vector<Filling> FillingsOf(const Site& site, const cache::JournalRow& row, const std::string& list);

// The parts that a button leads to (buttons.cc): what DNS says now, and the request to be let in, which is nothing
// where none are taken.
Html NowPart(const Site& site, const View& view);
Html RequestPart(const Site& site, const View& view);
// What became of a request, at the top of the page.
Html NoteOf(const Site& site, RequestNote note);

}  // namespace policyd::http::why
