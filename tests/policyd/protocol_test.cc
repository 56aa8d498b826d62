#include "policyd/serve/protocol.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace policyd::serve {
namespace {

// The requests in what was fed, as "name=value,name=value"; an error as "! what was expected".
std::vector<std::string> Drain(ProtocolReader& reader) {
  std::vector<std::string> got;
  for (;;) {
    const auto event = reader.Next();
    if (const auto* broken = std::get_if<ProtocolReader::Broken>(&event)) {
      got.push_back("! " + std::string(broken->why));
      return got;
    }
    const auto* attributes = std::get_if<ProtocolReader::Attributes>(&event);
    if (!attributes) return got;
    std::string text;
    for (const auto& [name, value] : *attributes) {
      if (!text.empty()) text += ',';
      text += std::string(name) + '=' + std::string(value);
    }
    got.push_back(text);
  }
}

struct Case {
  const char* name;
  std::string bytes;
  std::vector<std::string> want;
};

class ProtocolTest : public testing::TestWithParam<Case> {};

TEST_P(ProtocolTest, ReadsWholeRequestsHoweverTheyAreSplit) {
  const Case& param = GetParam();
  for (std::size_t split = 0; split <= param.bytes.size(); split += param.bytes.size() > 4096 ? 997 : 1) {
    ProtocolReader reader;
    reader.Feed(std::string_view(param.bytes).substr(0, split));
    std::vector<std::string> got = Drain(reader);
    const bool is_broken = !got.empty() && got.back().starts_with("! ");
    if (!is_broken) {
      reader.Feed(std::string_view(param.bytes).substr(split));
      const auto rest = Drain(reader);
      got.insert(got.end(), rest.begin(), rest.end());
    }
    ASSERT_EQ(got, param.want) << "split after " << split;
  }
}

std::string Lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "a" + std::to_string(i) + "=\n";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ProtocolTest,
    testing::Values(
        Case{"one_request",
             "request=smtpd_access_policy\nclient_address=1.2.3.4\n\n",
             {"request=smtpd_access_policy,client_address=1.2.3.4"}},
        Case{"two_in_one_go", "a=1\n\nb=2\n\n", {"a=1", "b=2"}}, Case{"a_part_waits", "a=1\n\nb=2\n", {"a=1"}},
        Case{"values_may_hold_anything", "sender=a b=c@x\nhelo=\n\n", {"sender=a b=c@x,helo="}},
        Case{"no_name", "=x\n\n", {"! name=value"}}, Case{"no_equals_sign", "a=1\nrubbish\n\n", {"! name=value"}},
        Case{"nothing_before_the_empty_line", "\n", {"! attributes before the empty line"}},
        Case{"longest_line", "a=" + std::string(kMaxLine - 2, 'x') + "\n\n", {"a=" + std::string(kMaxLine - 2, 'x')}},
        Case{"line_too_long", "a=" + std::string(kMaxLine - 1, 'x') + "\n\n", {"! a line of at most 8 KiB"}},
        Case{"line_without_end", std::string(kMaxLine + 1, 'x'), {"! a line of at most 8 KiB"}},
        Case{"too_many_attributes", Lines(kMaxAttributes + 1) + "\n", {"! at most 100 attributes"}}),
    [](const auto& row) { return row.param.name; });

TEST(Protocol, ARequestIsBoundedWhole) {
  ProtocolReader reader;
  std::string bytes;
  for (int i = 0; i < 9; ++i) bytes += "a=" + std::string(8000, 'x') + "\n";
  reader.Feed(bytes);
  EXPECT_EQ(Drain(reader), std::vector<std::string>{"! a request of at most 64 KiB"});
}

TEST(Protocol, KnowsWhenNothingIsLeft) {
  ProtocolReader reader;
  EXPECT_TRUE(reader.is_empty());
  reader.Feed("a=1\n\n");
  EXPECT_TRUE(std::holds_alternative<ProtocolReader::Attributes>(reader.Next()));
  EXPECT_TRUE(reader.is_empty());
  reader.Feed("b");
  EXPECT_FALSE(reader.is_empty());
}

}  // namespace
}  // namespace policyd::serve
