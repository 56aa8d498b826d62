#include "policyd/admin/report/draft.h"

#include <algorithm>

#include "policyd/dns/lookups.h"
#include "policyd/dns/wire/dns_query.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

const char* TypeName(rules::RecordType type) {
  switch (type) {
    case rules::RecordType::kA:
      return "A";
    case rules::RecordType::kAaaa:
      return "AAAA";
    case rules::RecordType::kPtr:
      return "PTR";
    case rules::RecordType::kTxt:
      return "TXT";
    case rules::RecordType::kMx:
      return "MX";
    case rules::RecordType::kTlsa:
      return "TLSA";
  }
  return "";
}

Seen::State StateOf(const dns::DnsReply& reply) {
  if (reply.status == dns::DnsReply::Status::kPresent) return Seen::State::kPresent;
  if (reply.status != dns::DnsReply::Status::kAbsent) return Seen::State::kNoAnswer;
  return reply.rcode == dns::kNoSuchName ? Seen::State::kNoName : Seen::State::kAbsent;
}

}  // namespace

LineState Seen::WithoutAnswer() const {
  return state == State::kNotAsked ? LineState::kNotAsked : LineState::kNoAnswer;
}

rules::Fact Seen::ToFact(const rules::Question& question, const cache::LifetimeLimits& limits,
                         rules::TimePoint now) const {
  rules::Fact fact = dns::ToFact(question, answer, limits, now);
  // No question went out for a name that fits into none.
  if (is_missing()) fact.state = rules::Fact::State::kAbsent;
  return fact;
}

Seen ReportAnswers::Find(const rules::DnsQuestion& question) const {
  const auto found = seen_.find(question);
  if (found == seen_.end()) return {.state = is_closed_ ? Seen::State::kNotAsked : Seen::State::kOpen};
  Seen seen = found->second;
  if (seen.is_open() && is_closed_) seen.state = Seen::State::kNoAnswer;
  return seen;
}

void ReportAnswers::Add(const rules::DnsQuestion& question, const dns::Answer& answer) {
  if (is_closed_) return;
  ++answered_;
  seen_[question] = {.state = StateOf(answer.reply), .answer = answer};
}

std::vector<rules::DnsQuestion> ReportAnswers::Ask(const std::vector<rules::DnsQuestion>& open) {
  std::vector<rules::DnsQuestion> asked;
  for (const rules::DnsQuestion& question : open) {
    if (seen_.contains(question)) continue;
    if (!dns::FitsTheWire(question.name)) {
      seen_[question] = {.state = Seen::State::kNoName};
    } else if (asked_ == kMostReportQuestions) {
      seen_[question] = {.state = Seen::State::kNotAsked};
    } else {
      seen_[question] = {};
      ++asked_;
      asked.push_back(question);
    }
  }
  return asked;
}

void Draft::Begin(ReportSection section) {
  section_ = section;
}

Seen Draft::Look(const std::string& name, rules::RecordType type) {
  const rules::DnsQuestion question{name, type};
  Seen seen = answers_.Find(question);
  if (!seen.is_open()) return seen;
  open_sections_.insert(section_);
  if (std::ranges::find(open_, question) == open_.end()) open_.push_back(question);
  return seen;
}

void Draft::WaitEverywhere() {
  for (std::size_t i = 0; i < kReportSections; ++i) open_sections_.insert(static_cast<ReportSection>(i));
}

ReportLine& Draft::Add(LineState state, std::string kind,
                       std::vector<std::pair<std::string, rules::Statement::Value>> about, int depth) {
  return lines_[section_].emplace_back(
      ReportLine{.state = state, .depth = depth, .what = {.kind = std::move(kind), .about = std::move(about)}});
}

void Draft::AddWithoutAnswer(const Seen& seen, const std::string& name, rules::RecordType type, int depth) {
  const bool is_asked = seen.state == Seen::State::kNoAnswer;
  Add(seen.WithoutAnswer(), is_asked ? "report.no_answer" : "report.not_asked",
      {{"name", name}, {"type", std::string(TypeName(type))}}, depth)
      .command = DigCommand(name, type);
}

std::vector<ReportPart> Draft::TakeParts() {
  std::vector<ReportPart> parts;
  for (auto& [section, lines] : lines_) parts.push_back({.section = section, .lines = std::move(lines)});
  return parts;
}

std::optional<std::string> DigCommand(const std::string& name, rules::RecordType type) {
  const bool is_plain =
      std::ranges::all_of(name, [](char c) { return rules::IsAlphanumeric(c) || c == '.' || c == '-' || c == '_'; });
  if (!is_plain || name.empty() || name.starts_with('-')) return std::nullopt;
  return std::string("dig +short ") + TypeName(type) + " " + name;
}

std::string ZoneLine(const std::string& name, const char* type, const std::string& data) {
  return name + ". IN " + type + " " + data;
}

std::string TextLine(const std::string& name, const std::string& text) {
  return ZoneLine(name, "TXT", "\"" + text + "\"");
}

AddressesOf LookAddresses(Draft& draft, const std::string& name) {
  AddressesOf found{.failed = {.state = Seen::State::kAbsent}, .is_no_name = true};
  for (const rules::RecordType type : {rules::RecordType::kA, rules::RecordType::kAaaa}) {
    const Seen seen = draft.Look(name, type);
    found.is_open |= seen.is_open();
    found.is_no_name &= seen.state == Seen::State::kNoName;
    if (!seen.is_present() && !seen.is_missing() && !seen.is_open()) found.failed = seen;
    for (const rules::IpAddress& address : seen.reply().addresses) found.addresses.push_back(address);
    if (found.aliases.empty()) found.aliases = seen.reply().aliases;
  }
  return found;
}

std::string Joined(const rules::Addresses& addresses) {
  std::vector<std::string> texts;
  for (const rules::IpAddress& address : addresses) texts.push_back(address.ToString());
  return rules::Joined(texts);
}

}  // namespace policyd::admin
