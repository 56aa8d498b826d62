#include "policyd/config/config.h"

#include <ctime>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/config/warning_rows.h"
#include "tests/support/config_values.h"

namespace policyd::config::config_error_test {

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
        ErrorCase{
            "unknown_table",
            "[polcy]\nmode = \"tag\"\n",
            {"1: polcy: unknown, expected one of the tables policy_service, http, store, journal, log, dns, policy"}},
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
        ErrorCase{"outbound_mode",
                  "[outbound]\nmode = \"on\"\n",
                  {"2: outbound.mode: expected \"off\", \"monitor\", \"tag\" or \"enforce\", got \"on\""}},
        ErrorCase{"a_limit_of_nothing",
                  "[outbound]\nrecipients_per_hour = 0\n",
                  {"2: outbound.recipients_per_hour: expected a whole number from 1 to 1000000000, or \"off\", got 0"}},
        ErrorCase{"a_login_is_locked_before_its_mail_is_held",
                  "[outbound]\nhold = 9\n",
                  {"2: outbound.lock: expected 9 (outbound.hold) or more, got 8"}},
        ErrorCase{"a_class_of_nobody",
                  "[[outbound.class]]\nrecipients_per_day = 9\n",
                  {"1: outbound.class: match: expected at least one login, @domain or network"}},
        ErrorCase{"a_class_without_a_limit",
                  "[[outbound.class]]\nmatch = [\"ann\"]\n",
                  {"1: outbound.class: expected a limit: recipients_per_hour"}},
        ErrorCase{"an_unknown_key_of_a_class",
                  "[[outbound.class]]\nmatch = [\"ann\"]\nper_day = 9\n",
                  {"3: outbound.class: per_day: unknown key, expected one of name, match, recipients_per_hour"}},
        ErrorCase{"a_notify_file_without_a_folder",
                  "[outbound]\nnotify = \"told\"\n",
                  {"2: outbound.notify: expected a full path, got \"told\""}},
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
        ErrorCase{"own_name_that_is_a_mistyped_address",
                  "[policy]\nown_names = [\"192.0.2.300\"]\n",
                  {"2: policy.own_names: expected a host name, which does not end in a number, got \"192.0.2.300\""}},
        ErrorCase{"site_that_is_an_address", "[dnsbl]\nsites = [\"192.0.2.1\"]\n", {"2: dnsbl.sites: "}},
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
        ErrorCase{"reply_header_of_others",
                  "[reply]\nheader = \"Subject\"\n",
                  {"2: reply.header: expected a header's name such as \"X-Sekimori\""}},
        ErrorCase{"reply_header_with_a_colon",
                  "[reply]\nheader = \"X-A: b\"\n",
                  {"2: reply.header: expected a header's name such as \"X-Sekimori\""}},
        ErrorCase{
            "reply_without_status", "[reply]\ndefer = \"Go away\"\n", {"2: reply.defer: expected a status and a text"}},
        ErrorCase{"reply_status_alone",
                  "[reply]\ndefer = \"4.7.1\"\nreject = \"4.7.1 \"\n",
                  {"2: reply.defer: expected a status and a text", "3: reply.reject: expected a status and a text"}},
        ErrorCase{"reply_status_that_is_none",
                  "[reply]\ndefer = \"2.7.1 x\"\nreject = \"4.7 x\"\n",
                  {"2: reply.defer: expected a status", "3: reply.reject: expected a status"}},
        ErrorCase{"reply_placeholder",
                  "[reply]\ngreylist = \"4.7.1 {client} {reference}\"\n",
                  {"2: reply.greylist: expected {why}, {client}, {name}, {helo}, {sender}, {domain}, {list}, {ref}, "
                   "{seconds}, {minutes}, {until}, {hostname}, {contact} or {why_url}, got \"{reference}\""}},
        ErrorCase{"reply_placeholder_left_open",
                  "[reply]\ndefer = \"4.7.1 {client\"\n",
                  {"2: reply.defer: expected {why}, {client}"}},
        ErrorCase{"reason_within_a_reason",
                  "[reply]\nno_ptr = \"because {why}\"\n",
                  {"2: reply.no_ptr: expected {client}, {name}"}},
        ErrorCase{"reply_of_two_lines",
                  "[reply]\ndefer = \"4.7.1 a\\nb\"\nhelo = \"a\\nb\"\n",
                  {"2: reply.defer: expected printable ASCII", "3: reply.helo: expected printable ASCII"}},
        ErrorCase{
            "reply_beyond_ascii", "[reply]\nno_ptr = \"Zugriff für\"\n", {"2: reply.no_ptr: expected printable ASCII"}},
        // What the version before took.
        ErrorCase{"reason_with_a_status",
                  "[reply]\nno_ptr = \"4.7.1 Access denied. Cannot resolve PTR record for [{client}] (ref {ref})\"\n",
                  {"2: reply.no_ptr: expected a reason without a status, such as \"[{client}] is listed by {list}\": "
                   "the status and (ref {ref}) stand in reply.defer, reply.greylist and reply.reject, where {why}"}},
        ErrorCase{"why_url_that_is_none",
                  "[why]\nurl = \"mx.example/why\"\n",
                  {"2: why.url: expected an address such as \"https://mx.example/why\""}},
        ErrorCase{"why_url_of_a_script",
                  "[why]\nurl = \"javascript://mx.example/why\"\n",
                  {"2: why.url: expected an address such as \"https://mx.example/why\""}},
        ErrorCase{"why_url_without_a_host",
                  "[why]\nurl = \"https://\"\n",
                  {"2: why.url: expected an address such as \"https://mx.example/why\""}},
        ErrorCase{"why_url_with_a_query",
                  "[why]\nurl = \"https://mx.example/why?ref=\"\n",
                  {"2: why.url: expected an address such as \"https://mx.example/why\""}},
        ErrorCase{
            "why_values",
            "[why]\nlisten = \"inet:127.0.0.1:1\"\nrequests = 1\ncontact = \"a\\nb\"\nproxies = [\"a\"]\nref = \"\"\n",
            {"2: why.listen: expected an address and port", "3: why.requests: expected true or false",
             "4: why.contact: expected a mail address or a text of one line", "5: why.proxies: expected",
             "6: why.ref: unknown key, expected one of listen, url, requests, contact, proxies"}},
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
        ErrorCase{"preset_that_is_not_known",
                  "presets = [\"strict-rdns\",\n\"strict\"]\n",
                  {"2: presets: expected one of dnsbl, outbound-company, outbound-hoster, outbound-university, "
                   "per-recipient, retry-gate, s25r, strict-rdns, tag-only, got "
                   "\"strict\""}},
        ErrorCase{"presets_as_text", "presets = \"strict-rdns\"\n", {"1: presets: expected an array"}},
        ErrorCase{"include_that_is_not_there",
                  "include = [\"none.toml\"]\n",
                  {"1: include: /etc/sekimori/none.toml: expected a readable file"}},
        ErrorCase{"escape_in_a_value",
                  "[policy]\nmode = \"\\u001b[2J\\u009b\\u202e\"\n",
                  {"2: policy.mode: expected \"enforce\", \"tag\" or \"monitor\", got \"?[2J??\""}},
        ErrorCase{"escape_in_a_key", "\"\\u001b]0;x\" = 1\n", {"1: ?]0;x: unknown"}},
        ErrorCase{"all_errors_in_the_order_of_lines",
                  "[reply]\nhelo = 1\n[dns]\ntries = 0\nx = 1\n[policy]\ntag = 50\nmode = 1\n",
                  {"2: reply.helo: ", "4: dns.tries: ", "5: dns.x: ", "7: policy.greylist: ", "8: policy.mode: "}}),
    [](const auto& row) { return row.param.name; });

