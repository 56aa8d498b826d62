#include "rules/spf/spf.h"

#include <algorithm>
#include <utility>

#include "rules/spf/macro.h"
#include "rules/spf/terms.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

using Mechanism = SpfTerm::Mechanism;
using State = SpfStep::State;

std::string_view WithoutFinalDot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// RFC 7208, section 4.3: a name of several labels; no address literal.
bool MayHaveRecord(const std::string& domain) {
  return IsAskable(domain) && domain.find('.') != std::string::npos && domain.front() != '[';
}

std::string HeloDomain(const SpfRequest& request) {
  return std::string(WithoutFinalDot(ToALabels(request.helo)));
}

bool IsOfHelo(const SpfRequest& request) {
  return request.identity == SpfIdentity::kHelo || request.sender.empty();
}

// The one policy among the texts of a domain.
struct Selected {
  SpfResult result = SpfResult::kPass;  // of kPass `text` is the record
  SpfFault fault = SpfFault::kNone;
  std::string text;
};

Selected FindPolicy(const Fact& fact) {
  if (fact.is_unavailable()) return {SpfResult::kTemperror, SpfFault::kNoAnswer, {}};
  ChosenSpf chosen = ChooseSpfRecord(fact.Get<Texts>(), fact.is_cut);
  switch (chosen.state) {
    case ChosenSpf::State::kOne:
      return {SpfResult::kPass, SpfFault::kNone, std::move(chosen.record)};
    case ChosenSpf::State::kNone:
      return {SpfResult::kNone, SpfFault::kNone, {}};
    case ChosenSpf::State::kSeveral:
      return {SpfResult::kPermerror, SpfFault::kSeveralRecords, {}};
    case ChosenSpf::State::kTooLong:
      return {SpfResult::kPermerror, SpfFault::kTooLong, {}};
  }
  return {};
}

// What the record of one domain says.
struct Checked {
  SpfResult result = SpfResult::kNone;
  SpfFault fault = SpfFault::kNone;
  std::string term;
  std::string domain;
  bool is_for_anybody = false;
  std::string explanation{};  // the domain-spec of exp=
};

// What came of a term.
struct Tried {
  SpfMatch match = SpfMatch::kNo;
  Checked checked;  // of an include; of an error: where it lies
};

class Evaluation {
 public:
  Evaluation(const SpfRequest& request, const Facts& facts, const SpfOptions& options)
      : request_(request), options_(options), answers_{request_.client, facts, open_} {
    const std::size_t at = request.sender.rfind('@');
    values_.local =
        IsOfHelo(request) || at == std::string::npos || at == 0 ? "postmaster" : request.sender.substr(0, at);
    values_.sender_domain = SpfDomainOf(request);
    values_.client = request.client;
    values_.helo = request.helo;
    values_.receiver = options.receiver;
    values_.now = options.now;
  }

  SpfOutcome Run() {
    auto checked = Check(values_.sender_domain, 0);
    std::optional<std::string> explanation;
    if (checked) explanation = Explain(*checked);
    if (!explanation) return {.check = {}, .open = std::move(open_)};
    return {.check = SpfCheck{.result = checked->result,
                              .fault = checked->fault,
                              .term = std::move(checked->term),
                              .domain = std::move(checked->domain),
                              .is_for_anybody = checked->result == SpfResult::kPass && checked->is_for_anybody,
                              .lookups = lookups_,
                              .voids = voids_,
                              .explanation = *std::move(explanation),
                              .steps = std::move(steps_)},
            .open = {}};
  }

 private:
  // Nothing while a Question is open; this holds for all below.
  std::optional<Checked> Check(const std::string& domain, unsigned depth);
  std::optional<Checked> CheckRecord(const SpfRecord& record, const std::string& domain, unsigned depth);
  std::optional<Checked> Redirect(const SpfRecord& record, const std::string& domain, unsigned depth);
  Tried Try(const SpfTerm& term, const std::string& domain, unsigned depth);
  Tried Include(const SpfTerm& term, const std::string& domain, unsigned depth);
  std::optional<std::string> Target(const std::string& domain_spec, const std::string& domain);
  std::optional<std::string> Validated(const std::string& domain);
  std::optional<std::string> Explain(const Checked& checked);
  // One more term that asks DNS.  False where it is one too many.
  bool Count();
  void AskAhead(const SpfRecord& record, std::size_t from);

  const SpfRequest& request_;
  const SpfOptions& options_;
  std::vector<Question> open_;
  SpfAnswers answers_;
  SpfMacroValues values_;
  std::vector<SpfStep> steps_;
  unsigned lookups_ = 0, voids_ = 0;
};

bool Evaluation::Count() {
  return ++lookups_ <= options_.max_terms;
}

