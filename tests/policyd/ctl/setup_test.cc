#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "policyd/admin/setup/first_config.h"
#include "policyd/admin/setup/setup_checks.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"
#include "tests/support/source_directory.h"

namespace policyd::ctl::setup_test {

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : " | ") + text;
  return joined;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct NetworkCase {
  const char* name;
  const char* mynetworks;
  const char* want;
  const char* left_out;
};

class MynetworksTest : public testing::TestWithParam<NetworkCase> {};

TEST_P(MynetworksTest, AddWhatTheDefaultLacks) {
  const admin::OwnNetworks found = admin::ReadMynetworks(GetParam().mynetworks);
  EXPECT_EQ(Joined(found.networks), GetParam().want);
  EXPECT_TRUE(Has(Joined(found.left_out), GetParam().left_out)) << Joined(found.left_out);
  EXPECT_EQ(found.left_out.empty(), std::string_view(GetParam().left_out).empty()) << Joined(found.left_out);
}

INSTANTIATE_TEST_SUITE_P(
    Setup, MynetworksTest,
    testing::Values(NetworkCase{"debian", "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128", "", ""},
                    NetworkCase{"private_ones_are_there", "10.1.0.0/16, 192.168.7.3", "", ""},
                    NetworkCase{"ours", "127.0.0.0/8, 203.0.113.0/28 [2001:db8:7::]/48,203.0.113.0/28",
                                "203.0.113.0/28 | 2001:db8:7::/48", ""},
                    NetworkCase{"one_address", "[2001:db8::25] 198.51.100.7", "2001:db8::25/128 | 198.51.100.7/32", ""},
                    NetworkCase{"the_world", "0.0.0.0/0", "", "0.0.0.0/0: so wide"},
                    NetworkCase{"a_half_of_it", "[8000::]/1", "", "so wide"},
                    NetworkCase{"a_table", "cidr:/etc/postfix/nets", "", "cidr:/etc/postfix/nets: a table"},
                    NetworkCase{"a_file", "/etc/postfix/nets", "", "a table"},
                    NetworkCase{"an_exception", "!203.0.113.5", "", "an exception"},
                    NetworkCase{"nonsense", "203.0.113.1/28", "", "203.0.113.1/28: "}),
    [](const auto& row) { return row.param.name; });

TEST(FirstConfig, SetsItsKeysInTheSampleAndNothingElse) {
  const std::string sample = ReadAll(support::InSource("contrib/sekimori.toml"));
  const admin::FirstConfig config{
      .mode = "tag", .wants_lists = true, .own_networks = {"203.0.113.0/28"}, .resolver = "127.0.0.1"};
  const auto text = admin::SetInSample(sample, config);
  ASSERT_TRUE(text) << text.error().message;
  const auto in_sample = config::ParseConfig("sample", *text);
  const auto alone = config::ParseConfig("alone", admin::FirstConfigText(config));
  ASSERT_TRUE(std::holds_alternative<config::Config>(in_sample)) << Joined(std::get<config::ConfigErrors>(in_sample));
  ASSERT_TRUE(std::holds_alternative<config::Config>(alone)) << Joined(std::get<config::ConfigErrors>(alone));
  for (const config::Config& got : {std::get<config::Config>(in_sample), std::get<config::Config>(alone)}) {
    EXPECT_EQ(got.policy->mode, rules::Mode::kTag);
    EXPECT_FALSE(got.policy->zones.empty());
    EXPECT_EQ(got.dns.servers.size(), 1U);
    const auto& networks = got.policy->own_networks;
    EXPECT_EQ(networks.back().ToString(), "203.0.113.0/28");
    EXPECT_EQ(networks.front().ToString(), "127.0.0.0/8") << "the default stays";
  }
  // Four lines differ, and no comment is lost.
  std::istringstream before(sample), after(*text);
  std::string old_line, new_line;
  int changed = 0;
  while (std::getline(before, old_line)) {
    ASSERT_TRUE(std::getline(after, new_line));
    changed += old_line != new_line;
  }
  EXPECT_EQ(changed, 4);
  const auto again = admin::SetInSample("[policy]\n#mode = \"enforce\"\ntag = 2\n", {});
  ASSERT_FALSE(again) << "what people wrote is not touched";
  EXPECT_EQ(again.error().message, "it has settings already: \"tag = 2\"");
  EXPECT_FALSE(admin::SetInSample("# another file\n", config)) << "it has not these keys";
}

