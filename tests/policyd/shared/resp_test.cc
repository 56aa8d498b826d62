#include "policyd/shared/resp.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace policyd::shared::resp_test {

Reply Text(std::string text) {
  return {.kind = Reply::Kind::kText, .text = std::move(text)};
}
Reply Number(std::int64_t number) {
  return {.kind = Reply::Kind::kNumber, .number = number};
}
Reply Array(std::vector<Reply> items) {
  return {.kind = Reply::Kind::kArray, .items = std::move(items)};
}

// From the examples of the protocol's specification, and what is beside them.
struct Case {
  const char* name;
  std::string bytes;
  std::vector<Reply> want;
};

class ReplyTest : public testing::TestWithParam<Case> {};

// However the network cuts it.
TEST_P(ReplyTest, IsReadInPiecesOfEverySize) {
  const auto& [name, bytes, want] = GetParam();
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    ReplyReader reader;
    std::vector<Reply> got;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.Feed(std::string_view(bytes).substr(at, size));
      while (auto reply = reader.Next()) got.push_back(*std::move(reply));
    }
    EXPECT_EQ(got, want) << "pieces of " << size;
    EXPECT_FALSE(reader.is_broken());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Resp, ReplyTest,
    testing::Values(Case{"status", "+OK\r\n", {{.kind = Reply::Kind::kStatus, .text = "OK"}}},
                    Case{"error", "-ERR no\r\n", {{.kind = Reply::Kind::kError, .text = "ERR no"}}},
                    Case{"numbers", ":0\r\n:-7\r\n", {Number(0), Number(-7)}},
                    Case{"texts", "$5\r\nhello\r\n$0\r\n\r\n", {Text("hello"), Text("")}},
                    Case{"any_bytes", std::string("$4\r\n\r\n\0\xff\r\n", 10), {Text(std::string("\r\n\0\xff", 4))}},
                    Case{"nothing", "$-1\r\n*-1\r\n", {{}, {}}},
                    Case{"arrays", "*2\r\n$3\r\nfoo\r\n:1\r\n*0\r\n", {Array({Text("foo"), Number(1)}), Array({})}},
                    Case{"array_in_array",
                         "*2\r\n*2\r\n:1\r\n$-1\r\n*1\r\n+a\r\n",
                         {Array({Array({Number(1), {}}), Array({{.kind = Reply::Kind::kStatus, .text = "a"}})})}},
                    Case{"role",
                         "*3\r\n$6\r\nmaster\r\n:3129659\r\n*0\r\n",
                         {Array({Text("master"), Number(3129659), Array({})})}}),
    [](const auto& row) { return row.param.name; });

struct BrokenCase {
  const char* name;
  std::string bytes;
};

class BrokenTest : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenTest, IsGivenUpForEver) {
  ReplyReader reader;
  reader.Feed(GetParam().bytes);
  EXPECT_EQ(reader.Next(), std::nullopt);
  EXPECT_TRUE(reader.is_broken());
  reader.Feed("+OK\r\n");
  EXPECT_EQ(reader.Next(), std::nullopt);
}

std::string Deep(int depth) {
  std::string bytes;
  for (int i = 0; i < depth; ++i) bytes += "*1\r\n";
  return bytes + ":1\r\n";
}

INSTANTIATE_TEST_SUITE_P(Resp, BrokenTest,
                         testing::Values(BrokenCase{"of_a_web_server", "HTTP/1.1 400 Bad Request\r\n\r\n"},
                                         BrokenCase{"of_a_mail_server", "220 mx.example ESMTP\r\n"},
                                         BrokenCase{"too_many_items", "*4097\r\n"},
                                         BrokenCase{"items_without_an_end", "*2147483647\r\n"},
                                         BrokenCase{"a_count_that_is_none", "*x\r\n"},
                                         BrokenCase{"negative_count", "*-2\r\n"}, BrokenCase{"too_deep", Deep(20)},
                                         BrokenCase{"too_long", "$1073741824\r\n" + std::string((1 << 20) + 1, 'x')},
                                         BrokenCase{"a_line_without_an_end", "+" + std::string((1 << 20) + 1, 'x')}),
                         [](const auto& row) { return row.param.name; });

TEST(Resp, PrintsCommands) {
  const std::array<std::string_view, 3> words{"SET", "k", std::string_view("a\r\n\0", 4)};
  EXPECT_EQ(PrintCommand(words), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\n" + std::string(1, '\0') + "\r\n");
}

}  // namespace policyd::shared::resp_test
