#include "policyd/dns/servers/resolv_conf.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "policyd/dns/system_resolver.h"
#include "tests/support/fake_name_server.h"

namespace policyd::dns {
namespace {

struct Case {
  const char* name;
  const char* text;
  std::vector<std::string> want;
};

class ResolvConfTest : public testing::TestWithParam<Case> {};

TEST_P(ResolvConfTest, GivesTheNameServers) {
  std::vector<std::string> got;
  for (const Endpoint& server : ParseResolvConf(GetParam().text)) {
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

TEST(SystemResolver, FollowsTheFile) {
  const auto file = std::filesystem::temp_directory_path() / ("sekimori-resolv-conf-" + std::to_string(::getpid()));
  std::ofstream(file) << "nameserver 127.0.0.2\n";
  Loop loop;
  int switched = 0;
  {
    SystemResolver resolver(loop.get(), {}, {.warn = {}, .health_changed = [&switched] { ++switched; }}, file.string());
    resolver.Look();
    EXPECT_EQ(switched, 0);
    std::ofstream(file) << "# the same\nnameserver 127.0.0.2\n";
    resolver.Look();
    EXPECT_EQ(switched, 0) << "other text, same servers";
    std::ofstream(file) << "nameserver 127.0.0.3\n";
    resolver.Look();
    EXPECT_EQ(switched, 1);
    std::filesystem::remove(file);
    resolver.Look();
    EXPECT_EQ(switched, 2) << "without the file: 127.0.0.1";

    support::FakeNameServer server;
    const Endpoint endpoint = server.endpoint();
    std::ofstream(file) << "nameserver " << endpoint.host << ":" << endpoint.port << "\n";
    resolver.Look();
    bool is_answered = false;
    resolver.Ask({"mail.example", rules::RecordType::kA}, QuestionClass::kList, Deadline::max(),
                 [&is_answered](const Answer&) { is_answered = true; });
    while (!is_answered) uv_run(loop.get(), UV_RUN_ONCE);
    EXPECT_EQ(server.questions("mail.example"), 1U) << "the next question goes to the new one";
    std::filesystem::remove(file);
  }
}

}  // namespace
}  // namespace policyd::dns
