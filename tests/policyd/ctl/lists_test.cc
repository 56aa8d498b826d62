#include "policyd/ctl/commands_people.h"

#include <gtest/gtest.h>

#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::lists_test {

using rules::ListKind;
using testing::Values;

const ListKind kWhite = ListKind::kWhitelist;
const ListKind kBlock = ListKind::kBlocklist;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct AddCase {
  const char* name;
  ListAddOptions options;
  const char* want_exported;  // the first line of the export
  const char* want_said;
};

class ListAddTest : public testing::TestWithParam<AddCase> {};

TEST_P(ListAddTest, KeepsWhatItSays) {
  Tool tool;
  const auto ran = tool.Run(RunListAdd, GetParam().options);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, GetParam().want_said)) << ran.out;
  const std::string lists = tool.Lists();
  EXPECT_EQ(lists.substr(0, lists.find('\n')), GetParam().want_exported);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ListAddTest,
    Values(AddCase{"address",
                   {.list = kWhite, .targets = {"192.0.2.1"}},
                   R"({"list":"whitelist","target":"192.0.2.1","if_confirmed":null,"comment":"","author":"ann",)"
                   R"("created":"2026-11-21T08:33:20Z","expires":null})",
                   "added 192.0.2.1 in the whitelist: mail from the client 192.0.2.1\n"},
           AddCase{"normalised",
                   {.list = kWhite, .targets = {"2001:DB8:0::1"}},
                   R"({"list":"whitelist","target":"2001:db8::1","if_confirmed":null,"comment":"","author":"ann",)"
                   R"("created":"2026-11-21T08:33:20Z","expires":null})",
                   "added 2001:db8::1 in the whitelist"},
           AddCase{
               "everything_said",
               {.list = kWhite,
                .targets = {"@partner.example"},
                .entry = {.comment = "ticket 7", .expires = "30d", .by = "bob", .if_confirmed = "Partner.Example."}},
               R"({"list":"whitelist","target":"@partner.example","if_confirmed":"partner.example",)"
               R"("comment":"ticket 7","author":"bob","created":"2026-11-21T08:33:20Z",)"
               R"("expires":"2026-12-21T08:33:20Z"})",
               "if the client's confirmed name is partner.example or below it, until 2026-12-21T08:33:20Z"},
           AddCase{"proven_by_spf",
                   {.list = kWhite, .targets = {"@partner.example"}, .entry = {.if_spf = true}},
                   R"({"list":"whitelist","target":"@partner.example","if_confirmed":null,"if_spf":true,"comment":"",)"
                   R"("author":"ann","created":"2026-11-21T08:33:20Z","expires":null})",
                   "mail from every sender at partner.example, if SPF lets the client send for the sender's domain\n"},
           AddCase{"blocklist_rejects",
                   {.list = kBlock, .targets = {".spam.example"}},
                   R"({"list":"blocklist","target":".spam.example","action":"reject","if_confirmed":null,"comment":"",)"
                   R"("author":"ann","created":"2026-11-21T08:33:20Z","expires":null})",
                   ": reject\n"},
           AddCase{"blocklist_with_action",
                   {.list = kBlock, .targets = {"203.0.113.0/24"}, .entry = {.action = "hold"}},
                   R"({"list":"blocklist","target":"203.0.113.0/24","action":"hold","if_confirmed":null,"comment":"",)"
                   R"("author":"ann","created":"2026-11-21T08:33:20Z","expires":null})",
                   ": hold\n"}),
    [](const auto& row) { return row.param.name; });

TEST(ListAdd, SaysThatItReplacesAndTracesBoth) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}, .entry = {.comment = "first"}});
  const auto ran = tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}, .entry = {.comment = "second"}});
  EXPECT_EQ(ran.status, kDone);
  EXPECT_TRUE(Has(ran.out, "replaced 192.0.2.1 in the whitelist")) << ran.out;
  EXPECT_FALSE(Has(tool.Lists(), "first")) << tool.Lists();

  tool.is_json = true;
  const std::string audit = tool.AuditText();
  EXPECT_TRUE(Has(audit, R"("command":"whitelist add 192.0.2.1")")) << audit;
  EXPECT_TRUE(Has(audit, R"("before":{"list":"whitelist","target":"192.0.2.1","if_confirmed":null,"comment":"first")"))
      << audit;
}

