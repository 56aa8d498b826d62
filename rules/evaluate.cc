#include "rules/evaluate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "rules/client/helo.h"
#include "rules/greylist/greylisting.h"
#include "rules/people/precedence.h"
#include "rules/reputation/reputation.h"
#include "rules/signal_table.h"
#include "rules/spf/judgement.h"

namespace rules {
namespace {

// The Actions that are still possible.
class Actions {
 public:
  void Add(Action action) { bits_ |= 1U << static_cast<unsigned>(action); }
  bool Has(Action action) const { return (bits_ >> static_cast<unsigned>(action) & 1U) != 0; }
  bool is_fixed() const { return std::has_single_bit(bits_); }
  Action fixed() const { return static_cast<Action>(std::countr_zero(bits_)); }

 private:
  unsigned bits_ = 0;  // by the numbers of the Actions
};

// The actions of the bands from mild to severe; one that is switched off has no limit.
using Limit = std::pair<Action, std::optional<Points>>;
std::array<Limit, 4> Limits(const Treatment& treatment) {
  const auto& [tag, greylist, defer, reject] = treatment.actions;
  const Bands& bands = treatment.bands;
  return {Limit{tag, bands.tag}, Limit{greylist, bands.greylist}, Limit{defer, bands.defer},
          Limit{reject, bands.reject}};
}

Action BandOf(const Treatment& treatment, Points score) {
  Action action = Action::kPass;
  for (const auto& [band, limit] : Limits(treatment)) {
    if (limit && score >= *limit) action = band;
  }
  return action;
}

Actions BandsWithin(const Treatment& treatment, const ScoreRange& score) {
  Actions within;
  within.Add(BandOf(treatment, score.lowest));
  for (const auto& [band, limit] : Limits(treatment)) {
    if (limit && *limit > score.lowest && *limit <= score.highest) within.Add(band);
  }
  return within;
}

// Nothing brings the mail back.
bool IsFinal(Action action) {
  return action == Action::kReject || action == Action::kDiscard;
}

Action ActionOf(BlockAction action) {
  switch (action) {
    case BlockAction::kDefer:
      return Action::kDefer;
    case BlockAction::kReject:
      return Action::kReject;
    case BlockAction::kDiscard:
      return Action::kDiscard;
    case BlockAction::kHold:
      return Action::kHold;
  }
  return Action::kReject;
}

Action ActionOf(TableAction::Kind kind) {
  switch (kind) {
    case TableAction::Kind::kDefer:
      return Action::kDefer;
    case TableAction::Kind::kReject:
      return Action::kReject;
    case TableAction::Kind::kHold:
      return Action::kHold;
    case TableAction::Kind::kDiscard:
      return Action::kDiscard;
    case TableAction::Kind::kAccept:
    case TableAction::Kind::kNextTable:
      break;
  }
  return Action::kPass;
}

bool IsHeavier(const Signal& a, const Signal& b) {
  return a.points != b.points ? a.points > b.points : RowOf(a.kind).family < RowOf(b.kind).family;
}

Verdict Passes(const Policy& policy, Reason reason) {
  Verdict verdict;
  verdict.mode = policy.mode;
  verdict.reason = reason;
  return verdict;
}

// Why the mail passes without a look at any Fact; nothing where it needs one.
std::optional<Reason> ReasonWithoutFacts(const Policy& policy, const Request& request) {
  if (!request.sasl_username.empty()) return Reason::kAuthenticated;
  if (!request.client) return Reason::kNoClient;
  if (policy.IsOwn(*request.client)) return Reason::kOwnNetwork;
  const bool asks_for_an_address = request.state == ProtocolState::kVrfy || request.state == ProtocolState::kEtrn;
  if (asks_for_an_address) return Reason::kNotJudged;
  return std::nullopt;
}

// Is the recipient known?  At DATA and at the end Postfix names the recipient of a message that has one.
bool NamesRecipient(const Request& request) {
  const bool is_behind = request.state == ProtocolState::kData || request.state == ProtocolState::kEndOfMessage;
  return request.state == ProtocolState::kRcpt || (is_behind && !request.recipient.empty());
}

bool IsBeforeRecipient(ProtocolState state) {
  return state == ProtocolState::kConnect || state == ProtocolState::kEhlo || state == ProtocolState::kHelo ||
         state == ProtocolState::kMail;
}

// Takes back actions that this request must not get while its recipients are not named.  The greylist could not
// recognise the mail later.  Before RCPT no client is turned away at all: postmaster, abuse and whitelisted recipients
// are always open.  After RCPT the recipients that were let in have had their answer.
void Spare(Verdict& verdict, const Request& request, const Facts& facts) {
  if (verdict.action == Action::kPass || verdict.action == Action::kTag || NamesRecipient(request)) return;
  // Tag mode lets the mail in all the same, and its header says why it would not.
  const bool may_tag = request.state == ProtocolState::kMail || request.state == ProtocolState::kData;
  if (verdict.mode == Mode::kTag && may_tag) return;
  const bool is_spared =
      verdict.action == Action::kGreylist || IsBeforeRecipient(request.state) || facts.earlier_recipients().let_in;
  if (!is_spared) return;
  verdict.action = Action::kPass;
  verdict.lacks_recipient = true;
}

Verdict ByEntry(const Policy& policy, const Treatment& treatment, const ReverseDnsView& reverse,
                const ListEntry& entry) {
  const bool is_allowed = entry.list == ListKind::kWhitelist;
  Verdict verdict = Passes(policy, is_allowed ? Reason::kWhitelist : Reason::kBlocklist);
  if (!is_allowed) verdict.action = ActionOf(entry.action);
  if (!is_allowed) verdict.table_text = entry.reply.value_or("");
  verdict.mode = treatment.mode;
  verdict.recipient_class = treatment.name;
  verdict.entry = entry;
  if (entry.if_spf) verdict.spf = SpfSeen{.identity = SpfIdentity::kMailFrom, .result = SpfResult::kPass};
  verdict.name = reverse.name;
  verdict.reverse_dns = reverse.state;
  return verdict;
}

// What people decided, which holds whatever DNS says.
std::optional<Verdict> WithoutDns(const Policy& policy, const Request& request, const Facts& facts) {
  Assessment nothing_known;
  nothing_known.may_become_listed = true;
  const PeopleView people = ViewPeople(ReverseDnsView(), nothing_known, std::nullopt, facts);
  if (!people.entry) return std::nullopt;
  return ByEntry(policy, TreatmentOf(policy, request.recipient), ViewReverseDns(*request.client, facts), *people.entry);
}

// The judgement of one mail, on part of the Facts or all.
struct Judgement {
  const Policy& policy;
  const Request& request;
  const Facts& facts;
  const TimePoint now;
  const Treatment treatment;  // of the recipient
  const ClientAssessment& client;
  const Assessment all;      // the client's and the mail's together
  const bool waits_for_spf;  // whatever it may change
  const std::optional<SpfSeen> spf;
  const SenderProof proof;  // where an entry of people needs it
  std::optional<GreylistView> greylist;

