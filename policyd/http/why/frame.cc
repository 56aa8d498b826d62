#include "policyd/http/why/frame.h"

#include "policyd/http/why/causes.h"
#include "rules/values/as_written.h"
#include "rules/zones/known_zones.h"

namespace policyd::http::why {
namespace {

constexpr rules::seconds kJapaneseTime{9 * 3600};

// "2026-11-21 08:33"
std::string MinuteText(rules::TimePoint time) {
  std::string text = rules::PrintTime(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

Html Plain(std::string_view text) {
  Html html;
  return html.Text(text);
}

void AddLanguages(Html& html, Language chosen) {
  html.Open("nav", {{"aria-label", Texts::Of(chosen)("language.label")}});
  for (const Language language : kLanguages) {
    const std::string_view name = Texts::Of(language)("language.name"), code = Code(language);
    if (language == chosen) {
      html.Element("span", {{"lang", code}, {"aria-current", "true"}}, name);
    } else {
      html.Element("a", {Attribute::Href(Url("").With("lang", code)), {"hreflang", code}, {"lang", code}}, name);
    }
  }
  html.Close();
}

Html RemovalText(const Site& site, const std::string& list) {
  const auto page = rules::RemovalPage(list);
  if (!page) return Sentence(site, "removal_unknown");
  Html html;
  return html.Element("a", {Attribute::Href(Url::Elsewhere(*page)), {"rel", "noreferrer"}}, *page);
}

Html Code(std::string_view text) {
  Html html;
  return html.Open("code").Foreign(text).Close();
}

void AddHead(Html& html, const Site& site, std::string_view title) {
  html.Open("head").Void("meta", {{"charset", "utf-8"}}).Element("title", {}, Text(site, title));
  html.Void("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.Void("meta", {{"name", "robots"}, {"content", "noindex, nofollow"}});
  // Else a form has no origin that could be looked at.
  html.Void("meta", {{"name", "referrer"}, {"content", "same-origin"}});
  html.Void("link", {{"rel", "stylesheet"}, Attribute::Href(Below(site, "style.css"))});
  html.Void("link", {{"rel", "icon"}, {"type", "image/svg+xml"}, Attribute::Href(Below(site, "icon.svg"))});
  html.Close();
}

}  // namespace

std::string_view Text(const Site& site, std::string_view key) {
  return Texts::Of(site.language)("why." + std::string(key));
}

Html Sentence(const Site& site, std::string_view key, const std::vector<Filling>& fillings) {
  return Filled(Text(site, key), fillings);
}

std::string Framed(const Site& site, std::string_view title, const Html& main) {
  Html html;
  html.Open("html", {{"lang", http::Code(site.language)}});
  AddHead(html, site, title);
  html.Open("body").Open("header");
  AddLanguages(html, site.language);
  html.Close().Open("main").Element("h1", {}, Text(site, title)).Add(main).Close().Open("footer");
  if (!site.host.empty()) {
    Html host;
    host.Foreign(site.host);
    html.Add(Sentence(site, "footer", {{"host", host}}));
  }
  return html.Close().Close().Close().Document();
}

void OpenSection(Html& html, const Site& site, std::string_view title) {
  html.Open("section").Element("h2", {}, Text(site, title));
}

Url Below(const Site& site, std::string_view path) {
  return Url(site.base + std::string(path));
}

Html TimeText(const Site& site, rules::TimePoint time) {
  Html html;
  return html.Element(
      "time", {{"datetime", rules::PrintTime(time)}},
      Sentence(site, "time", {{"here", Plain(MinuteText(time + kJapaneseTime))}, {"utc", Plain(MinuteText(time))}}));
}

Html ContactText(const Site& site) {
  if (!site.contact) return Sentence(site, "contact_unknown");
  const std::string& contact = *site.contact;
  const auto address = rules::ReadMailAddress(contact);
  if (!address || contact.find_first_of(" ?&") != std::string::npos) return Plain(contact);
  Html html;
  return html.Element("a", {Attribute::Href(Url::Elsewhere("mailto:" + contact))}, contact);
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
