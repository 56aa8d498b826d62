#include "policyd/dns/servers/resolv_conf.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "policyd/dns/resolver.h"
#include "tests/support/fake_name_server.h"

namespace policyd::dns::resolv_conf_test {

struct Case {
  const char* name;
  const char* text;
  std::vector<std::string> want;
};

class ResolvConfTest : public testing::TestWithParam<Case> {};

TEST_P(ResolvConfTest, GivesTheNameServers) {
  std::vector<std::string> got;
  for (const config::Endpoint& server : ParseResolvConf(GetParam().text)) {
    EXPECT_EQ(server.port, 53);
    got.push_back(server.host);
  }
  EXPECT_EQ(got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Files, ResolvConfTest,
    testing::Values(
        Case{"one", "nameserver 192.0.2.53\n", {"192.0.2.53"}},
        Case{"no_newline_at_the_end", "nameserver 192.0.2.53", {"192.0.2.53"}},
        Case{"other_lines_between",
             "# made by dhcp\nsearch example.org\nnameserver\t192.0.2.1\noptions edns0\nnameserver 2001:DB8::1\n",
             {"192.0.2.1", "2001:db8::1"}},
        Case{"three_at_most",
             "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
             {"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
        Case{"text_after_the_address", "nameserver 192.0.2.1 # main\r\n", {"192.0.2.1"}},
        Case{"windows_line_ends", "nameserver 192.0.2.1\r\n", {"192.0.2.1"}},
        Case{"commented_out", "#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", {"127.0.0.1"}},
        Case{"not_in_the_first_column", " nameserver 192.0.2.1\n", {"127.0.0.1"}},
        Case{"another_word", "nameservers 192.0.2.1\n", {"127.0.0.1"}},
        Case{"no_address", "nameserver\nnameserver resolver.example\n", {"127.0.0.1"}},
        Case{"zone_is_left_out", "nameserver fe80::1%eth0\nnameserver 192.0.2.1\n", {"192.0.2.1"}},
        Case{"empty", "", {"127.0.0.1"}}),
    [](const auto& row) { return row.param.name; });

class ResolvConfFile : public testing::Test {
 protected:
  ~ResolvConfFile() override { std::filesystem::remove(file_); }

  void Write(const std::string& text) const { std::ofstream(file_) << text; }

  const std::string file_ =
      std::filesystem::temp_directory_path() / ("sekimori-resolv-conf-" + std::to_string(::getpid()));
  runtime::Loop loop_;
};

TEST_F(ResolvConfFile, TellsWhenItNamesOtherServers) {
  Write("nameserver 127.0.0.2\n");
  std::vector<std::string> told;
  ResolvConfWatch watch(loop_.get(), file_, [&told](const auto& servers) { told.push_back(servers.front().host); });
  ASSERT_EQ(watch.servers().size(), 1U);
  EXPECT_EQ(watch.servers().front().host, "127.0.0.2");
  watch.Look();
  Write("# the same\nnameserver 127.0.0.2\n");
  watch.Look();
  EXPECT_EQ(told, std::vector<std::string>()) << "other text, same servers";
  Write("nameserver 127.0.0.3\n");
  watch.Look();
  std::filesystem::remove(file_);
  watch.Look();
  EXPECT_EQ(told, (std::vector<std::string>{"127.0.0.3", "127.0.0.1"})) << "without the file: 127.0.0.1";
}

// Nobody calls Look() here: the watch does, and the Resolver asks whom it was told.
TEST_F(ResolvConfFile, TheResolverFollowsIt) {
  support::FakeNameServer server;
  const config::Endpoint endpoint = server.endpoint();
  Write("nameserver 127.0.0.2\n");
  bool is_changed = false;
  Resolver resolver(loop_.get(), {}, {.health_changed = [&is_changed] { is_changed = true; }}, {.resolv_conf = file_});
  EXPECT_EQ(resolver.servers().front().name, "127.0.0.2:53");
  Write("nameserver " + endpoint.host + ":" + std::to_string(endpoint.port) + "\n");
  const runtime::Deadline end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_changed && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
  ASSERT_TRUE(is_changed);
  bool is_answered = false;
  resolver.Ask({"mail.example", rules::RecordType::kA}, QuestionClass::kList, runtime::Deadline::max(),
               [&is_answered](const Answer&) { is_answered = true; });
  while (!is_answered) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(server.questions("mail.example"), 1U) << "the next question goes to the new one";
}

}  // namespace policyd::dns::resolv_conf_test
