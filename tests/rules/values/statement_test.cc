#include "rules/values/statement.h"

#include <gtest/gtest.h>

namespace rules {
namespace {

const std::vector<StatementRow> kRows{{"gone", "{key}: {zone} is gone: use {instead} instead"},
                                      {"lists", "lists {point}, which it must not"},
                                      {"all", "all lists are silent"},
                                      {"any", "{key}: {rest}"}};

TEST(Statement, OfAKeptTextIsFoundWithWhatItIsAbout) {
  for (const StatementRow& row : kRows) {
    const Statement statement{.kind = row.kind,
                              .about = {{"key", std::string("a")},
                                        {"zone", std::string("b.example")},
                                        {"instead", std::string("c, d")},
                                        {"point", std::string("127.0.0.1")},
                                        {"rest", std::string("e")}}};
    const std::string text = InEnglish(statement, kRows);
    const auto got = ReadBack(text, kRows);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(got->kind, row.kind);
    EXPECT_EQ(InEnglish(*got, kRows), text);
  }
}

TEST(Statement, OfNoRowIsNone) {
  for (const char* text :
       {"", "lists", "lists 127.0.0.1", "lists 127.0.0.1, which it must not do", "all lists are", "a:"}) {
    EXPECT_FALSE(ReadBack(text, kRows)) << text;
  }
}

TEST(Statement, PrintsDurationsAndTimesAsItIsTold) {
  const Statement statement{.kind = "x", .about = {{"wait", seconds{3900}}, {"end", TimePoint{seconds{0}}}}};
  EXPECT_EQ(Worded("{wait} {end}", statement), "1h 5m 1970-01-01T00:00:00Z");
  EXPECT_EQ(Worded("{wait}", statement, [](const Statement::Value&) { return "-"; }), "-");
}

}  // namespace
}  // namespace rules
