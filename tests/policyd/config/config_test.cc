#include "policyd/config/config.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/config_values.h"

namespace policyd::config::config_test {

using support::ParseOrDie;
using support::PrintValues;

struct KeyCase {
  std::string key;
  std::string value;  // TOML
  std::string want;
};

class ConfigKeyTest : public testing::TestWithParam<KeyCase> {};

TEST_P(ConfigKeyTest, SetsItsMemberAndNoOther) {
  const auto [key, value, want_value] = GetParam();
  auto want = PrintValues(ParseOrDie(""));
  ASSERT_NE(want[key], want_value) << "the row must not say what is the default anyway";
  want[key] = want_value;
  EXPECT_EQ(PrintValues(ParseOrDie(key + " = " + value)), want);
}

INSTANTIATE_TEST_SUITE_P(
    Config, ConfigKeyTest,
    testing::Values(
        KeyCase{"policy_service.listen", R"(["inet:[::1]:10040", "unix:/run/s"])", "[::1]:10040 unix:/run/s"},
        KeyCase{"policy_service.threads", "4", "4"}, KeyCase{"policy_service.max_connections", "10", "10"},
        KeyCase{"policy_service.answer_within", "\"1500ms\"", rules::PrintDuration(rules::milliseconds{1500})},
        KeyCase{"http.listen", R"("")", "off"}, KeyCase{"http.listen", R"("127.0.0.2:80")", "127.0.0.2:80"},
        KeyCase{"http.hosts", R"(["MX.example.", "b.example"])", "mx.example b.example"},
        KeyCase{"store.directory", R"("/srv/s")", "/srv/s"}, KeyCase{"store.max_size", R"("64MiB")", "67108864"},
        KeyCase{"journal.keep", R"("7d")", "7d"}, KeyCase{"journal.max_verdicts", "5000", "5000"},
        KeyCase{"dns.servers", R"(["127.0.0.1:5353", "[::1]:53", "127.0.0.2", "::1"])",
                "127.0.0.1:5353 [::1]:53 127.0.0.2:53 [::1]:53"},
        KeyCase{"dns.timeout", R"("300ms")", "300ms"}, KeyCase{"dns.tries", "3", "3"},
        KeyCase{"dns.in_flight", "50", "50"}, KeyCase{"dns.min_ttl", R"("5s")", "5s"},
        KeyCase{"dns.max_ttl", R"("2d")", "2d"}, KeyCase{"dns.max_negative_ttl", R"("2h")", "2h"},
        KeyCase{"dns.failure_ttl", R"("5s")", "5s"}, KeyCase{"dns.stale_for", R"("2h")", "2h"},
        KeyCase{"policy.mode", R"("tag")", "tag"}, KeyCase{"policy.mode", R"("monitor")", "monitor"},
        KeyCase{"policy.own_networks", R"(["192.0.2.0/24", "2001:db8::1"])", "192.0.2.0/24 2001:db8::1/128"},
        KeyCase{"policy.own_names", R"(["MX.Example.", "a.example"])", "mx.example a.example"},
        KeyCase{"policy.tag", "2.5", "2.5"}, KeyCase{"policy.greylist", R"("off")", "off"},
        KeyCase{"policy.defer", "5.0", "5"}, KeyCase{"policy.reject", "12", "12"},
        KeyCase{"points.no_ptr", "0.1", "0.1"}, KeyCase{"points.no_forward", "3.3", "3.3"},
        KeyCase{"points.mismatch", "-2", "-2"}, KeyCase{"points.unavailable_name", "8.0", "8"},
        KeyCase{"points.dynamic_name", "5", "5"}, KeyCase{"points.cloud_name", "0", "0"},
        KeyCase{"points.helo_literal", "2", "2"}, KeyCase{"points.helo_not_public", "2.5", "2.5"},
        KeyCase{"points.helo_localhost", "4", "4"}, KeyCase{"points.helo_own_name", "5", "5"},
        KeyCase{"points.helo_unrelated", "0", "0"}, KeyCase{"points.helo_match", "-2", "-2"},
        KeyCase{"points.sender_match", "-1.5", "-1.5"}, KeyCase{"points.mail_name", "0", "0"},
        KeyCase{"points.reputation_poor", "3", "3"}, KeyCase{"points.reputation_good", "-1", "-1"},
        KeyCase{"points.spf_fail", "4", "4"}, KeyCase{"points.spf_softfail", "0", "0"},
        KeyCase{"points.helo_spf_fail", "2", "2"}, KeyCase{"points.spf_permerror", "1", "1"},
        KeyCase{"points.limit_reached", "2", "2"}, KeyCase{"points.jump", "2", "2"},
        KeyCase{"points.many_networks", "4", "4"}, KeyCase{"points.strangers", "1", "1"},
        KeyCase{"points.foreign_domains", "1", "1"}, KeyCase{"points.bounces", "0", "0"},
        KeyCase{"outbound.mode", R"("monitor")", "monitor"}, KeyCase{"outbound.mode", R"("enforce")", "enforce"},
        KeyCase{"outbound.networks", R"(["192.0.2.0/24"])", "192.0.2.0/24"},
        KeyCase{"outbound.login_domain", R"("Example.org")", "example.org"},
        KeyCase{"outbound.recipients_per_hour", "200", "200"},
        KeyCase{"outbound.recipients_per_hour", R"("off")", "off"},
        KeyCase{"outbound.recipients_per_day", "900", "900"}, KeyCase{"outbound.messages_per_hour", "30", "30"},
        KeyCase{"outbound.domain_recipients_per_day", "2000", "2000"},
        KeyCase{"outbound.own_domains", R"(["Example.org", ".example.net"])", "example.org .example.net"},
        KeyCase{"outbound.hold", "4", "4"}, KeyCase{"outbound.lock", R"("off")", "off"},
        KeyCase{"outbound.sites", R"(["bl.example*5"])", "bl.example(bl.example)0..5"},
        KeyCase{"outbound.notify", R"("/var/lib/told")", "/var/lib/told"},
        KeyCase{"outbound.class", R"([{match = ["Ann@example.org", "192.0.2.0/28"], recipients_per_hour = "off"}])",
                "ann@example.org(ann@example.org 192.0.2.0/28)off/-/-"},
        KeyCase{"spf.check", R"("always")", "always"}, KeyCase{"spf.check", R"("off")", "off"},
        KeyCase{"spf.forwarders", R"(["192.0.2.1", "2001:db8::/32", "Mail.example.org", ".Example.net"])",
                "192.0.2.1/32 2001:db8::/32 mail.example.org .example.net"},
        KeyCase{"spf.header", "true", "true"}, KeyCase{"dynamic_names.own_rules", "false", "false"},
        KeyCase{"dynamic_names.ignore", R"(["pool", "ovh.net", "Dyn"])", "pool ovh.net dyn"},
        KeyCase{"dnsbl.sites", R"(["zen.example=127.0.0.[2..11]*8", "wl.example*-2.5", "zen.example=127.0.0.12*3"])",
                "zen.example(zen.example)0..11 wl.example(wl.example)-2.5..0"},
        KeyCase{"dnsbl.name_sites", R"(["dbl.example*4"])", "dbl.example(dbl.example)0..4"},
        KeyCase{"dnsbl.no_test_point", R"(["Zen.Example"])", "zen.example"},
        KeyCase{"greylist.delay", R"("0s")", rules::PrintDuration(rules::milliseconds{0})},
        KeyCase{"greylist.retry_window", R"("5h")", "5h"}, KeyCase{"greylist.remember", R"("7d")", "7d"},
        KeyCase{"greylist.auto_whitelist_after", "0", "0"}, KeyCase{"greylist.network_v4", "32", "32"},
        KeyCase{"greylist.network_v6", "0", "0"}, KeyCase{"greylist.spf_domain", "true", "true"},
        KeyCase{"greylist.known_correspondents", "true", "true"}, KeyCase{"greylist.max_pending", "1", "1"},
        KeyCase{"greylist.max_pending_per_network", "70", "70"},
        KeyCase{"reply.hostname", R"("MX.example")", "mx.example"},
        KeyCase{"reply.header", R"("X-Sekimori-d41d8cd98f")", "X-Sekimori-d41d8cd98f"},
        KeyCase{"reply.contact", R"("postmaster@example.com")", "postmaster@example.com"},
        KeyCase{"reply.defer", R"("4.7.25 {why}; {contact} {why_url}")", "4.7.25 {why}; {contact} {why_url}"},
        KeyCase{"reply.greylist", R"("4.2.0 later }")", "4.2.0 later }"},
        KeyCase{"reply.reject", R"("5.7.1 {hostname}: {why}")", "5.7.1 {hostname}: {why}"},
        KeyCase{"reply.no_ptr", R"("{client}")", "{client}"}, KeyCase{"reply.no_forward", R"("{name}")", "{name}"},
        KeyCase{"reply.mismatch", R"("{helo} {until}")", "{helo} {until}"},
        KeyCase{"reply.unavailable_name", R"("{ref}")", "{ref}"},
        KeyCase{"reply.dynamic_name", R"("{minutes}")", "{minutes}"}, KeyCase{"reply.dnsbl", R"("{list}")", "{list}"},
        KeyCase{"reply.name_list", R"("{sender}")", "{sender}"}, KeyCase{"reply.helo", R"("{helo}")", "{helo}"},
        KeyCase{"reply.spf", R"("{domain}")", "{domain}"}, KeyCase{"reply.blocklist", R"("no")", "no"},
        KeyCase{"reply.plain", R"("see {why_url}")", "see {why_url}"}, KeyCase{"shared.prefix", R"("mx-1:")", "mx-1:"},
        KeyCase{"shared.wait", R"("5ms")", "5ms"},
        KeyCase{"watch.addresses", R"(["192.0.2.1", "[2001:db8::1]"])", "192.0.2.1 2001:db8::1"},
        KeyCase{"watch.domains", R"(["Example.COM."])", "example.com"},
        KeyCase{"watch.lists", R"(["b.barracudacentral.org"])", "b.barracudacentral.org"},
        KeyCase{"watch.every", R"("6h")", "6h"},
        KeyCase{"why.url", R"("https://mx.example/why")", "https://mx.example/why"},
        KeyCase{"why.url", R"("http://[2001:db8::1]:8080/")", "http://[2001:db8::1]:8080"},
        KeyCase{"why.listen", R"("[::1]:9141")", "[::1]:9141"},
        KeyCase{"why.listen", R"("unix:/run/sekimori/why")", "unix:/run/sekimori/why"},
        KeyCase{"why.requests", "true", "true"},
        KeyCase{"why.contact", R"("郵便係 postmaster@example.com")", "郵便係 postmaster@example.com"},
        KeyCase{"why.proxies", R"(["192.0.2.7", "2001:db8::/64"])", "192.0.2.7/32 2001:db8::/64"}),
    [](const auto& row) {
      std::string name = row.param.key + "_" + std::to_string(row.index);
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

struct RestartCase {
  const char* name;
  std::string_view next;
  std::vector<std::string> want;
};

class NeedsRestartTest : public testing::TestWithParam<RestartCase> {};

TEST_P(NeedsRestartTest, NamesTheKeys) {
  EXPECT_EQ(NeedsRestart(ParseOrDie(""), ParseOrDie(GetParam().next)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Config, NeedsRestartTest,
    testing::Values(RestartCase{"nothing", "", {}},
                    RestartCase{"policy", "policy.mode = \"tag\"\n[dns]\ntries = 4", {}},
                    RestartCase{"written_otherwise", "policy_service.listen = [\"inet:127.0.0.1:10040\"]", {}},
                    RestartCase{"all",
                                "policy_service.listen = []\npolicy_service.threads = 3\nhttp.listen = \"\"\n"
                                "why.listen = \"127.0.0.1:1\"\nwhy.requests = true\n"
                                "store.directory = \"/x\"\nstore.max_size = \"1GiB\"\n"
                                "log = {target = \"syslog\", style = \"postgrey\", passes = \"none\"}",
                                {"policy_service.listen", "policy_service.threads", "http.listen", "why.listen",
                                 "store.directory", "store.max_size", "log.target", "log.style"}}),
    [](const auto& row) { return row.param.name; });

TEST(Config, HasTheDefaultsOfTheManual) {
  const auto got = PrintValues(ParseOrDie(""));
  const std::map<std::string, std::string> want{
      {"policy_service.listen", "127.0.0.1:10040"},
      {"policy_service.threads", "0"},
      {"policy_service.max_connections", "8192"},
      {"policy_service.answer_within", "4s"},
      {"http.listen", "127.0.0.1:9140"},
      {"http.hosts", ""},
      {"log.target", "stderr"},
      {"log.style", "key_value"},
      {"log.passes", "all"},
      {"store.directory", "/var/lib/sekimori"},
      {"store.max_size", "4294967296"},
      {"journal.keep", "14d"},
      {"journal.max_verdicts", "1000000"},
      {"dns.servers", ""},
      {"dns.timeout", "1s"},
      {"dns.tries", "2"},
      {"dns.in_flight", "2000"},
      {"dns.min_ttl", "1m"},
      {"dns.max_ttl", "1d"},
      {"dns.max_negative_ttl", "1h"},
      {"dns.failure_ttl", "30s"},
      {"dns.stale_for", "1d"},
      {"policy.mode", "enforce"},
      {"policy.tag", "1"},
      {"policy.greylist", "3"},
      {"policy.defer", "8"},
      {"policy.reject", "off"},
      {"points.no_ptr", "4"},
      {"points.no_forward", "4"},
      {"points.mismatch", "4"},
      {"points.unavailable_name", "3"},
      {"points.dynamic_name", "3"},
      {"points.cloud_name", "1"},
      {"points.helo_literal", "3"},
      {"points.helo_not_public", "3"},
      {"points.helo_localhost", "3"},
      {"points.helo_own_name", "3"},
      {"points.helo_unrelated", "3"},
      {"points.helo_match", "-1"},
      {"points.sender_match", "-3"},
      {"points.mail_name", "-3"},
      {"points.reputation_poor", "0"},
      {"points.reputation_good", "0"},
      {"points.spf_fail", "3"},
      {"points.spf_softfail", "1"},
      {"points.helo_spf_fail", "3"},
      {"points.spf_permerror", "0"},
      {"points.limit_reached", "1"},
      {"points.jump", "3"},
      {"points.many_networks", "3"},
      {"points.strangers", "2"},
      {"points.foreign_domains", "2"},
      {"points.bounces", "3"},
      {"outbound.mode", "off"},
      {"outbound.networks", ""},
      {"outbound.login_domain", ""},
      {"outbound.recipients_per_hour", "100"},
      {"outbound.recipients_per_day", "500"},
      {"outbound.messages_per_hour", "off"},
      {"outbound.domain_recipients_per_day", "off"},
      {"outbound.own_domains", ""},
      {"outbound.hold", "5"},
      {"outbound.lock", "8"},
      {"outbound.sites", ""},
      {"outbound.notify", ""},
      {"outbound.class", ""},
      {"shared.servers", ""},
      {"shared.user", ""},
      {"shared.password_file", ""},
      {"shared.key_file", ""},
      {"shared.prefix", "sekimori:"},
      {"shared.wait", rules::PrintDuration(rules::milliseconds{30})},
      {"spf.check", "when_needed"},
      {"spf.forwarders", ""},
      {"spf.header", "false"},
      {"dynamic_names.own_rules", "true"},
      {"dynamic_names.tables", ""},
      {"dnsbl.sites", ""},
      {"dnsbl.name_sites", ""},
      {"greylist.delay", "3m"},
      {"greylist.retry_window", "2d"},
      {"greylist.remember", "36d"},
      {"greylist.auto_whitelist_after", "5"},
      {"greylist.network_v4", "24"},
      {"greylist.network_v6", "64"},
      {"greylist.spf_domain", "false"},
      {"greylist.known_correspondents", "false"},
      {"greylist.max_pending", "2000000"},
      {"greylist.max_pending_per_network", "5000"},
      {"policy.own_networks",
       "127.0.0.0/8 ::1/128 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10"},
  };
  for (const auto& [key, value] : want) EXPECT_EQ(got.at(key), value) << key;
  EXPECT_FALSE(got.at("policy.own_names").empty());
  EXPECT_EQ(got.at("reply.hostname"), got.at("policy.own_names"));
}

TEST(Config, CountsATableMatchAsADynamicName) {
  EXPECT_EQ(ParseOrDie("points.dynamic_name = 5.5").policy->PointsOf(rules::SignalKind::kTable), rules::Points{55});
}

TEST(Config, ShowsAKeyedZoneByItsName) {
  const Config config = ParseOrDie(R"(
    [dnsbl]
    sites = ["SECRET.zen.example*8"]
    name_sites = ["secret.dbl.example*8"]
    [dnsbl.names]
    "Secret.Zen.Example" = "zen.example"
    "secret.dbl.example" = "dbl.example"
  )");
  ASSERT_EQ(config.policy->zones.size(), 1U);
  EXPECT_EQ(config.policy->zones[0].name, "secret.zen.example");
  EXPECT_EQ(config.policy->zones[0].shown, "zen.example");
  EXPECT_EQ(config.policy->name_zones.at(0).shown, "dbl.example");
}

TEST(Config, TakesPostscreensThresholdOver) {
  const Config config =
      ParseOrDie("dnsbl.sites = [\"a.example*2\"]\ndnsbl.name_sites = [\"b.example*2\"]\ndnsbl.threshold = 4");
  EXPECT_EQ(config.policy->zones.at(0).highest(), rules::Points{40}) << "2 x 8 / 4";
  EXPECT_EQ(config.policy->name_zones.at(0).highest(), rules::Points{20}) << "only `sites` is postscreen's";
}

TEST(Config, FindsRegisteredDomains) {
  EXPECT_EQ(ParseOrDie("").policy->suffixes->RegisteredDomain("mail.example.co.uk"), "example.co.uk");
}

}  // namespace policyd::config::config_test
