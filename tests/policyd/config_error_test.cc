#include "policyd/config.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/config_values.h"

namespace policyd {
namespace {

using support::ParseOrDie;

constexpr const char* kFile = "/etc/sekimori/test.toml";

ConfigErrors ErrorsOf(std::string_view text) {
  const auto parsed = ParseConfig(kFile, text);
  const auto* errors = std::get_if<ConfigErrors>(&parsed);
  return errors ? *errors : ConfigErrors();
}

struct ErrorCase {
  const char* name;
  std::string_view text;
  std::vector<std::string> want;  // after "FILE:"
};

class ConfigErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(ConfigErrorTest, SaysWhereAndWhatWasExpected) {
  const ConfigErrors got = ErrorsOf(GetParam().text);
  ASSERT_EQ(got.size(), GetParam().want.size()) << testing::PrintToString(got);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::string want = std::string(kFile) + ":" + GetParam().want[i];
    EXPECT_EQ(got[i].substr(0, want.size()), want);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Config, ConfigErrorTest,
    testing::Values(
        ErrorCase{"unknown_key",
                  "[policy]\n\ngreylst = 3\n",
                  {"3: policy.greylst: unknown key, expected one of mode, own_networks, own_names, tag, greylist"}},
        ErrorCase{"unknown_table",
                  "[polcy]\nmode = \"tag\"\n",
                  {"1: polcy: unknown, expected one of the tables policy_service, http, store, journal, dns, policy"}},
        ErrorCase{"no_boolean",
                  "[dynamic_names]\nown_rules = 1\n",
                  {"2: dynamic_names.own_rules: expected true or false, got 1"}},
        ErrorCase{"key_outside_a_table", "mode = \"tag\"\n", {"1: mode: unknown, expected one of the tables"}},
        ErrorCase{"a_value_for_a_table", "policy = 3\n", {"1: policy: expected a table, got 3"}},
        ErrorCase{"tables_in_an_array", "[[policy]]\nmode = \"tag\"\n", {"1: policy: expected a table, got an array"}},
        ErrorCase{"no_toml", "[policy]\nmode = \n", {"2: "}},
        ErrorCase{"a_key_twice", "[policy]\ntag = 1\ntag = 2\n", {"3: "}},
        ErrorCase{"text_for_a_number",
                  "[dns]\ntries = \"3\"\n",
                  {"2: dns.tries: expected a whole number from 1 to 10, got \"3\""}},
        ErrorCase{"decimal_for_a_whole_number",
                  "[dns]\ntries = 2.0\n",
                  {"2: dns.tries: expected a whole number from 1 to 10, got 2"}},
        ErrorCase{"number_below",
                  "[greylist]\nnetwork_v4 = -1\n",
                  {"2: greylist.network_v4: expected a whole number from 0 to 32, got -1"}},
        ErrorCase{"number_above",
                  "[greylist]\nnetwork_v4 = 33\nnetwork_v6 = 129\n",
                  {"2: greylist.network_v4: expected a whole number from 0 to 32, got 33",
                   "3: greylist.network_v6: expected a whole number from 0 to 128, got 129"}},
        ErrorCase{"number_for_a_duration",
                  "[dns]\ntimeout = 4\n",
                  {"2: dns.timeout: expected a duration such as \"4s\", got 4"}},
        ErrorCase{"bad_duration", "[dns]\ntimeout = \"4 sec\"\n", {"2: dns.timeout: expected "}},
        ErrorCase{"duration_beyond_postfix_patience",
                  "[policy_service]\nanswer_within = \"2m\"\n",
                  {"2: policy_service.answer_within: expected a duration from "}},
        ErrorCase{"half_seconds_where_expiry_counts_seconds",
                  "[dns]\nmin_ttl = \"500ms\"\n",
                  {"2: dns.min_ttl: expected whole seconds, got \"500ms\""}},
        ErrorCase{"points_with_two_digits",
                  "[points]\nno_ptr = 3.25\n",
                  {"2: points.no_ptr: expected a number of points from -1000 to 1000 with at most one decimal digit, "
                   "got 3.25"}},
        ErrorCase{"too_many_points", "[points]\nno_ptr = 1001\n", {"2: points.no_ptr: expected a number of points"}},
        ErrorCase{"points_that_are_no_number",
                  "[points]\nno_ptr = nan\nmismatch = inf\n",
                  {"2: points.no_ptr: expected a number", "3: points.mismatch: expected a number"}},
        ErrorCase{"points_as_text", "[points]\nno_ptr = \"4\"\n", {"2: points.no_ptr: expected a number of points"}},
        ErrorCase{"points_cannot_be_off", "[points]\nno_ptr = \"off\"\n", {"2: points.no_ptr: expected a number"}},
        ErrorCase{"band_neither_points_nor_off",
                  "[policy]\ntag = \"on\"\n",
                  {"2: policy.tag: expected a number of points or \"off\", got \"on\""}},
        ErrorCase{
            "bands_fall", "[policy]\ntag = 5\n", {"2: policy.greylist: expected at least the 5 of policy.tag, got 3"}},
        ErrorCase{"bands_fall_over_one_that_is_off",
                  "[policy]\ngreylist = \"off\"\ndefer = 2\ntag = 2.5\n",
                  {"4: policy.defer: expected at least the 2.5 of policy.tag, got 2"}},
        ErrorCase{"retry_window_within_the_delay",
                  "[greylist]\ndelay = \"1h\"\nretry_window = \"1h\"\n",
                  {"3: greylist.retry_window: expected more than greylist.delay"}},
        ErrorCase{"mode",
                  "[policy]\nmode = \"Tag\"\n",
                  {"2: policy.mode: expected \"enforce\", \"tag\" or \"monitor\", got \"Tag\""}},
        ErrorCase{"listen_is_an_array",
                  "[policy_service]\nlisten = \"inet:127.0.0.1:1\"\n",
                  {"2: policy_service.listen: expected an array, got \"inet:127.0.0.1:1\""}},
        ErrorCase{"each_element_with_its_line",
                  "[policy_service]\nlisten = [\n\"127.0.0.1:1\",\n\"inet:127.0.0.1:1\",\n\"unix:s\",\n4]\n",
                  {"3: policy_service.listen: expected \"inet:", "5: policy_service.listen: expected \"unix:",
                   "6: policy_service.listen: expected text in quotes, got 4"}},
        ErrorCase{"listen_without_a_port",
                  "[policy_service]\nlisten = [\"inet:127.0.0.1\", \"inet:127.0.0.1:0\", "
                  "\"inet:127.0.0.1:65536\", \"inet:::1:25\", \"inet:localhost:25\"]\n",
                  {"2: ", "2: ", "2: ", "2: ",
                   "2: policy_service.listen: expected \"inet:127.0.0.1:10040\", "
                   "\"inet:[::1]:10040\" or \"unix:/path\", got \"inet:localhost:25\""}},
        ErrorCase{"http_in_postfix_notation",
                  "[http]\nlisten = \"inet:127.0.0.1:80\"\n",
                  {"2: http.listen: expected an address and port"}},
        ErrorCase{"server_by_name",
                  "[dns]\nservers = [\"ns.example\", \"127.0.0.1:x\"]\n",
                  {"2: dns.servers: expected an address", "2: dns.servers: expected an address"}},
        ErrorCase{"journal_for_minutes", "[journal]\nkeep = \"5m\"\n", {"2: journal.keep: expected a duration"}},
        ErrorCase{"journal_of_none", "[journal]\nmax_verdicts = 0\n", {"2: journal.max_verdicts: expected"}},
        ErrorCase{"size_without_unit", "[store]\nmax_size = \"4096\"\n", {"2: store.max_size: expected a size"}},
        ErrorCase{"size_of_gb", "[store]\nmax_size = \"4GB\"\n", {"2: store.max_size: expected a size"}},
        ErrorCase{"size_too_large", "[store]\nmax_size = \"33TiB\"\n", {"2: store.max_size: expected a size"}},
        ErrorCase{"size_that_overflows",
                  "[store]\nmax_size = \"18446744073709551615TiB\"\n",
                  {"2: store.max_size: expected a size"}},
        ErrorCase{"relative_directory",
                  "[store]\ndirectory = \"store\"\n",
                  {"2: store.directory: expected a full path, got \"store\""}},
        ErrorCase{"network_with_host_bits",
                  "[policy]\nown_networks = [\"192.0.2.1/24\"]\n",
                  {"2: policy.own_networks: expected "}},
        ErrorCase{"ignored_word_that_no_rule_has",
                  "[dynamic_names]\nignore = [\"pool\", \"nosuchword\"]\n",
                  {"2: dynamic_names.ignore: expected a word or cloud domain"}},
        ErrorCase{"own_name_with_a_blank",
                  "[policy]\nown_names = [\"mx example\"]\n",
                  {"2: policy.own_names: expected a host name, got \"mx example\""}},
        ErrorCase{"site_entries_each_with_its_line",
                  "[dnsbl]\nsites = [\"zen.example=1\",\n\"a.example\",\n\"b*x\"]\n",
                  {"2: dnsbl.sites: \"zen.example=1\": expected ", "4: dnsbl.sites: \"b*x\": expected "}},
        ErrorCase{"an_error_shows_no_key",
                  "[dnsbl]\nsites = [\"abcdefghijklmnopqrst01.zen.example=1\"]\n",
                  {"2: dnsbl.sites: \"zen.example=1\": expected "}},
        ErrorCase{"nor_a_short_key",
                  "[dnsbl]\nsites = [\"k3y.zen.dq.spamhaus.net=1\"]\n",
                  {"2: dnsbl.sites: \"zen.dq.spamhaus.net=1\": expected "}},
        ErrorCase{"nor_the_key_of_a_zone_with_a_name",
                  "[dnsbl]\nsites = [\"K3y.own.example=1\"]\nnames = {\"k3y.own.example\" = \"own.example\"}\n",
                  {"2: dnsbl.sites: \"own.example=1\": expected "}},
        ErrorCase{"nor_that_of_a_broken_zone",
                  "[dnsbl]\nsites = [\"abcdefghijklmnopqrst01..example\"]\n",
                  {"2: dnsbl.sites: \"KEY..example\": expected "}},
        ErrorCase{"test_points_of_no_zone",
                  "[dnsbl]\ntest_points = {\"zen.example\" = {must = [\"127.0.0.2\"]}}\n",
                  {"2: dnsbl.test_points: expected a zone of dnsbl.sites or dnsbl.name_sites"}},
        ErrorCase{"test_point_of_the_wrong_kind",
                  "[dnsbl]\nsites = [\"zen.example\"]\ntest_points = {\"zen.example\" = {must = [\"test\"]}}\n",
                  {"3: dnsbl.test_points: expected an IP address, got \"test\""}},
        ErrorCase{"test_points_with_another_key",
                  "[dnsbl]\nsites = [\"zen.example\"]\ntest_points = {\"zen.example\" = {may = [\"127.0.0.2\"]}}\n",
                  {"3: dnsbl.test_points: expected must or must_not, got may"}},
        ErrorCase{"shown_name_with_a_blank",
                  "[dnsbl]\nnames = {\"zen.example\" = \"a b\"}\n",
                  {"2: dnsbl.names: expected a host name, got \"a b\""}},
        ErrorCase{"names_as_an_array", "[dnsbl]\nnames = []\n", {"2: dnsbl.names: expected a table"}},
        ErrorCase{"table_that_is_not_there",
                  "[dynamic_names]\ntables = [\"regexp:none.regexp\"]\n",
                  {"2: dynamic_names.tables: /etc/sekimori/none.regexp: expected a readable file, got \"No such file"}},
        ErrorCase{"table_without_file",
                  "[dynamic_names]\ntables = [{result = \"action\"}]\n",
                  {"2: dynamic_names.tables: expected a file in quotes, or { file = "}},
        ErrorCase{"table_with_another_result",
                  "[dynamic_names]\ntables = [{file = \"x.pcre\", result = \"reject\"}]\n",
                  {"2: dynamic_names.tables: expected a file in quotes, or { file = "}},
        ErrorCase{
            "table_that_is_a_number", "[dynamic_names]\ntables = [3]\n", {"2: dynamic_names.tables: expected a file"}},
        ErrorCase{"reply_without_status", "[reply]\nno_ptr = \"Go away\"\n", {"2: reply.no_ptr: expected a status"}},
        ErrorCase{"reply_status_alone",
                  "[reply]\nno_ptr = \"4.7.1\"\nhelo = \"4.7.1 \"\n",
                  {"2: reply.no_ptr: expected a status and a text", "3: reply.helo: expected a status and a text"}},
        ErrorCase{"reply_status_that_is_none",
                  "[reply]\nno_ptr = \"2.7.1 x\"\nhelo = \"4.7 x\"\n",
                  {"2: reply.no_ptr: expected a status", "3: reply.helo: expected a status"}},
        ErrorCase{"reply_placeholder",
                  "[reply]\nno_ptr = \"4.7.1 {client} {reference}\"\n",
                  {"2: reply.no_ptr: expected {client}, {name}, {helo}, {sender}, {list}, {ref}, {seconds} or "
                   "{hostname}, got \"{reference}\""}},
        ErrorCase{"reply_placeholder_left_open",
                  "[reply]\nno_ptr = \"4.7.1 {client\"\n",
                  {"2: reply.no_ptr: expected {client}"}},
        ErrorCase{
            "reply_of_two_lines", "[reply]\nno_ptr = \"4.7.1 a\\nb\"\n", {"2: reply.no_ptr: expected printable ASCII"}},
        ErrorCase{"reply_beyond_ascii",
                  "[reply]\nno_ptr = \"4.7.1 Zugriff für\"\n",
                  {"2: reply.no_ptr: expected printable ASCII"}},
        ErrorCase{"recipients_as_a_table",
                  "[recipients]\nname = \"a\"\n",
                  {"1: recipients: expected tables, each under [[recipients]], got a table"}},
        ErrorCase{"recipients_without_a_match",
                  "[[recipients]]\nname = \"a\"\n",
                  {"1: recipients.match: expected at least one address or domain"}},
        ErrorCase{
            "recipients_match_that_is_none",
            "[[recipients]]\nmatch = [\"a@b.example\",\n\"example.org\"]\n",
            {"3: recipients.match: expected user@domain, user@, @domain or .domain, got \"example.org\", or a table"}},
        ErrorCase{"recipients_in_two_classes",
                  "[[recipients]]\nmatch = [\"@b.example\"]\n[[recipients]]\nmatch = [\"@B.example\"]\n",
                  {"4: recipients.match: expected every address and domain once, got @b.example again"}},
        ErrorCase{"recipients_table_that_is_not_there",
                  "[[recipients]]\nmatch = [\"texthash:none\"]\n",
                  {"2: recipients.match: /etc/sekimori/none: expected a readable file"}},
        ErrorCase{"recipients_values",
                  "[[recipients]]\nmatch = [\"@b.example\"]\nmode = \"sleep\"\ngreylist = \"on\"\nactions = {defer = "
                  "\"drop\"}\nname = \"\"\nlimit = 3\ngreylisting = 1\n",
                  {"3: recipients.mode: expected \"enforce\"", "4: recipients.greylist: expected a number of points",
                   "5: recipients.actions: expected \"pass\", \"tag\"", "6: recipients.name: expected a name of 1",
                   "7: recipients.limit: unknown key, expected one of name, match, mode",
                   "8: recipients.greylisting: expected true or false"}},
        ErrorCase{"recipients_action_of_no_band",
                  "[[recipients]]\nmatch = [\"@b.example\"]\nactions = {hold = \"hold\"}\n",
                  {"3: recipients.actions: expected tag, greylist, defer or reject, got hold"}},
        ErrorCase{"recipients_bands_that_fall",
                  "[[recipients]]\nmatch = [\"@b.example\"]\ngreylist = 9\n",
                  {"1: recipients.defer: expected at least the 9 of greylist, got 8"}},
        ErrorCase{"shadow_that_is_not_there",
                  "[shadow]\npolicy = \"none.toml\"\n",
                  {"2: shadow.policy: /etc/sekimori/none.toml: expected a readable file"}},
        ErrorCase{"all_errors_in_the_order_of_lines",
                  "[reply]\nhelo = 1\n[dns]\ntries = 0\nx = 1\n[policy]\ntag = 50\nmode = 1\n",
                  {"2: reply.helo: ", "4: dns.tries: ", "5: dns.x: ", "7: policy.greylist: ", "8: policy.mode: "}}),
    [](const auto& row) { return row.param.name; });

struct WarningCase {
  const char* name;
  std::string_view text;
  std::vector<std::string> want;  // one part of each warning
};

class ConfigWarningTest : public testing::TestWithParam<WarningCase> {};

TEST_P(ConfigWarningTest, SaysWhatWorksButShouldBeKnown) {
  const std::vector<std::string> got = ParseOrDie(GetParam().text).warnings;
  ASSERT_EQ(got.size(), GetParam().want.size()) << testing::PrintToString(got);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_NE(got[i].find(GetParam().want[i]), std::string::npos) << got[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Config, ConfigWarningTest,
    testing::Values(
        WarningCase{"nothing_by_default", "", {}},
        WarningCase{"loopback_in_every_form",
                    "policy_service.listen = [\"inet:127.1.2.3:1\", \"inet:[::1]:1\", "
                    "\"unix:/run/s\"]\nhttp.listen = \"127.0.0.1:1\"",
                    {}},
        WarningCase{"off_loopback",
                    "policy_service.listen = [\"inet:0.0.0.0:1\"]\nhttp.listen = \"192.0.2.1:1\"",
                    {"policy_service.listen: 0.0.0.0:1 is not on loopback", "http.listen: 192.0.2.1:1 is not on"}},
        WarningCase{"public_resolver",
                    "dns.servers = [\"8.8.8.8\", \"[2620:fe::9]:53\"]\ndnsbl.sites = [\"a.example*8\"]",
                    {"8.8.8.8 is the public resolver of Google: Spamhaus answers 127.255.255.254", "Quad9"}},
        WarningCase{"resolver_elsewhere",
                    "dns.servers = [\"192.0.2.53\"]\ndnsbl.name_sites = [\"a.example*8\"]",
                    {"192.0.2.53 is not on this machine"}},
        WarningCase{"resolver_here", "dns.servers = [\"127.0.0.1:5353\"]\ndnsbl.sites = [\"a.example*8\"]", {}},
        WarningCase{"public_resolver_without_lists", "dns.servers = [\"8.8.8.8\"]", {}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace policyd