// What names and addresses are answered; what is not there is absent.
class FakeDns {
 public:
  void Add(const std::string& name, rules::RecordType type, dns::DnsReply reply) {
    replies_[{name, type}] = std::move(reply);
  }
  admin::AskDns ask() {
    return [this](const rules::DnsQuestion& question) {
      const auto found = replies_.find({question.name, question.type});
      dns::DnsReply absent;
      absent.status = is_silent ? dns::DnsReply::Status::kNotAnAnswer : dns::DnsReply::Status::kAbsent;
      return found == replies_.end() ? absent : found->second;
    };
  }
  bool is_silent = false;

 private:
  std::map<std::pair<std::string, rules::RecordType>, dns::DnsReply> replies_;
};

dns::DnsReply Addresses(const std::string& address) {
  dns::DnsReply reply;
  reply.status = dns::DnsReply::Status::kPresent;
  reply.addresses = {*rules::IpAddress::Parse(address)};
  return reply;
}

dns::DnsReply Names(const std::string& name) {
  dns::DnsReply reply;
  reply.status = dns::DnsReply::Status::kPresent;
  reply.names = {name};
  return reply;
}

TEST(SetupChecks, LookAtTheOwnNameBothWays) {
  FakeDns dns;
  const auto said = [&dns] {
    std::string text;
    for (const admin::SetupCheck& check : admin::CheckOwnName(dns.ask(), "mx.ours.example"))
      text += (check.is_well ? "ok " : "LOOK ") + check.text + "\n";
    return text;
  };
  EXPECT_TRUE(Has(said(), "LOOK mx.ours.example (myhostname) has no address in DNS"));
  dns.Add("mx.ours.example", rules::RecordType::kA, Addresses("192.0.2.25"));
  EXPECT_TRUE(Has(said(), "LOOK 192.0.2.25 has no PTR record")) << said();
  dns.Add("25.2.0.192.in-addr.arpa", rules::RecordType::kPtr, Names("host25.isp.example"));
  EXPECT_TRUE(Has(said(), "LOOK the PTR record of 192.0.2.25 says host25.isp.example")) << said();
  dns.Add("25.2.0.192.in-addr.arpa", rules::RecordType::kPtr, Names("mx.ours.example"));
  EXPECT_EQ(said(), "ok 192.0.2.25 is mx.ours.example, both ways\n");
  FakeDns dead;
  dead.is_silent = true;
  EXPECT_TRUE(Has(admin::CheckOwnName(dead.ask(), "mx.ours.example").front().text, "DNS does not answer"));
}

TEST(SetupChecks, WantAResolverHere) {
  FakeDns dns;
  const config::Endpoint here{.is_unix = false, .host = "127.0.0.1", .port = 53};
  const config::Endpoint far{.is_unix = false, .host = "192.0.2.53", .port = 53};
  EXPECT_TRUE(admin::CheckResolver(dns.ask(), {here}).is_well);
  EXPECT_FALSE(admin::CheckResolver(dns.ask(), {here, far}).is_well);
  dns.is_silent = true;
  EXPECT_TRUE(Has(admin::CheckResolver(dns.ask(), {here}).text, "no resolver answers (127.0.0.1)"));
}

// With a resolver that nobody is: every check ends at once.
SetupOptions Options(const Tool& tool) {
  return {.resolver = "127.0.0.1",
          .postconf = tool.Write("postconf", "mail_version = 3.7.11\nmynetworks = 127.0.0.0/8 203.0.113.0/28\n")};
}

