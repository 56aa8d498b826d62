// What the page for those turned away says, in each language: sentences with {placeholders} for Filled().
//
// A Literal has no default, so that a language in which a sentence is missing does not compile.
#pragma once

#include <array>

#include "policyd/http/html.h"
#include "policyd/http/language.h"
#include "policyd/http/why/causes.h"

namespace policyd::http::why {

// {client} {name} {helo} {list} {removal} {contact} {ref}
struct CauseText {
  Literal title, what, remedy;
};
using CauseTexts = std::array<CauseText, kCauseKinds>;  // in the order of CauseKind
extern const CauseTexts kEnglishCauses, kJapaneseCauses;

inline const CauseText& TextOf(CauseKind kind, Language language) {
  const auto& texts = language == Language::kJapanese ? kJapaneseCauses : kEnglishCauses;
  return texts[static_cast<std::size_t>(kind)];
}

// How the answer to a mail is to be read.
struct ActionText {
  Literal title, what;
};

// A list of labels and sentences.
struct Words {
  Literal language_name;                              // as those who speak it write it
  Literal page_title, greylist_title, arrived_title;  // of the page
  Literal not_the_administrator;
  ActionText greylist, defer, reject;
  Literal blocked, blocked_without_form;  // a permanent error that a person decided on
  Literal comes_back;                     // {from} {until}
  Literal comes_back_now;                 // {until}
  Literal arrived;                        // {time}
  Literal time;                           // {here} {utc}
  Literal facts_title, reference, client, name, helo, first_try, last_try, tries, reply;
  Literal no_name, name_not_asked, name_not_confirmed;  // {name}
  Literal why_title, also_title, what_to_do;
  Literal removal_unknown, contact_unknown;
  Literal checks_title, checks_intro, check_reverse, check_forward, check_helo, check_list, check_name_list;
  Literal now_title, now_intro, look_now, looked_at;                  // {time}
  Literal now_no_ptr, now_no_answer, now_name, now_no_address;        // {client} {name}
  Literal now_confirms, now_elsewhere, now_not_on_list, now_on_list;  // {name} {addresses} {client} {list}
  Literal now_list_silent;                                            // {list}
  Literal now_passes, now_greylisted, now_turned_away, looked_too_often;
  Literal request_title, request_intro, request_label, request_button;
  Literal request_received, request_waiting, request_allowed, request_ended, request_refused;  // {time}
  Literal request_of_network, request_full, request_failed, request_foreign;
  Literal your_text;
  Literal unknown_title, unknown_what, enter_reference, show;
  Literal too_many_title, too_many_what;
  Literal footer;  // {host}
};
extern const Words kEnglish, kJapanese;

inline const Words& WordsIn(Language language) {
  return language == Language::kJapanese ? kJapanese : kEnglish;
}

}  // namespace policyd::http::why
