#include "policyd/http/why/frame.h"

#include <array>

#include "policyd/http/why/causes.h"
#include "rules/values/as_written.h"

namespace policyd::http::why {
namespace {

constexpr std::array kLanguages{Language::kEnglish, Language::kJapanese};
constexpr rules::seconds kJapaneseTime{9 * 3600};

// "2026-11-21 08:33"
std::string MinuteText(rules::TimePoint time) {
  std::string text = rules::PrintTime(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

Html LanguageLinks(Language chosen) {
  Html links;
  for (const Language language : kLanguages) {
    const Html name = Markup(WordsIn(language).language_name);
    const std::string_view code = Code(language);
    if (language == chosen) {
      links += Element("span", {{"lang", code}, {"aria-current", "true"}}, name);
    } else {
      const std::string address = "?lang=" + std::string(code);
      links += Element("a", {{"href", address}, {"hreflang", code}, {"lang", code}}, name);
    }
  }
  return Element("nav", {}, links);
}

Html RemovalText(const Site& site, const std::string& list) {
  const std::string_view page = RemovalPage(list);
  if (page.empty()) return Markup(WordsIn(site.language).removal_unknown);
  return Element("a", {{"href", page}, {"rel", "noreferrer"}}, Text(page));
}

Html Code(std::string_view text) {
  return Element("code", {}, Foreign(text));
}

}  // namespace

std::string Framed(const Site& site, Literal title, const Html& main) {
  const Words& words = WordsIn(site.language);
  const std::string style = site.base + "style.css";
  const Html head = Tag("meta", {{"charset", "utf-8"}}) + Element("title", {}, Markup(title)) +
                    Tag("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                    Tag("meta", {{"name", "robots"}, {"content", "noindex, nofollow"}}) +
                    // Else a form has no origin that could be looked at.
                    Tag("meta", {{"name", "referrer"}, {"content", "same-origin"}}) +
                    Tag("link", {{"rel", "stylesheet"}, {"href", style}}) +
                    Tag("link", {{"rel", "icon"}, {"type", "image/svg+xml"}, {"href", site.base + "icon.svg"}});
  const Html foot = site.host.empty() ? Html() : Filled(words.footer, {{"host", Foreign(site.host)}});
  const Html body = Element("header", {}, LanguageLinks(site.language)) +
                    Element("main", {}, Element("h1", {}, Markup(title)) + main) + Element("footer", {}, foot);
  return (Markup("<!DOCTYPE html>\n") +
          Element("html", {{"lang", Code(site.language)}},
                  Element("head", {}, head) + Markup("\n") + Element("body", {}, body)) +
          Markup("\n"))
      .string();
}

Html Section(Literal title, const Html& content) {
  return Element("section", {}, Element("h2", {}, Markup(title)) + content) + Markup("\n");
}

Html Paragraph(const Html& content) {
  return Element("p", {}, content);
}

Html ListItem(const Html& content) {
  return Element("li", {}, content);
}

Html TimeText(const Site& site, rules::TimePoint time) {
  const Html text = Filled(WordsIn(site.language).time,
                           {{"here", Text(MinuteText(time + kJapaneseTime))}, {"utc", Text(MinuteText(time))}});
  const std::string machine = rules::PrintTime(time);
  return Element("time", {{"datetime", machine}}, text);
}

Html ContactText(const Site& site) {
  if (site.contact.empty()) return Markup(WordsIn(site.language).contact_unknown);
  const auto address = rules::ReadMailAddress(site.contact);
  if (!address || site.contact.find_first_of(" ?&") != std::string::npos) return Text(site.contact);
  const std::string link = "mailto:" + site.contact;
  return Element("a", {{"href", link}}, Text(site.contact));
}

std::vector<Filling> FillingsOf(const Site& site, const cache::JournalRow& row, const std::string& list) {
  return {{"client", Code(row.client.ToString())},
          {"name", Code(row.name)},
          {"helo", Code(row.helo)},
          {"list", Code(list)},
          {"removal", RemovalText(site, list)},
          {"contact", ContactText(site)},
          {"ref", Code(row.reference.ToString())}};
}

}  // namespace policyd::http::why