TEST(ListAdd, CountsATargetOnce) {
  Tool tool;
  const auto ran = tool.Run(RunListAdd, ListAddOptions{.targets = {"Mail.Example.com", "mail.example.com."}});
  EXPECT_EQ(ran.status, kDone);
  EXPECT_FALSE(Has(ran.out, "replaced")) << ran.out;
}

TEST(ListAdd, AnswersOneJsonDocument) {
  Tool tool;
  tool.is_json = true;
  const auto ran = tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1", "mail.example.com"}});
  const auto json = runtime::Json::Parse(ran.out);
  ASSERT_TRUE(json) << ran.out;
  const auto* entries = json->Find("entries");
  ASSERT_NE(entries, nullptr);
  EXPECT_EQ(std::get_if<std::vector<runtime::Json>>(&entries->value())->size(), 2U) << ran.out;
}

// Every way to go wrong: what was there stays as it was, bit by bit, and nothing is traced.
struct BadCase {
  const char* name;
  std::function<Tool::Ran(Tool&)> run;
  ExitStatus want;
  const char* want_error;
};

class BadListInputTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadListInputTest, ChangesNothing) {
  Tool tool;
  ASSERT_EQ(tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1", "mail.example.com"}}).status, kDone);
  ASSERT_EQ(tool.Run(RunListAdd, ListAddOptions{.list = kBlock, .targets = {"203.0.113.9"}}).status, kDone);
  const std::string before = tool.Lists();
  const std::string audit_before = tool.AuditText();
  const auto ran = GetParam().run(tool);
  EXPECT_EQ(ran.status, GetParam().want) << ran.error;
  EXPECT_TRUE(Has(ran.error, GetParam().want_error)) << ran.error;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(tool.Lists(), before);
  EXPECT_EQ(tool.AuditText(), audit_before);
}

BadCase BadAdd(const char* name, ListAddOptions options, ExitStatus want, const char* want_error) {
  return {name, [options](Tool& tool) { return tool.Run(RunListAdd, options); }, want, want_error};
}

BadCase BadRemove(const char* name, ListRemoveOptions options, ExitStatus want, const char* want_error) {
  return {name, [options](Tool& tool) { return tool.Run(RunListRemove, options); }, want, want_error};
}

BadCase BadImport(const char* name, const char* text, ExitStatus want, const char* want_error) {
  return {name, [text](Tool& tool) { return tool.Run(RunListImport, ListImportOptions{.file = "-"}, text); }, want,
          want_error};
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, BadListInputTest,
    Values(
        BadAdd("address_with_a_large_octet", {.targets = {"198.51.100.1", "192.0.2.300"}}, kBadInput, "192.0.2.300"),
        BadAdd("bits_beyond_the_prefix", {.targets = {"192.0.2.1/24", "198.51.100.1"}}, kBadInput, "192.0.2.1/24"),
        BadAdd("a_bare_word", {.targets = {"198.51.100.1", "partner"}}, kBadInput, "partner"),
        BadAdd("empty", {.targets = {""}}, kBadInput, "expected"),
        BadAdd("broken_regular_expression", {.targets = {"/a(/"}}, kBadInput,
               "sekimorictl: expected a regular expression, got"),
        BadAdd("condition_on_an_address",
               {.targets = {"@partner.example", "198.51.100.1"}, .entry = {.if_confirmed = "partner.example"}},
               kBadInput, "expected a sender"),
        BadAdd("spf_of_an_address", {.targets = {"198.51.100.1"}, .entry = {.if_spf = true}}, kBadInput,
               "expected a sender"),
        BadAdd("condition_that_is_no_domain", {.targets = {"@a.example"}, .entry = {.if_confirmed = "a b"}}, kBadInput,
               "expected a domain"),
        BadAdd("duration", {.targets = {"198.51.100.1"}, .entry = {.expires = "soon"}}, kUsage, "--expires"),
        BadAdd("no_time_at_all", {.targets = {"198.51.100.1"}, .entry = {.expires = "0s"}}, kUsage, "at least"),
        BadAdd("action", {.list = kBlock, .targets = {"198.51.100.1"}, .entry = {.action = "drop"}}, kUsage, "drop"),
        // A script whose variable is not set asks for less than it meant: an entry for ever, on no condition.
        BadAdd("empty_duration", {.targets = {"198.51.100.1"}, .entry = {.expires = ""}}, kUsage, "--expires"),
        BadAdd("empty_condition", {.targets = {"@a.example"}, .entry = {.if_confirmed = ""}}, kUsage,
               "expected a domain"),
        BadAdd("empty_action", {.list = kBlock, .targets = {"198.51.100.1"}, .entry = {.action = ""}}, kUsage,
               "--action"),
        BadAdd("empty_author", {.targets = {"198.51.100.1"}, .entry = {.by = ""}}, kUsage, "--by"),
        BadAdd("comment_of_two_lines", {.targets = {"198.51.100.1"}, .entry = {.comment = "a\nb"}}, kUsage, "one line"),
        BadAdd("endless_author", {.targets = {"198.51.100.1"}, .entry = {.by = std::string(1000, 'x')}}, kUsage,
               "--by"),
        BadRemove("one_that_is_not_there", {.targets = {"192.0.2.1", "192.0.2.2"}}, kNoSuchThing,
                  "192.0.2.2 is not in the whitelist"),
        BadRemove("one_of_the_other_list", {.targets = {"203.0.113.9"}}, kNoSuchThing, "not in the whitelist"),
        BadRemove("rubbish_beside_a_good_one", {.targets = {"192.0.2.1", "192.0.2"}}, kBadInput, "192.0.2"),
        BadImport("bad_line", "198.51.100.1\nnonsense\n", kBadInput, "standard input:2:"),
        BadImport("text_behind_the_target", "198.51.100.1 REJECT\n", kBadInput, "standard input:1:"),
        BadImport("cut_off_json", "{\"target\":\"198.51.100.1\"", kBadInput, "expected a JSON object"),
        BadImport("json_without_target", "{\"list\":\"whitelist\"}", kBadInput, "target: expected one"),
        BadImport("entry_of_the_other_list", R"({"list":"blocklist","target":"198.51.100.1"})", kBadInput,
                  R"(expected "whitelist")"),
        BadImport("number_for_a_text", R"({"target":"198.51.100.1","comment":7})", kBadInput,
                  "comment: expected a text"),
        BadImport("time_that_is_none", R"({"target":"198.51.100.1","expires":"2026-02-30T00:00:00Z"})", kBadInput,
                  "expires: expected a time"),
        BadImport("binary",
                  "\x7f"
                  "ELF\x02\x01\n\n\x01",
                  kBadInput, "standard input:1:"),
        BadCase{"no_such_file",
                [](Tool& tool) { return tool.Run(RunListImport, ListImportOptions{.file = tool.path("missing")}); },
                kBadInput, "missing: expected a readable file"},
        BadCase{"a_folder", [](Tool& tool) { return tool.Run(RunListImport, ListImportOptions{.file = tool.store()}); },
                kBadInput, "this is a folder"},
        BadCase{"show_what_is_not_there",
                [](Tool& tool) { return tool.Run(RunListShow, ListShowOptions{.target = "192.0.2.9"}); }, kNoSuchThing,
                "192.0.2.9 is not in the whitelist"},
        BadCase{"show_rubbish", [](Tool& tool) { return tool.Run(RunListShow, ListShowOptions{.target = "?"}); },
                kBadInput, "expected"}),
    [](const auto& row) { return row.param.name; });

TEST(ListRemove, RemovesAllAndTracesThem) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1", "192.0.2.2", "192.0.2.3"}});
  const auto ran = tool.Run(RunListRemove, ListRemoveOptions{.targets = {"192.0.2.3", "192.0.2.1"}, .by = "bob"});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out, "removed 192.0.2.3 from the whitelist\nremoved 192.0.2.1 from the whitelist\n");
  EXPECT_FALSE(Has(tool.Lists(), "192.0.2.1\""));
  EXPECT_TRUE(Has(tool.Lists(), "192.0.2.2\""));
  EXPECT_TRUE(Has(tool.AuditText(), "bob")) << tool.AuditText();
}

