// A report while DNS is still being asked: what is known, what is open, and the lines that follow from it.
//
// The writers of parts (part_writers.h) are pure functions from what is known to lines.  They begin anew with each
// answer; what they look for and do not find is open, and asked for by whoever runs them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policyd/admin/report/report.h"
#include "policyd/dns/dns.h"
#include "rules/fact.h"
#include "rules/question.h"

namespace policyd::admin {

// What DNS said of a name and type.
struct Seen {
  enum class State : std::uint8_t { kOpen, kPresent, kAbsent, kNoName, kNoAnswer, kNotAsked };
  State state = State::kOpen;
  dns::Answer answer{};

  bool is_open() const { return state == State::kOpen; }
  bool is_present() const { return state == State::kPresent; }
  bool is_missing() const { return state == State::kAbsent || state == State::kNoName; }
  const dns::DnsReply& reply() const { return answer.reply; }
  // The whole TXT records.
  const std::vector<std::string>& texts() const { return answer.reply.texts.whole; }
  // Of a line that needs the answer and has none.
  LineState WithoutAnswer() const;
  // What a decision would know by it.  REQUIRES: it is not open.
  rules::Fact ToFact(const rules::Question& question, const cache::LifetimeLimits& limits, rules::TimePoint now) const;
};

class ReportAnswers {
 public:
  // Open where nothing is known.
  Seen Find(const rules::DnsQuestion& question) const;
  void Add(const rules::DnsQuestion& question, const dns::Answer& answer);
  // What is to be asked of `open`; counts it as asked.
  std::vector<rules::DnsQuestion> Ask(const std::vector<rules::DnsQuestion>& open);
  // From now on what has no answer gets none.
  void Close() { is_closed_ = true; }

  bool is_waiting() const { return !is_closed_ && answered_ < asked_; }
  bool is_closed() const { return is_closed_; }
  std::size_t asked() const { return asked_; }
  std::size_t answered() const { return answered_; }

 private:
  std::map<rules::DnsQuestion, Seen> seen_;
  std::size_t asked_ = 0, answered_ = 0;
  bool is_closed_ = false;
};

class Draft {
 public:
  explicit Draft(const ReportAnswers& answers) : answers_(answers) {}

  // What follows belongs there.
  void Begin(ReportSection section);
  // Notes the question where it is open.
  Seen Look(const std::string& name, rules::RecordType type);
  // The lines of this part, or of all, may still become others, though nothing that they asked for is open.
  void Wait() { open_sections_.insert(section_); }
  void WaitEverywhere();
  ReportLine& Add(LineState state, std::string kind, std::vector<std::pair<std::string, rules::Statement::Value>> about,
                  int depth = 0);
  // "report.no_answer" or "report.not_asked" about the name.  REQUIRES: neither present nor missing, nor open.
  void AddWithoutAnswer(const Seen& seen, const std::string& name, rules::RecordType type, int depth = 0);

  const std::vector<rules::DnsQuestion>& open() const { return open_; }
  std::vector<ReportPart> TakeParts();
  const std::set<ReportSection>& open_sections() const { return open_sections_; }

 private:
  const ReportAnswers& answers_;
  ReportSection section_ = ReportSection::kMail;
  std::map<ReportSection, std::vector<ReportLine>> lines_;
  std::vector<rules::DnsQuestion> open_;
  std::set<ReportSection> open_sections_;
};

// "dig +short TXT _dmarc.a.example"; nothing where the name holds what a shell would not take as it stands.
std::optional<std::string> DigCommand(const std::string& name, rules::RecordType type);
// "a.example. IN TXT \"v=spf1 -all\""
std::string ZoneLine(const std::string& name, const char* type, const std::string& data);
std::string TextLine(const std::string& name, const std::string& text);

// The addresses of both families that a name has, as far as they are known.
struct AddressesOf {
  rules::Addresses addresses{};
  std::vector<std::string> aliases{};
  bool is_open = false;
  Seen failed{};  // of those that have no answer; missing or present where all answered
  bool is_no_name = false;
};
AddressesOf LookAddresses(Draft& draft, const std::string& name);

std::string Joined(const rules::Addresses& addresses);

}  // namespace policyd::admin