std::string Dots(std::size_t count) {
  std::string key = "a";
  for (std::size_t i = 0; i < count; ++i) key += ".a";
  return key;
}

// The parser takes tables apart by recursion: a key of 100,000 dots used up the stack.
TEST(ConfigDepth, AKeyOfManyDotsIsRefusedBeforeItIsParsed) {
  for (const std::size_t count : {std::size_t{33}, std::size_t{100'000}}) {
    const std::string key = Dots(count);
    for (const std::string& text :
         {key + " = 1\n", "[" + key + "]\n", "[[" + key + "]]\n", "x = {" + key + " = 1}\n",
          "x = [1, {" + key + " = 1}]\n", "\"\\\"a\"." + key + " = 1\n", "'a'." + key + "=1"}) {
      const ConfigErrors got = ErrorsOf("# one\n" + text);
      ASSERT_EQ(got.size(), 1U) << text.substr(0, 100);
      EXPECT_EQ(got.front(), std::string(kFile) + ":2: expected a key of at most 32 dots");
    }
  }
}

TEST(ConfigDepth, DotsOfTextsAndCommentsAreOfNoMatter) {
  const std::string dots(1000, '.');
  for (const std::string& text : {"# " + dots + "\n", "[reply]\nno_ptr = \"" + dots.substr(0, 100) + "\"\n",
                                  "[store]\ndirectory = '/" + dots + "'\n",
                                  "[store]\ndirectory = \"\"\"/" + dots + "\n\"x\\\"" + dots + "\"\"\"\n",
                                  "[store]\ndirectory = '''/" + dots + "\\'''\n",
                                  "[policy]\nown_names = [\"a.b\", \"c.d.e\"] # " + dots + "\ntag = 1.0\n"}) {
    EXPECT_EQ(ErrorsOf(text), ConfigErrors()) << text.substr(0, 100);
  }
}

std::string Each(int count, const std::string& before, const std::string& behind) {
  std::string text;
  for (int i = 0; i < count; ++i) text += before + std::to_string(i) + behind;
  return text;
}

struct GrowthCase {
  const char* name;
  std::string (*text)(int count);
};

class ConfigGrowthTest : public testing::TestWithParam<GrowthCase> {
 protected:
  // The processor time of reading so many.
  static double SecondsFor(int count) {
    const std::string config = GetParam().text(count);
    const std::clock_t begin = std::clock();
    EXPECT_EQ(ErrorsOf(config), ConfigErrors());
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }
};

// 100,000 lists took 58 s, as each was looked for among all before it.  Four times as many may take four times as long.
TEST_P(ConfigGrowthTest, TimeGrowsWithTheNumberOfThings) {
  const double few = SecondsFor(4'000);
  EXPECT_LT(SecondsFor(16'000), 8 * few + 0.05) << few << " s";
}

INSTANTIATE_TEST_SUITE_P(
    Config, ConfigGrowthTest,
    testing::Values(
        GrowthCase{"lists", [](int n) { return "dnsbl.sites = [" + Each(n, "\"a", ".example*8\", ") + "]\n"; }},
        GrowthCase{"lists_that_only_tag",
                   [](int n) { return "dnsbl.sites = [" + Each(n, "\"a", ".example*2\", ") + "]\n"; }},
        GrowthCase{"lists_with_names",
                   [](int n) {
                     return "dnsbl.sites = [" + Each(n, "\"a", ".example*8\", ") + "]\n[dnsbl.names]\n" +
                            Each(n, "\"a", ".example\" = \"shown.example\"\n");
                   }},
        GrowthCase{"lists_with_test_points",
                   [](int n) {
                     return "dnsbl.sites = [" + Each(n, "\"a", ".example*8\", ") + "]\ndnsbl.no_test_point = [" +
                            Each(n, "\"a", ".example\", ") + "]\n[dnsbl.test_points]\n" +
                            Each(n, "\"a", ".example\" = {must = [\"192.0.2.1\"]}\n");
                   }},
        GrowthCase{"lists_of_names",
                   [](int n) { return "dnsbl.name_sites = [" + Each(n, "\"a", ".example*8\", ") + "]\n"; }},
        GrowthCase{"own_names", [](int n) { return "policy.own_names = [" + Each(n, "\"a", ".example\", ") + "]\n"; }},
        GrowthCase{"recipients",
                   [](int n) { return Each(n, "[[recipients]]\ntag = 2\nmatch = [\"@a", ".example\"]\n"); }}),
    [](const auto& row) { return row.param.name; });

struct WarningCase {
  const char* name;
  std::string_view text;
  std::vector<std::string> want;  // one part of each warning
};

class ConfigWarningTest : public testing::TestWithParam<WarningCase> {};

TEST_P(ConfigWarningTest, SaysWhatWorksButShouldBeKnown) {
  std::vector<std::string> got;
  for (const rules::Statement& warning : ParseOrDie(GetParam().text).warnings) {
    got.push_back(WarningText(warning));
  }
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
        WarningCase{"public_resolver_without_lists", "dns.servers = [\"8.8.8.8\"]", {}},
        WarningCase{"band_that_is_never_reached",
                    "[policy]\ngreylist = 8\n",
                    {"policy.greylist has no effect: policy.defer begins at the same 8 points (/etc/sekimori/"}},
        WarningCase{"no_band",
                    "[policy]\ntag = \"off\"\ngreylist = \"off\"\ndefer = \"off\"\n",
                    {"policy: every band is \"off\": no score has any effect"}},
        WarningCase{"greylist_that_is_off",
                    "policy.greylist = \"off\"\n[greylist]\ndelay = \"5m\"\n",
                    {"greylist.delay has no effect: policy.greylist is \"off\", and no class greylists ("}},
        WarningCase{"greylist_of_a_class",
                    "policy.greylist = \"off\"\ngreylist.delay = \"5m\"\n[[recipients]]\nmatch = "
                    "[\"@a.example\"]\ngreylist = 3\n",
                    {}},
        WarningCase{"more_for_one_network_than_for_all",
                    "[greylist]\nmax_pending = 100\nmax_pending_per_network = 200\n",
                    {"greylist.max_pending_per_network has no effect: it is more than greylist.max_pending"}},
        WarningCase{"text_of_a_signal_without_points",
                    "points.no_ptr = 0\nreply.no_ptr = \"x\"\n",
                    {"reply.no_ptr has no effect: its points are 0 ("}},
        WarningCase{"text_of_lists_that_are_not_asked",
                    "[dnsbl]\nthreshold = 3\nno_test_point = [\"a.example\"]\nnames = {\"b.example\" = \"b\"}\n"
                    "[reply]\ndnsbl = \"x\"\nname_list = \"x\"\n",
                    {"dnsbl.threshold has no effect: no list is asked", "reply.dnsbl has no effect: no list is asked",
                     "reply.name_list has no effect: no list of names is asked",
                     "dnsbl.no_test_point has no effect: a.example: no list of that zone is asked",
                     "dnsbl.names has no effect: b: no list of that zone is asked"}},
        WarningCase{"keys_of_lists_that_are_not_asked_are_not_shown",
                    "[dnsbl.names]\n\"abcdefghijklmnopqrstuvwxyz.dq.example\" = \"dq\"\n",
                    {"dnsbl.names has no effect: dq: no list of that zone is asked"}},
        WarningCase{"names_that_nothing_looks_at",
                    "[dynamic_names]\nown_rules = false\n[points]\ndynamic_name = 3\ncloud_name = 1\n",
                    {"points.cloud_name has no effect: dynamic_names.own_rules is false",
                     "points.dynamic_name has no effect: dynamic_names.own_rules is false, and there is no table"}},
        WarningCase{
            "class_that_changes_nothing",
            "[[recipients]]\nmatch = [\"@a.example\"]\n",
            {"recipients has no effect: the class says nothing but whom it matches (/etc/sekimori/test.toml:1)"}},
        WarningCase{"forwards_where_all_is_let_in",
                    "[[recipients]]\nmatch = [\"@a.example\"]\nforwards = true\nmode = \"tag\"\n",
                    {"recipients.forwards has no effect: in mode \"tag\" all mail is let in, and forwarded"}},
        WarningCase{"correspondents_whom_nobody_learns",
                    "[greylist]\nknown_correspondents = true\n",
                    {"greylist.known_correspondents has no effect: outbound.mode is \"off\""}},
        WarningCase{"action_of_a_band_that_is_off",
                    "[[recipients]]\nmatch = [\"@a.example\"]\nactions = {reject = \"hold\"}\n",
                    {"recipients.actions.reject has no effect: the band is \"off\""}},
        WarningCase{"page_that_no_reply_tells_of",
                    "[why]\nlisten = \"127.0.0.1:9141\"\nurl = \"https://mx.example/why\"\n",
                    {"why.url has no effect: no text of [reply] holds {why_url} ("}},
        WarningCase{"page_without_an_address",
                    "[why]\nlisten = \"127.0.0.1:9141\"\n",
                    {"why.listen has no effect: why.url is not set, so no reply tells of the page ("}},
        WarningCase{"page_that_a_frame_tells_of",
                    "[why]\nlisten = \"127.0.0.1:9141\"\nurl = \"https://mx.example/why\"\n"
                    "[reply]\nreject = \"5.7.1 {why} (ref {ref}) {why_url}\"\n",
                    {}},
        WarningCase{"threshold_and_a_low_weight",
                    "[dnsbl]\nthreshold = 8\nsites = [\"a.example*2\"]\n",
                    {"a hit of a.example for 2 points alone only tags: mail is held from 3 points on"}}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::config::config_error_test