TEST(ListPrint, AlignsAndMatches) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}, .entry = {.comment = "Big Partner", .expires = "1d"}});
  tool.Run(RunListAdd, ListAddOptions{.targets = {"mail.example.com"}});
  const auto all = tool.Run(RunListPrint, ListPrintOptions{});
  EXPECT_EQ(
      all.out,
      "target            action  if confirmed  if spf  expires               hits  last hit  author  comment\n"
      "192.0.2.1         accept  -             -       2026-11-22T08:33:20Z  0     -         ann     Big Partner\n"
      "mail.example.com  accept  -             -       -                     0     -         ann     -\n");
  EXPECT_FALSE(Has(tool.Run(RunListPrint, ListPrintOptions{.match = "big p"}).out, "mail.example.com"));
  EXPECT_EQ(tool.Run(RunListPrint, ListPrintOptions{.match = "nobody"}).out, "");

  tool.now += std::chrono::hours(48);
  EXPECT_TRUE(Has(tool.Run(RunListPrint, ListPrintOptions{}).out, "(expired)"));
}

TEST(ListShow, TellsAllOfOneEntry) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}, .entry = {.comment = "why not"}});
  const auto ran = tool.Run(RunListShow, ListShowOptions{.target = "192.0.2.1"});
  EXPECT_EQ(ran.out,
            "192.0.2.1 in the whitelist: mail from the client 192.0.2.1\n"
            "  added 2026-11-21T08:33:20Z by ann\n"
            "  comment: why not\n"
            "  0 hits\n");
}

