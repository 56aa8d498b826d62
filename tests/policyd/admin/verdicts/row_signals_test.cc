#include "policyd/admin/verdicts/row_signals.h"

#include <gtest/gtest.h>

#include "policyd/admin/verdicts/journal_rows.h"
#include "tests/policyd/ctl/rows.h"

namespace policyd::admin::row_signals_test {

cache::JournalRow With(const char* signals) {
  auto row = ctl::GreylistedRow(1, "203.0.113.69", "mail.x.example", "confirmed");
  row.signals = signals;
  return row;
}

TEST(RowSignals, AreReadWithAndWithoutDetail) {
  for (const auto& [text, want] :
       {std::pair{"", "[]"}, std::pair{"no_ptr:4", R"([{"signal":"no_ptr","points":4.0,"detail":""}])"},
        std::pair{"dnsbl:8[zen.example],helo_match:-1.5", R"([{"signal":"dnsbl","points":8.0,"detail":"zen.example"},)"
                                                          R"({"signal":"helo_match","points":-1.5,"detail":""}])"},
        std::pair{"table:3[clients.pcre line 1, again],no_ptr:4",
                  R"([{"signal":"table","points":3.0,"detail":"clients.pcre line 1, again"},)"
                  R"({"signal":"no_ptr","points":4.0,"detail":""}])"},
        std::pair{"rubbish,dnsbl:x,", "[]"}}) {
    EXPECT_EQ(RowToJson(With(text)).Find("signals")->Dump(), want) << text;
  }
  EXPECT_EQ(RowToJson(With("no_ptr:4")).Find("score")->Dump(), "3.0");
}

TEST(RowSignals, AListThatSpeaksForTheClientIsNoListing) {
  EXPECT_TRUE(IsListed(With("dnsbl:8[zen.example]")));
  EXPECT_TRUE(IsListed(With("no_ptr:4,name_list:3")));
  EXPECT_FALSE(IsListed(With("dnsbl:-2[wl.example]")));
  EXPECT_FALSE(IsListed(With("no_ptr:4")));
  EXPECT_EQ(ListsOf(With("dnsbl:8[zen.example],dnsbl:-2[wl.example],dnsbl:3[psbl.example]")),
            "zen.example, psbl.example");
}

TEST(RowSignals, ANameThatWasNotAskedIsNotUnavailable) {
  auto row = ctl::GreylistedRow(1, "203.0.113.69", "", "unavailable");
  EXPECT_EQ(ReverseDnsOf(row), "not_asked");
  row.facts.push_back({.asked = "ptr", .name = {}, .list = {}, .answer = "unavailable", .records = {}, .age = {}});
  EXPECT_EQ(ReverseDnsOf(row), "unavailable");
  EXPECT_EQ(ReverseDnsOf(ctl::GreylistedRow(1, "203.0.113.69", "", "no_ptr")), "no_ptr");
}

}  // namespace policyd::admin::row_signals_test
