// Holds the answer to a Question with its lifetime, and the collection of answers that one decision rests on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/greylist/triplet.h"
#include "rules/people/list_entry.h"
#include "rules/question.h"
#include "rules/reputation/daily_counts.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace rules {

using HostNames = std::vector<std::string>;  // normalised, at most kMaxPtrNames
using Addresses = std::vector<IpAddress>;    // at most kMaxAddresses

struct MailHost {
  std::uint16_t preference = 0;
  std::string name;  // lower case, no final dot, as the record has it: often no host name; empty: "." (RFC 7505)

  auto operator<=>(const MailHost&) const = default;
};
using MailHosts = std::vector<MailHost>;  // the preferred ones first, at most kMaxMailHosts

// TXT records, each with its strings joined; bytes of strangers.  Policies ("v=...") come first.
struct Texts {
  std::vector<std::string> whole;  // kMaxTextBytes together, at most kMaxTexts
  std::vector<std::string> begun;  // the first kBegunText bytes of those that did not fit, at most kMaxBegunTexts

  bool operator==(const Texts&) const = default;
};

inline constexpr std::size_t kMaxPtrNames = 10;    // a client with more is no mail server that needs them all
inline constexpr std::size_t kMaxAddresses = 100;  // the largest honest farms stay below
inline constexpr std::size_t kMaxMailHosts = 20;   // SPF (RFC 7208) looks at 10
inline constexpr std::size_t kMaxTextBytes = 4096, kMaxTexts = 256;
inline constexpr std::size_t kBegunText = 16, kMaxBegunTexts = 20;

// Keeps what a Fact holds of the TXT records of a name, in one order: servers rotate them.
struct KeptTexts {
  Texts texts;
  bool is_cut = false;  // of some not even the beginning is there
};
KeptTexts KeepTexts(std::vector<std::string> records);

struct Fact {
  enum class State : std::uint8_t {
    kPresent,      // there are records
    kAbsent,       // NXDOMAIN, or no data
    kUnavailable,  // no usable answer: an error is not a listing
  };

  State state = State::kUnavailable;
  // kUnavailable only: there was no usable answer in time, while a name server showed that it resolves: the one that
  // was asked, since it was asked; where the deadline came first, any, since the request began.  So it is this name
  // that fails, not DNS.
  bool server_answers_others = false;
  // kPresent only: there is more than the records here, which we did not keep.  They confirm; that something is not
  // among them says nothing.
  bool is_cut = false;
  // kAbsent only: there is no such name (NXDOMAIN), rather than a name without records of this type.
  bool is_no_name = false;
  TimePoint learnt{};
  TimePoint until{};  // fresh before, stale from then on
  std::variant<std::monostate, HostNames, Addresses, ListMatches, Triplet, AutoWhitelistCount, Texts, MailHosts,
               DailyCounts>
      records{};

  bool operator==(const Fact&) const = default;

  // These three have no lifetime: they hold for the decision they are made for.
  static Fact Unavailable() { return {}; }
  static Fact Absent() { return {.state = State::kAbsent}; }
  template <class Records>
  static Fact Present(Records records) {
    return {.state = State::kPresent, .records = std::move(records)};
  }

  bool is_present() const { return state == State::kPresent; }
  bool is_absent() const { return state == State::kAbsent; }
  bool is_unavailable() const { return state == State::kUnavailable; }
  // One that was learnt while the clock was ahead is not: it would hold for as long as the clock was wrong.
  bool is_fresh(TimePoint now) const { return now < until && !IsFromFuture(learnt, now); }

  // The records if they are of this kind, else an empty one.
  template <class T>
  const T& Get() const {
    static const T kEmpty{};
    const T* value = std::get_if<T>(&records);
    return value ? *value : kEmpty;
  }
};

using KnownFacts = std::vector<std::pair<Question, Fact>>;

// Facts are only added to: the first answer to a Question stays, so that late answers cannot split a message.
class Facts {
 public:
  Facts() = default;
  // Of two Facts for one Question the first counts.  REQUIRES: DNS was asked for them.
  explicit Facts(KnownFacts known) : facts_(std::move(known)) {}

  // The Fact, or null.  Valid until the next Add().
  const Fact* Find(const Question& question) const { return Find(question.kind, question.name, question.zone); }
  const Fact* Find(Question::Kind kind, std::string_view name = {}, std::string_view zone = {}) const {
    const auto place = PlaceOf(kind);
    if (!place) return FindBesidePeople(kind, name, zone);
    return of_people_[*place] ? &*of_people_[*place] : nullptr;
  }

  // Returns false, and changes nothing, where the Question has a Fact already.
  bool Add(Question question, Fact fact);
  // REQUIRES: `kind` is one of kPeopleKinds.
  bool Add(Question::Kind kind, Fact&& fact);

  // Adds what DNS said among `other`.
  void AddDnsFactsOf(const Facts& other);

  // From now on what is asked and not known reads as unavailable; the caller adds those Facts, never stores them.
  void Close() { is_closed_ = true; }
  bool is_closed() const { return is_closed_; }

  // What came of the recipients before, of the same message.
  struct EarlierRecipients {
    bool came_back = false;  // the mail to one of them had waited, and its client came back with it
    bool let_in = false;     // one of them was let in
  };
  void SetEarlierRecipients(const EarlierRecipients& earlier) { earlier_recipients_ = earlier; }
  const EarlierRecipients& earlier_recipients() const { return earlier_recipients_; }

  KnownFacts all() const;
  const KnownFacts& beside_people() const { return facts_; }  // those of DNS and of the greylist

  // As newly made; its memory serves again.
  void Clear();

 private:
  using OfPeople = std::array<std::optional<Fact>, kPeopleKinds.size()>;  // each has its place

  // The place of a kind of kPeopleKinds; nothing for other kinds.
  static constexpr std::optional<std::size_t> PlaceOf(Question::Kind kind) {
    for (std::size_t place = 0; place < kPeopleKinds.size(); ++place) {
      if (kPeopleKinds[place] == kind) return place;
    }
    return std::nullopt;
  }
  const Fact* FindBesidePeople(Question::Kind kind, std::string_view name, std::string_view zone) const;

  OfPeople of_people_;
  KnownFacts facts_;
  EarlierRecipients earlier_recipients_;
  bool is_closed_ = false;
};

}  // namespace rules