std::optional<Checked> Evaluation::Check(const std::string& domain, unsigned depth) {
  if (!MayHaveRecord(domain)) return Checked{};
  const Fact* texts = answers_.Find(Question::NameTexts(domain));
  if (!texts) return std::nullopt;
  Selected policy = FindPolicy(*texts);
  if (policy.result != SpfResult::kPass) {
    return Checked{.result = policy.result, .fault = policy.fault, .term = {}, .domain = domain};
  }
  const ParsedSpf parsed = ParseSpfRecord(policy.text);
  steps_.push_back({.depth = depth, .domain = domain, .term = std::move(policy.text), .state = State::kRecord});
  if (!parsed.record) {
    steps_.push_back({.depth = depth, .domain = domain, .term = parsed.bad_term, .state = State::kPermerror});
    return Checked{
        .result = SpfResult::kPermerror, .fault = SpfFault::kSyntax, .term = parsed.bad_term, .domain = domain};
  }
  return CheckRecord(*parsed.record, domain, depth);
}

std::optional<Checked> Evaluation::CheckRecord(const SpfRecord& record, const std::string& domain, unsigned depth) {
  for (std::size_t i = 0; i < record.terms.size(); ++i) {
    const SpfTerm& term = record.terms[i];
    Tried tried = Try(term, domain, depth);
    switch (tried.match) {
      case SpfMatch::kNo:
        continue;
      case SpfMatch::kOpen:
        AskAhead(record, i + 1);
        return std::nullopt;
      case SpfMatch::kTemperror:
        return Checked{.result = SpfResult::kTemperror,
                       .fault = SpfFault::kNoAnswer,
                       .term = std::move(tried.checked.term),
                       .domain = std::move(tried.checked.domain)};
      case SpfMatch::kPermerror:
        tried.checked.result = SpfResult::kPermerror;
        return std::move(tried.checked);
      case SpfMatch::kYes:
        return Checked{.result = term.result,
                       .term = term.text,
                       .domain = domain,
                       .is_for_anybody = tried.checked.is_for_anybody || MatchesAnybody(term, request_.client.is_v4()),
                       .explanation = record.explanation};
    }
  }
  if (!record.redirect.empty() && !record.has_all) return Redirect(record, domain, depth);
  return Checked{.result = SpfResult::kNeutral, .term = {}, .domain = domain};
}

std::optional<Checked> Evaluation::Redirect(const SpfRecord& record, const std::string& domain, unsigned depth) {
  const std::string term = "redirect=" + record.redirect;
  const auto error = [&](SpfFault fault) {
    return Checked{.result = SpfResult::kPermerror, .fault = fault, .term = term, .domain = domain};
  };
  const auto target = Target(record.redirect, domain);
  if (!target) return std::nullopt;
  steps_.push_back({.depth = depth, .domain = domain, .term = term, .state = State::kNotMatched, .is_counted = true});
  if (!Count()) return error(SpfFault::kTooManyTerms);
  auto checked = Check(*target, depth + 1);
  if (checked && checked->result == SpfResult::kNone) return error(SpfFault::kNoRecord);
  return checked;
}

Tried Evaluation::Try(const SpfTerm& term, const std::string& domain, unsigned depth) {
  const std::size_t step = steps_.size();
  steps_.push_back({.depth = depth, .domain = domain, .term = term.text, .is_counted = CountsAsLookup(term.mechanism)});
  Tried tried{.match = SpfMatch::kPermerror,
              .checked = {.fault = SpfFault::kTooManyTerms, .term = term.text, .domain = domain}};
  if (!steps_[step].is_counted || Count()) {
    if (term.mechanism == Mechanism::kInclude) {
      tried = Include(term, domain, depth);
    } else if (term.mechanism == Mechanism::kAll) {
      tried.match = SpfMatch::kYes;
    } else {
      const auto name = Target(term.domain_spec, domain);
      const auto [match, is_void] =
          name ? MatchSpfTerm(answers_, term, *name, options_.max_mail_hosts) : SpfTermMatch{.match = SpfMatch::kOpen};
      tried.match = match;
      tried.checked.fault = SpfFault::kTooManyMailHosts;
      steps_[step].is_void = is_void;
      voids_ += is_void ? 1 : 0;
      if (is_void && voids_ > options_.max_voids) {
        tried.match = SpfMatch::kPermerror;
        tried.checked.fault = SpfFault::kTooManyVoids;
      }
    }
  }
  steps_[step].state = tried.match == SpfMatch::kYes         ? State::kMatched
                       : tried.match == SpfMatch::kTemperror ? State::kTemperror
                       : tried.match == SpfMatch::kPermerror ? State::kPermerror
                                                             : State::kNotMatched;
  return tried;
}

