#include "rules/values/statement.h"

#include <gtest/gtest.h>

namespace rules::statement_test {

const std::vector<StatementRow> kRows{{"warning.gone", "{key}: {zone} is gone ({what})"},
                                      {"gone.shut_down", "shut down in {when}"}};

TEST(Statement, HasAnotherAsItsPart) {
  const Statement whole{.kind = "warning.gone",
                        .about = {{"key", std::string("a")}, {"zone", std::string("b.example")}}};
  const Statement part{.kind = "gone.shut_down", .about = {{"when", std::string("2017")}}};
  EXPECT_EQ(InEnglish(With(whole, "what", part), kRows), "a: b.example is gone (shut down in 2017)");
  EXPECT_EQ(InEnglish(With(whole, "what", InOwnWords("so they say")), kRows), "a: b.example is gone (so they say)");
}

TEST(Statement, OfAKindThatNobodyKnowsIsItsKind) {
  EXPECT_EQ(InEnglish({.kind = "newer.kind", .about = {}}, kRows), "newer.kind");
  EXPECT_EQ(InEnglish(With({.kind = "warning.gone", .about = {}}, "what", {.kind = "newer.part", .about = {}}), kRows),
            ":  is gone (newer.part)");
}

TEST(Statement, IsReadBackFromItsLine) {
  const Statement all{.kind = "alarm.x_y",
                      .about = {{"text", std::string("a = b, \"c\"@~:")},
                                {"empty", std::string()},
                                {"wait", seconds{-5}},
                                {"end", TimePoint{seconds{1'795'000'000}}},
                                {"why", Phrase{"alarm.why"}}}};
  EXPECT_EQ(ToLine(all), "alarm.x_y\ttext=a = b, \"c\"@~:\tempty=\twait~-5\tend@1795000000\twhy:alarm.why");
  for (const Statement& statement :
       {all, Statement{.kind = "alarm.x", .about = {}}, InOwnWords("facts/ was damaged"), InOwnWords("")}) {
    EXPECT_EQ(FromLine(ToLine(statement)), statement) << ToLine(statement);
  }
  EXPECT_EQ(ToLine(InOwnWords("two\nlines")), "two lines");
  const Statement hostile{.kind = "alarm.x", .about = {{"why", std::string("a\tb=c\nd\x7f")}}};
  EXPECT_EQ(ToLine(hostile), "alarm.x\twhy=a b=c d ");
}

TEST(Statement, OfALineOfAnotherFormIsInItsOwnWords) {
  for (const char* line :
       {"does not answer", "lists/ were gone", "unknown", "alarm.x\twhy", "alarm.x\twhy!1", "alarm.x\twait~",
        "alarm.x\twait~1h", "alarm.x\tend@x", "alarm.x\twhy:no kind", "alarm.x\t"}) {
    EXPECT_EQ(FromLine(line), InOwnWords(line)) << line;
  }
}

TEST(Statement, PrintsDurationsAndTimesAsItIsTold) {
  const Statement statement{.kind = "x", .about = {{"wait", seconds{3900}}, {"end", TimePoint{seconds{0}}}}};
  EXPECT_EQ(Worded("{wait} {end}", statement), "1h 5m 1970-01-01T00:00:00Z");
  EXPECT_EQ(Worded("{wait}", statement, [](const Statement::Value&) { return "-"; }), "-");
}

}  // namespace rules::statement_test