TEST(ListFiles, ImportTakesWhatExportPrints) {
  Tool from;
  from.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1", "/^mx[0-9]+\\./"}, .entry = {.comment = "\"x\" ü"}});
  from.Run(RunListAdd,
           ListAddOptions{.targets = {"@a.example"}, .entry = {.expires = "2d", .if_confirmed = "b.example"}});
  const std::string exported = from.Lists();

  Tool to;
  to.now += std::chrono::hours(1);
  const std::string file = to.Write("list", exported);
  const auto ran = to.Run(RunListImport, ListImportOptions{.file = file, .entry = {.by = "carol"}});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out, "imported into the whitelist: 3 added, 0 replaced, 0 unchanged\n");
  EXPECT_EQ(to.Lists(), exported);
  EXPECT_TRUE(Has(to.AuditText(), "carol")) << to.AuditText();

  const std::string audit = to.AuditText();
  const auto again = to.Run(RunListImport, ListImportOptions{.file = file});
  EXPECT_EQ(again.out, "imported into the whitelist: 0 added, 0 replaced, 3 unchanged\n");
  EXPECT_EQ(to.AuditText(), audit);
}

TEST(ListFiles, ImportTakesPlainLines) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.list = kBlock, .targets = {"203.0.113.9"}});
  const auto ran = tool.Run(
      RunListImport, ListImportOptions{.list = kBlock, .file = "-", .entry = {.comment = "file", .action = "defer"}},
      "# ours\r\n\n  203.0.113.9\t# worse now \n/^a b$/ # blanks\n198.51.100.0/24\n198.51.100.0/24");
  EXPECT_EQ(ran.out,
            "imported into the blocklist: 2 added, 1 replaced, 0 unchanged\n"
            "  standard input:5: line 6 decides about 198.51.100.0/24\n")
      << ran.error;
  const std::string lists = tool.Lists();
  EXPECT_TRUE(Has(lists, R"("target":"203.0.113.9","action":"defer","if_confirmed":null,"comment":"worse now")"))
      << lists;
  EXPECT_TRUE(Has(lists, R"("target":"/^a b$/","action":"defer","if_confirmed":null,"comment":"blanks")")) << lists;
  EXPECT_TRUE(Has(lists, R"("target":"198.51.100.0/24","action":"defer","if_confirmed":null,"comment":"file")"))
      << lists;
}

TEST(Lists, NeedAStoreThatTheDaemonMade) {
  Tool tool;
  std::filesystem::remove_all(tool.store() + "/lists");
  const auto ran = tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}});
  EXPECT_EQ(ran.status, kStoreError);
  EXPECT_TRUE(Has(ran.error, "start sekimorid once")) << ran.error;
  EXPECT_FALSE(std::filesystem::exists(tool.store() + "/lists"));
}

// One typing error must not keep people from helping a sender.
TEST(Lists, WarnOfAConfigurationWithErrors) {
  Tool tool;
  tool.Configure("policy.mode = \"sleep\"\n");
  const auto ran = tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}});
  EXPECT_EQ(ran.status, kDone);
  EXPECT_TRUE(Has(ran.error, "sekimori.toml:2: policy.mode")) << ran.error;
}

}  // namespace policyd::ctl::lists_test