Tried Evaluation::Include(const SpfTerm& term, const std::string& domain, unsigned depth) {
  const auto target = Target(term.domain_spec, domain);
  auto checked = target ? Check(*target, depth + 1) : std::nullopt;
  if (!checked) return {.match = SpfMatch::kOpen, .checked = {}};
  switch (checked->result) {
    case SpfResult::kPass:
      return {.match = SpfMatch::kYes, .checked = *std::move(checked)};
    case SpfResult::kFail:
    case SpfResult::kSoftfail:
    case SpfResult::kNeutral:
      return {.match = SpfMatch::kNo, .checked = {}};
    case SpfResult::kTemperror:
      return {.match = SpfMatch::kTemperror, .checked = *std::move(checked)};
    case SpfResult::kPermerror:
      return {.match = SpfMatch::kPermerror, .checked = *std::move(checked)};
    case SpfResult::kNone:
      break;
  }
  return {.match = SpfMatch::kPermerror,
          .checked = {.fault = SpfFault::kNoRecord, .term = term.text, .domain = domain}};
}

std::optional<std::string> Evaluation::Target(const std::string& domain_spec, const std::string& domain) {
  if (domain_spec.empty()) return domain;
  SpfMacroValues values = values_;
  values.domain = domain;
  if (UsesMacro(domain_spec, 'p')) {
    auto validated = Validated(domain);
    if (!validated) return std::nullopt;
    values.validated = *std::move(validated);
  }
  return ExpandName(domain_spec, values);
}

// The macro p: the domain itself, else a name below it, else any.
std::optional<std::string> Evaluation::Validated(const std::string& domain) {
  const auto names = ValidatedNames(answers_, [](std::string_view) { return true; });
  if (!names) return std::nullopt;
  if (names->empty()) return "unknown";
  if (std::ranges::find(*names, domain) != names->end()) return domain;
  const auto below = std::ranges::find_if(*names, [&domain](const std::string& name) { return IsUnder(name, domain); });
  return below != names->end() ? *below : names->front();
}

// The text that the domain has for those whom it does not let send; empty where there is none that can be shown.
std::optional<std::string> Evaluation::Explain(const Checked& checked) {
  if (!options_.explains || checked.result != SpfResult::kFail || checked.explanation.empty()) return "";
  const auto target = Target(checked.explanation, checked.domain);
  if (!target) return std::nullopt;
  if (!IsAskable(*target)) return "";
  const Fact* fact = answers_.Find(Question::NameTexts(*target));
  if (!fact) return std::nullopt;
  const auto& texts = fact->Get<Texts>();
  if (texts.whole.size() != 1 || !texts.begun.empty() || fact->is_cut) return "";
  const std::string& text = texts.whole.front();
  if (!IsMacroString(text, SpfText::kExplanation)) return "";
  SpfMacroValues values = values_;
  values.domain = checked.domain;
  if (UsesMacro(text, 'p')) {
    auto validated = Validated(checked.domain);
    if (!validated) return std::nullopt;
    values.validated = *std::move(validated);
  }
  std::string shown = ExpandExplanation(text, values);
  // A macro stands for what others sent.
  const bool is_printable = std::ranges::all_of(shown, [](char c) { return c >= ' ' && c <= '~'; });
  return is_printable ? shown : "";
}

// The names that the rest of the record includes or redirects to are known without an answer: they are asked together.
void Evaluation::AskAhead(const SpfRecord& record, std::size_t from) {
  unsigned left = options_.max_terms - std::min(lookups_, options_.max_terms);
  const auto ask = [&](const std::string& domain_spec) {
    if (left == 0 || HasMacros(domain_spec)) return;
    --left;
    const std::string domain = ExpandName(domain_spec, values_);
    if (MayHaveRecord(domain)) answers_.Find(Question::NameTexts(domain));
  };
  for (std::size_t i = from; i < record.terms.size() && record.terms[i].mechanism != Mechanism::kAll; ++i) {
    if (record.terms[i].mechanism == Mechanism::kInclude) ask(record.terms[i].domain_spec);
  }
  if (!record.has_all && !record.redirect.empty()) ask(record.redirect);
}

}  // namespace

const char* Name(SpfFault fault) {
  switch (fault) {
    case SpfFault::kNone:
      return "none";
    case SpfFault::kNoAnswer:
      return "no_answer";
    case SpfFault::kSyntax:
      return "syntax";
    case SpfFault::kSeveralRecords:
      return "several_records";
    case SpfFault::kTooLong:
      return "too_long";
    case SpfFault::kNoRecord:
      return "no_record";
    case SpfFault::kTooManyTerms:
      return "too_many_terms";
    case SpfFault::kTooManyVoids:
      return "too_many_voids";
    case SpfFault::kTooManyMailHosts:
      return "too_many_mail_hosts";
  }
  return "";
}

SpfOutcome EvaluateSpf(const SpfRequest& request, const Facts& facts, const SpfOptions& options) {
  return Evaluation(request, facts, options).Run();
}

std::string SpfDomainOf(const SpfRequest& request) {
  std::string domain = IsOfHelo(request) ? HeloDomain(request) : DomainOf(request.sender);
  return MayHaveRecord(domain) ? domain : std::string();
}

}  // namespace rules