TEST(Setup, PrintsAndWritesOnlyWhenItIsTold) {
  Tool tool;
  const std::string sample = ReadAll(support::InSource("contrib/sekimori.toml"));
  std::filesystem::remove(tool.path("sekimori.toml"));
  SetupOptions options = Options(tool);
  auto ran = tool.Run(RunSetup, options);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const char* part : {"mode = \"monitor\"\n", "\"203.0.113.0/28\"", "servers = [\"127.0.0.1\"]",
                           "# Checks of this proposal\n", "LOOK  main.cf does not ask us yet"}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_FALSE(Has(ran.out, "spamhaus")) << "no list unless it is asked for";
  EXPECT_FALSE(std::filesystem::exists(tool.path("sekimori.toml")));
  tool.Write("sekimori.toml", sample);
  options.writes = true;
  options.has_lists = true;
  ran = tool.Run(RunSetup, options);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "https://www.spamhaus.org/blocklists/zen-blocklist/")) << "the terms: " << ran.out;
  const std::string written = ReadAll(tool.path("sekimori.toml"));
  EXPECT_TRUE(Has(written, "\nmode = \"monitor\"\n"));
  EXPECT_TRUE(Has(ran.out, "# Checks of " + tool.path("sekimori.toml") + "\n")) << ran.out;
  struct stat about {};
  ASSERT_EQ(stat(tool.path("sekimori.toml").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0644U) << "the daemon reads it as another user";
  ran = tool.Run(RunSetup, options);
  EXPECT_EQ(ran.status, kBadInput) << "what people wrote is not changed";
  EXPECT_EQ(ReadAll(tool.path("sekimori.toml")), written);
}

// On a machine that is configured the daemon works with the file, whatever is proposed.
TEST(Setup, ChecksWhatIsInForce) {
  Tool tool;
  tool.Write(
      "sekimori.toml",
      "[dns]\nservers = [\"127.0.0.2\"]\ntries = 1\ntimeout = \"100ms\"\n[why]\nurl = \"https://mx.example/why\"\n");
  const SetupOptions options = Options(tool);
  auto ran = tool.Run(RunSetup, options);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  const std::size_t checks = ran.out.find("# Checks of " + tool.path("sekimori.toml") + "\n");
  ASSERT_NE(checks, std::string::npos) << ran.out;
  EXPECT_TRUE(Has(ran.out.substr(checks), "(127.0.0.2)")) << "its resolver: " << ran.out;
  EXPECT_TRUE(Has(ran.out.substr(checks), "LOOK  why.url has no effect: ")) << "its warnings: " << ran.out;
  tool.Write("sekimori.toml", "nonsense = 1\n");
  ran = tool.Run(RunSetup, options);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "LOOK  " + tool.path("sekimori.toml") + ":1: nonsense: ")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "has errors, so what follows is checked for this proposal\n")) << ran.out;
}

TEST(Setup, AsksForWhatIsOpen) {
  Tool tool;
  std::filesystem::remove(tool.path("sekimori.toml"));
  SetupOptions options = Options(tool);
  options.asks = options.writes = true;
  const auto ran = tool.Run(RunSetup, options, "yes\nenforce\n");
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.error, "Ask them? [no]")) << ran.error;
  const auto config = config::LoadConfig(tool.path("sekimori.toml"), false);
  ASSERT_TRUE(std::holds_alternative<config::Config>(config));
  EXPECT_EQ(std::get<config::Config>(config).policy->mode, rules::Mode::kEnforce);
  EXPECT_FALSE(std::get<config::Config>(config).policy->zones.empty());
}

TEST(Setup, RefusesWhatNoConfigurationTakes) {
  Tool tool;
  SetupOptions options = Options(tool);
  options.mode = "sleep";
  EXPECT_EQ(tool.Run(RunSetup, options).status, kUsage);
  options = Options(tool);
  options.resolver = "nobody\"]\n[policy]\nmode=\"enforce";
  EXPECT_EQ(tool.Run(RunSetup, options).status, kUsage);
  options = Options(tool);
  options.wait = "soon";
  EXPECT_EQ(tool.Run(RunSetup, options).status, kUsage);
}

}  // namespace policyd::ctl::setup_test
