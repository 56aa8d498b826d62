#include "policyd/serve/protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace policyd::serve::protocol_test {

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

// The attributes that were read before the buffer grew must be those that are given out after it.
TEST_P(ProtocolTest, ReadsTheSameWhereEveryByteComesAlone) {
  ProtocolReader reader;
  std::vector<std::string> got;
  for (const char& byte : GetParam().bytes) {
    reader.Feed({&byte, 1});
    const auto more = Drain(reader);
    got.insert(got.end(), more.begin(), more.end());
    if (!got.empty() && got.back().starts_with("! ")) break;
  }
  EXPECT_EQ(got, GetParam().want);
}

std::string Lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "a" + std::to_string(i) + "=\n";
  return text;
}

// As Drain() tells Lines().
std::string Joined(std::size_t count) {
  std::string text = Lines(count);
  std::replace(text.begin(), text.end(), '\n', ',');
  text.pop_back();
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
        Case{"a_request_that_begins_in_a_read_of_others", "a=1\n\nb=2\n\nc=3\nd=4\n\ne", {"a=1", "b=2", "c=3,d=4"}},
        Case{"few_after_many", Lines(40) + "\nb=2\n\n", {Joined(40), "b=2"}},
        Case{"no_name", "=x\n\n", {"! name=value"}}, Case{"no_equals_sign", "a=1\nrubbish\n\n", {"! name=value"}},
        Case{"nothing_before_the_empty_line", "\n", {"! attributes before the empty line"}},
        Case{"a_whole_one_before", "a=1\n\nrubbish\n\n", {"a=1", "! name=value"}},
        Case{"too_long_before_it_is_malformed",
             "rubbish\n" + std::string(kMaxLine + 1, 'x') + "\n\n",
             {"! a line of at most 8 KiB"}},
        Case{"longest_line", "a=" + std::string(kMaxLine - 2, 'x') + "\n\n", {"a=" + std::string(kMaxLine - 2, 'x')}},
        Case{"line_too_long", "a=" + std::string(kMaxLine - 1, 'x') + "\n\n", {"! a line of at most 8 KiB"}},
        Case{"line_without_end", std::string(kMaxLine + 1, 'x'), {"! a line of at most 8 KiB"}},
        Case{"most_attributes", Lines(kMaxAttributes) + "\n", {Joined(kMaxAttributes)}},
        Case{"too_many_attributes", Lines(kMaxAttributes + 1) + "\n", {"! at most 100 attributes"}}),
    [](const auto& row) { return row.param.name; });

std::string RequestOf(std::size_t bytes) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "a=" + std::string(8000, 'x') + "\n";
  return text + "a=" + std::string(bytes - text.size() - 4, 'x') + "\n\n";
}

TEST(Protocol, ARequestIsBoundedWhole) {
  ProtocolReader largest;
  largest.Feed(RequestOf(kMaxRequest));
  EXPECT_EQ(Drain(largest).front().size(), kMaxRequest - 2);
  ProtocolReader too_large;
  too_large.Feed(RequestOf(kMaxRequest + 1));
  EXPECT_EQ(Drain(too_large), std::vector<std::string>{"! a request of at most 64 KiB"});
  ProtocolReader never_whole;
  never_whole.Feed(RequestOf(kMaxRequest + 3).substr(0, kMaxRequest + 1));
  EXPECT_EQ(Drain(never_whole), std::vector<std::string>{"! a request of at most 64 KiB"});
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

}  // namespace policyd::serve::protocol_test