  Outcome Conclude();
  std::vector<Question> AllOpen() const;
  Verdict ByTable(const TableDecision& decision) const;
  Actions PossibleActions();
  void AddGreylist(Actions& actions);
  Outcome Give(Action action) const;
  Reason ReasonFor(Action action, const Verdict& verdict) const;
};

Outcome Judgement::Conclude() {
  PeopleView people = ViewPeople(client.reverse, all, proof.passes, facts);
  if (people.entry) return {ByEntry(policy, treatment, client.reverse, *people.entry), {}};
  if (!people.open.empty()) return {std::nullopt, std::move(people.open)};
  if (people.waits_for_dns || client.may_be_decided) return {std::nullopt, AllOpen()};
  if (client.decision) return {ByTable(*client.decision), {}};

  const Actions actions = PossibleActions();
  if (greylist && !greylist->open.empty()) return {std::nullopt, std::move(greylist->open)};
  if (!actions.is_fixed() || waits_for_spf) return {std::nullopt, all.open};
  // No client is turned away before its name is known: it stands in the reply, in the journal, and in the entry that
  // lets it in.
  if (greylist && !greylist->proof.empty()) return {std::nullopt, std::move(greylist->proof)};
  const bool waits_for_name = !client.reverse.state && actions.fixed() != Action::kPass;
  if (waits_for_name) return {std::nullopt, all.open};
  return Give(actions.fixed());
}

// Asked together, so that a mail waits for the slowest only.
std::vector<Question> Judgement::AllOpen() const {
  std::vector<Question> open = all.open;
  for (const Question& question : proof.open) {
    if (std::ranges::find(open, question) == open.end()) open.push_back(question);
  }
  return open;
}

Verdict Judgement::ByTable(const TableDecision& decision) const {
  Verdict verdict = Passes(policy, Reason::kTable);
  verdict.action = ActionOf(decision.action.kind);
  verdict.mode = treatment.mode;
  verdict.recipient_class = treatment.name;
  verdict.table_rule = decision.rule;
  verdict.table_text = decision.action.text;
  verdict.name = client.reverse.name;
  verdict.reverse_dns = client.reverse.state;
  return verdict;
}

Actions Judgement::PossibleActions() {
  Actions actions;
  const Actions bands = BandsWithin(treatment, all.score);
  for (const Action band : kAllActions) {
    if (!bands.Has(band)) continue;
    if (band == Action::kGreylist) {
      AddGreylist(actions);
      continue;
    }
    // A rejection is final, a delay is not: no client is rejected while a Fact in its favour is unavailable.
    const bool is_final = IsFinal(band);
    if (is_final && (all.lacks_favour || all.may_lack_favour)) actions.Add(Action::kDefer);
    if (!is_final || !all.lacks_favour) actions.Add(band);
  }
  return actions;
}

void Judgement::AddGreylist(Actions& actions) {
  if (!NamesRecipient(request)) return actions.Add(Action::kGreylist);  // see Spare()
  const bool is_known_name = client.reverse.state.has_value();
  // Probes for whether a sender exists must work: a null sender passes from a confirmed client on no list, unless its
  // name is one that every line or rented machine has.
  const bool is_callout =
      request.has_null_sender() && client.reverse.is_confirmed() && !client.has_shared_name && !all.is_listed;
  if (is_callout && !all.may_become_listed) return actions.Add(Action::kPass);
  if (is_known_name) greylist = ViewGreylist(policy, request, client, facts, all.is_listed, now);
  const bool lets_in = greylist && greylist->lets_in();
  // The answer of another list may still take the client off the auto-whitelist.
  const bool may_lose_it = lets_in && !greylist->lets_in_for_good() && all.may_become_listed;
  if (lets_in || is_callout || !is_known_name) actions.Add(Action::kPass);
  if (!lets_in || may_lose_it) actions.Add(Action::kGreylist);
}

Reason Judgement::ReasonFor(Action action, const Verdict& verdict) const {
  if (action == Action::kPass && greylist && greylist->lets_in()) return greylist->reason();
  const bool is_clean = verdict.signals.empty() || BandOf(treatment, verdict.score) == Action::kPass;
  if (!is_clean) return RowOf(verdict.signals.front().kind).reason;
  const bool lacks_name = client.reverse.state == ReverseDns::kUnavailable;
  return lacks_name || (facts.is_closed() && all.lacks_answers) ? Reason::kFailOpen : Reason::kClean;
}

Outcome Judgement::Give(Action action) const {
  Outcome outcome;
  Verdict& verdict = outcome.verdict.emplace();
  verdict.action = action;
  verdict.mode = treatment.mode;
  verdict.recipient_class = treatment.name;
  verdict.signals = all.signals;
  for (const Signal& signal : verdict.signals) verdict.score += signal.points;
  std::stable_sort(verdict.signals.begin(), verdict.signals.end(), IsHeavier);
  verdict.reverse_dns = client.reverse.state;
  verdict.name = client.reverse.name;
  verdict.spf = spf;
  if (greylist && greylist->is_proven) verdict.spf = SpfSeen{.result = SpfResult::kPass};
  const bool is_answer = greylist && greylist->is_of_correspondent;
  if (is_answer) verdict.signals.push_back({SignalKind::kKnownCorrespondent, Points{}, request.sender, {}});
  verdict.reason = ReasonFor(action, verdict);
  if (!greylist) return outcome;
  verdict.triplet = greylist->triplet;
  if (action == Action::kGreylist) verdict.wait = greylist->triplet.wait;
  const bool may_be_listed = all.is_listed || all.may_become_listed;
  verdict.remember = RememberOf(policy, treatment.mode, *greylist, may_be_listed, now);
  return outcome;
}

// Nothing where DNS failed: the client's key is not certain then.
Assessment AssessConduct(const Policy& policy, const Request& request, const ClientAssessment& client,
                         const Facts& facts, TimePoint now) {
  std::optional<std::string> key;
  if (client.reverse.state) {
    if (client.reverse.state == ReverseDns::kUnavailable && !client.reverse.blames_name) return {};
    key = ClientKey(policy, *request.client, client);
  }
  return AssessReputation(policy, key, facts, now);
}

struct SpfPart {
  std::optional<SpfSeen> seen{};
  bool waits = false;
};

// Adds what SPF says of the mail, or may say.  While more than SPF is open it is asked only where it could change the
// Action on what is certain by then.
SpfPart AddSpf(const Policy& policy, const Request& request, const Treatment& treatment, const ReverseDnsView& reverse,
               const Facts& facts, Assessment& all) {
  SpfJudgement spf = AssessSpf(policy, request, reverse, facts);
  const bool is_always = policy.spf.check == SpfUse::kAlways;
  const bool counts = all.score.lowest > Points{};
  const ScoreRange certain{all.score.lowest + spf.score.lowest, all.score.lowest + spf.score.highest};
  const bool matters = counts && (all.open.empty() || !BandsWithin(treatment, certain).is_fixed());
  if (!matters && !is_always) spf.open.clear();
  if (!counts) {
    spf.signals.clear();
    // What else is open may yet make it count.
    const bool may_count = all.score.highest > Points{};
    spf.score = may_count ? ScoreRange{std::min(spf.score.lowest, Points{}), std::max(spf.score.highest, Points{})}
                          : ScoreRange{};
  }
  const bool waits = is_always && !(reverse.state && spf.open.empty());
  all += static_cast<const Assessment&>(spf);
  return {.seen = counts || is_always ? spf.seen : std::nullopt, .waits = waits};
}

Outcome JudgeMail(const Policy& policy, const Health& health, const Request& request, const ClientAssessment& client,
                  const Facts& facts, TimePoint now) {
  Assessment all = static_cast<const Assessment&>(client);
  all += AssessNames(policy, health, request, client.reverse, facts);
  all += AssessHelo(policy, request, client, facts);
  if (AsksReputation(policy)) all += AssessConduct(policy, request, client, facts, now);
  Treatment treatment = TreatmentOf(policy, request.recipient);
  SpfPart spf;
  if (MayAskSpf(policy, all.score)) spf = AddSpf(policy, request, treatment, client.reverse, facts, all);
  SenderProof proof;
  if (NeedsSenderProof(facts)) proof = ProveSender(request, facts);
  all.lacks_favour |= proof.lacks_answer && AllowsProvenSender(facts);
  return Judgement{.policy = policy,
                   .request = request,
                   .facts = facts,
                   .now = now,
                   .treatment = std::move(treatment),
                   .client = client,
                   .all = std::move(all),
                   .waits_for_spf = spf.waits,
                   .spf = spf.seen,
                   .proof = std::move(proof),
                   .greylist = {}}
      .Conclude();
}

// Returned where it is made: a Verdict is large.
Outcome JudgeByFacts(const Policy& policy, const Health& health, const Request& request, const Facts& facts,
                     TimePoint now, const ClientAssessment* known) {
  if (known) return JudgeMail(policy, health, request, *known, facts, now);
  if (auto verdict = WithoutDns(policy, request, facts)) return {std::move(verdict), {}};
  return JudgeMail(policy, health, request, Assess(policy, health, *request.client, facts), facts, now);
}

Outcome Judge(const Policy& policy, const Health& health, const Request& request, const Facts& facts, TimePoint now,
              const ClientAssessment* known) {
  Outcome outcome = JudgeByFacts(policy, health, request, facts, now, known);
  if (outcome.verdict) Spare(*outcome.verdict, request, facts);
  return outcome;
}

}  // namespace

Outcome Evaluate(const Policy& policy, const Health& health, const Request& request, const Facts& facts, TimePoint now,
                 const ClientAssessment* known) {
  if (const auto reason = ReasonWithoutFacts(policy, request)) return {Passes(policy, *reason), {}};
  if (!KnowsPeople(request, facts)) return {std::nullopt, PeopleQuestions(request)};
  return Judge(policy, health, request, facts, now, known);
}

bool NeedsFacts(const Policy& policy, const Request& request) {
  return !ReasonWithoutFacts(policy, request);
}

Preparation NextPreparation(const Policy& policy, const Request& request, const Facts& facts,
                            const ClientAssessment* known) {
  using Step = Preparation::Step;
  // Asked for every mail, and the others with it.
  const bool knows_people = facts.Find(Question::Kind::kClientEntries) != nullptr;
  if (!knows_people) return {.step = NeedsFacts(policy, request) ? Step::kPeople : Step::kNone};
  if (known && known->score.highest <= Points{}) return {};
  // An entry of people may decide alone.
  if (!ArePeopleSilent(facts)) return {};
  if (!known) return {.step = Step::kClient};
  if (!NamesRecipient(request)) return {};
  const Action band = BandOf(TreatmentOf(policy, request.recipient), known->score.lowest);
  if (band != Action::kGreylist) return {};
  return {.step = Step::kGreylist,
          .questions = ViewGreylist(policy, request, *known, Facts(), known->is_listed, TimePoint()).open};
}

}  // namespace rules
