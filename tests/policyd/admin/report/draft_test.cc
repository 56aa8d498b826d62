#include "policyd/admin/report/draft.h"

#include <gtest/gtest.h>

namespace policyd::admin::draft_test {

using rules::DnsQuestion;
using rules::RecordType;

std::vector<DnsQuestion> Many(std::size_t count) {
  std::vector<DnsQuestion> questions;
  for (std::size_t i = 0; i < count; ++i) questions.push_back({std::to_string(i) + ".example", RecordType::kTxt});
  return questions;
}

TEST(ReportAnswers, AreOf400QuestionsAtMost) {
  ReportAnswers answers;
  const auto wanted = Many(kMostReportQuestions + 2);
  EXPECT_EQ(answers.Ask(wanted).size(), kMostReportQuestions);
  EXPECT_TRUE(answers.Find(wanted[kMostReportQuestions - 1]).is_open());
  EXPECT_EQ(answers.Find(wanted[kMostReportQuestions]).state, Seen::State::kNotAsked);
  EXPECT_TRUE(answers.Ask(wanted).empty());
  EXPECT_EQ(answers.asked(), kMostReportQuestions);
}

TEST(ReportAnswers, TellNotAskedNoAnswerAndNotThereApart) {
  ReportAnswers answers;
  const auto names = Many(5);
  EXPECT_EQ(answers.Ask({names[0], names[1], names[2], names[3]}).size(), 4U);
  answers.Add(names[0], {.reply = {.status = dns::DnsReply::Status::kAbsent}});
  answers.Add(names[1], {.reply = {.status = dns::DnsReply::Status::kAbsent, .rcode = dns::kNoSuchName}});
  answers.Add(names[2], {.reply = {.status = dns::DnsReply::Status::kError, .rcode = 2}});
  EXPECT_TRUE(answers.is_waiting());
  answers.Close();
  EXPECT_FALSE(answers.is_waiting());
  answers.Add(names[3], {.reply = {.status = dns::DnsReply::Status::kAbsent}});  // too late
  constexpr Seen::State kWant[] = {Seen::State::kAbsent, Seen::State::kNoName, Seen::State::kNoAnswer,
                                   Seen::State::kNoAnswer, Seen::State::kNotAsked};
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(answers.Find(names[i]).state, kWant[i]) << i;
}

TEST(ReportAnswers, OfANameThatCannotBeAskedIsThatThereIsNone) {
  ReportAnswers answers;
  const DnsQuestion long_name{std::string(64, 'x') + ".example", RecordType::kTxt};
  EXPECT_TRUE(answers.Ask({long_name}).empty());
  EXPECT_EQ(answers.Find(long_name).state, Seen::State::kNoName);
  EXPECT_EQ(answers.asked(), 0U);
}

TEST(Draft, KnowsWhichPartsWait) {
  ReportAnswers answers;
  Draft draft(answers);
  draft.Begin(ReportSection::kSpf);
  EXPECT_TRUE(draft.Look("a.example", RecordType::kTxt).is_open());
  draft.Begin(ReportSection::kDkim);
  EXPECT_TRUE(draft.Look("a.example", RecordType::kTxt).is_open());
  draft.Begin(ReportSection::kMx);
  EXPECT_EQ(draft.open(), (std::vector<DnsQuestion>{{"a.example", RecordType::kTxt}}));
  EXPECT_EQ(draft.open_sections(), (std::set{ReportSection::kSpf, ReportSection::kDkim}));
}

TEST(DigCommand, CanBePasted) {
  EXPECT_EQ(DigCommand("_dmarc.a.example", RecordType::kTxt), "dig +short TXT _dmarc.a.example");
  for (const char* name : {"", "a;b.example", "$(x).example", "-f.example", "a b", "0/25.2.0.192.in-addr.arpa"}) {
    EXPECT_EQ(DigCommand(name, RecordType::kTxt), std::nullopt) << name;
  }
}

}  // namespace policyd::admin::draft_test
