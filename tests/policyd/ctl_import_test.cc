#include "policyd/ctl/import.h"

#include <gtest/gtest.h>

#include "policyd/ctl/greylist.h"
#include "rules/sender_form.h"
#include "tests/policyd/ctl_tool.h"

namespace policyd::ctl {
namespace {

using testing::Values;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Seconds as the other programs write them, `ago` before now.
std::string At(int ago) {
  return std::to_string((kNow - rules::seconds{ago}).time_since_epoch().count());
}

constexpr int kDay = 86400;

Tool::Ran Import(Tool& tool, ImportFormat format, const std::string& text, ImportOptions options = {}) {
  options.format = format;
  options.files = {"-"};
  return tool.Run(RunImport, options, text);
}

// "waiting" or "confirmed", or nothing: what our greylist holds of a mail.
std::string StateOf(const Tool& tool, std::string_view network, std::string_view sender, std::string_view recipient) {
  std::string state;
  tool.Seed([&](cache::Stores& stores) {
    cache::ReadTransaction snapshot(stores.records_environment());
    const std::string form = rules::NormalizeSender(sender, recipient);
    const auto record = stores.triplets().Get(snapshot, {network, form, recipient});
    if (record) state = record->is_waiting() ? "waiting" : "confirmed";
  });
  return state;
}

std::string Dump(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text = "VERSION=3\nformat=print\ntype=btree\ndb_pagesize=4096\nHEADER=END\n";
  for (const auto& [key, value] : rows) text += " " + key + "\n " + value + "\n";
  return text + "DATA=END\n";
}

TEST(ImportPostgrey, TakesWhatWaitsAndWhatCameBack) {
  Tool tool;
  const std::string text = Dump({{"203.0.7.0/s@a.example/r@ours.example", At(400) + "," + At(100)},
                                 {"203.0.8.9/t@a.example/r@ours.example", At(400) + "," + At(400)},
                                 {"203.0.9.0//r@ours.example", At(400) + "," + At(350) + ",77"},
                                 {"2001:db8::5/a/b@a.example/r@ours.example", At(99) + "," + At(99)},
                                 {"203.0.7.0/old@a.example/r@ours.example", At(80 * kDay) + "," + At(40 * kDay)},
                                 {"da39a3ee5e6b4b0d3255bfef95601890afd80709", At(9) + "," + At(9)},
                                 {"203.0.7.0/s@a.example/u@ours.example", "soon,now"},
                                 {"198.51.100.7", "5," + At(60)}});
  const auto ran = Import(tool, ImportFormat::kPostgrey, text);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "standard input: 5 taken, 0 known already, 3 skipped")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "standard input:14: it was last seen before greylist.remember")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "standard input:16: the key is a hash")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "standard input:18: expected a time in seconds, got \"soon\"")) << ran.out;
  EXPECT_EQ(StateOf(tool, "203.0.7.0/24", "s@a.example", "r@ours.example"), "confirmed");
  EXPECT_EQ(StateOf(tool, "203.0.8.0/24", "t@a.example", "r@ours.example"), "waiting");
  EXPECT_EQ(StateOf(tool, "203.0.9.0/24", "", "r@ours.example"), "waiting");
  EXPECT_EQ(StateOf(tool, "2001:db8::/64", "a/b@a.example", "r@ours.example"), "waiting");
  EXPECT_TRUE(Has(tool.Run(RunGreylistList, GreylistListOptions{.shows_auto = true}).out, "198.51.100.7"));
  EXPECT_TRUE(Has(tool.AuditText(), "import postgrey standard input"));
}

// As db5.3_dump prints it without -p, and with what print escapes.
TEST(ImportPostgrey, ReadsBothFormsOfTheDump) {
  Tool tool;
  const std::string hex =
      "VERSION=3\nformat=bytevalue\ntype=btree\nHEADER=END\n 3230332e302e372e302f732f72406f7572732e6578616d706c65\n ";
  std::string value;
  for (const char c : At(50) + "," + At(50)) {
    constexpr const char* kDigits = "0123456789abcdef";
    value += kDigits[c >> 4];
    value += kDigits[c & 15];
  }
  EXPECT_EQ(Import(tool, ImportFormat::kPostgrey, hex + value + "\nDATA=END\n").status, kDone);
  EXPECT_EQ(StateOf(tool, "203.0.7.0/24", "s", "r@ours.example"), "waiting");
  const auto text = Dump({{"203.0.7.0/\\5cx\\\\y@a.example/r@ours.example", At(9) + "," + At(9)}});
  EXPECT_EQ(Import(tool, ImportFormat::kPostgrey, text).status, kDone);
  EXPECT_EQ(StateOf(tool, "203.0.7.0/24", "\\x\\y@a.example", "r@ours.example"), "waiting");
}

TEST(ImportPostgrey, ASecondCallFinishesWhatTheFirstBegan) {
  Tool tool;
  std::vector<std::pair<std::string, std::string>> rows;
  for (int i = 0; i < 2500; ++i) {
    rows.emplace_back("203.0.7.0/s@a.example/r" + std::to_string(i) + "@ours.example", At(400) + "," + At(100));
  }
  const auto half = std::vector(rows.begin(), rows.begin() + 1300);
  Import(tool, ImportFormat::kPostgrey, Dump(half));
  const auto dry = Import(tool, ImportFormat::kPostgrey, Dump(rows), {.is_dry_run = true});
  EXPECT_TRUE(Has(dry.out, "1200 would be taken, 1300 known already")) << dry.out;
  const auto ran = Import(tool, ImportFormat::kPostgrey, Dump(rows));
  EXPECT_TRUE(Has(ran.out, "1200 taken, 1300 known already, 0 skipped")) << ran.out;
  EXPECT_TRUE(Has(Import(tool, ImportFormat::kPostgrey, Dump(rows)).out, "0 taken, 2500 known already"));
}

TEST(ImportPostgrey, NeverMakesLessOfWhatIsThere) {
  Tool tool;
  const std::string mail = "203.0.7.0/s@a.example/r@ours.example";
  Import(tool, ImportFormat::kPostgrey, Dump({{mail, At(900) + "," + At(100)}, {"203.0.7.1", "9," + At(60)}}));
  const auto ran =
      Import(tool, ImportFormat::kPostgrey, Dump({{mail, At(90) + "," + At(90)}, {"203.0.7.2", "1," + At(600)}}));
  EXPECT_TRUE(Has(ran.out, "0 taken, 2 known already")) << ran.out;
  EXPECT_EQ(StateOf(tool, "203.0.7.0/24", "s@a.example", "r@ours.example"), "confirmed");
}

std::string SqliteDump() {
  return "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n"
         "CREATE TABLE from_awl (sender_name varchar(64) NOT NULL);\n"
         "INSERT INTO from_awl VALUES('s','a.example','203.0.7.1'," +
         At(900) + "," + At(60) +
         ");\nCREATE TABLE domain_awl (sender_domain varchar(255) NOT NULL);\n"
         "INSERT INTO domain_awl VALUES('a.example','203.0.8'," +
         At(900) + "," + At(60) +
         ");\nCREATE TABLE connect (sender_name varchar(64) NOT NULL);\n"
         "INSERT INTO connect VALUES('o''neil+7','a.example','203.0.9.1','r@ours.example'," +
         At(60) + ");\nINSERT INTO connect VALUES('-undef-','-undef-','203.0.10','r@ours.example'," + At(60) +
         ");\nCOMMIT;\n";
}

TEST(ImportSqlgrey, TakesWhatWaitsAndWhoIsExempt) {
  Tool tool;
  const auto ran = Import(tool, ImportFormat::kSqlgrey, SqliteDump());
  EXPECT_TRUE(Has(ran.out, "3 taken, 0 known already, 1 skipped")) << ran.out << ran.error;
  EXPECT_EQ(StateOf(tool, "203.0.9.0/24", "o'neil+8@a.example", "r@ours.example"), "waiting");
  EXPECT_EQ(StateOf(tool, "203.0.10.0/24", "", "r@ours.example"), "waiting");
  const auto exempt = tool.Run(RunGreylistList, GreylistListOptions{.shows_auto = true}).out;
  EXPECT_TRUE(Has(exempt, "203.0.7.1") && !Has(exempt, "203.0.8")) << exempt;
}

TEST(ImportSqlgrey, ReadsOtherDatabases) {
  Tool tool;
  const auto ran = Import(tool, ImportFormat::kSqlgrey,
                          "CREATE TABLE public.connect ();\nCREATE TABLE public.from_awl ();\n"
                          "COPY public.domain_awl (src, sender_domain, first_seen, last_seen) FROM stdin;\n"
                          "203.0.8.1\ta.example\t2026-11-20 00:00:00\t2026-11-21 08:00:00.25\n\\.\n");
  EXPECT_TRUE(Has(ran.out, "1 taken")) << ran.out << ran.error;
  EXPECT_TRUE(Has(tool.Run(RunGreylistList, GreylistListOptions{.shows_auto = true}).out, "2026-11-21T08:00:00Z"));
}

TEST(ImportMilterGreylist, TakesWhatWaitsAndWhatIsWhitelisted) {
  Tool tool;
  const auto ran = Import(tool, ImportFormat::kMilterGreylist,
                          "# Sender IP\tSender e-mail\tRecipient e-mail\tTime accepted\n"
                          "203.0.7.1\t<s@a.example>\t<r@ours.example>\t" +
                              At(-600) + " # 2026-11-21 08:43:20\n\n# Auto-whitelisted tuples\n" +
                              "203.0.8.1\t<>\t<r@ours.example>\t" + At(-kDay) + " AUTO # later\n" +
                              "203.0.9.1\t<s@a.example>\t<r@ours.example>\t" + At(5) + " AUTO\n");
  EXPECT_TRUE(Has(ran.out, "2 taken, 0 known already, 1 skipped")) << ran.out << ran.error;
  EXPECT_EQ(StateOf(tool, "203.0.7.0/24", "s@a.example", "r@ours.example"), "waiting");
  EXPECT_EQ(StateOf(tool, "203.0.8.0/24", "", "r@ours.example"), "confirmed");
}

struct ListCase {
  const char* name;
  ImportFormat format;
  const char* text;
  std::vector<const char*> want;     // in the lists afterwards, as the export prints it
  std::vector<const char*> skipped;  // said
  AccessSubject subject = AccessSubject::kClient;
};

class ImportListTest : public testing::TestWithParam<ListCase> {};

TEST_P(ImportListTest, TakesWhatOurListsCanSay) {
  Tool tool;
  const auto ran = Import(tool, GetParam().format, GetParam().text, {.subject = GetParam().subject});
  ASSERT_EQ(ran.status, kDone) << ran.error;
  const std::string lists = tool.Lists();
  for (const char* wanted : GetParam().want) EXPECT_TRUE(Has(lists, wanted)) << wanted << "\n" << lists;
  EXPECT_EQ(static_cast<std::size_t>(std::count(lists.begin(), lists.end(), '\n')), GetParam().want.size()) << lists;
  for (const char* note : GetParam().skipped) EXPECT_TRUE(Has(ran.out, note)) << note << "\n" << ran.out;
  EXPECT_TRUE(Has(ran.out, std::to_string(GetParam().skipped.size()) + " skipped")) << ran.out;
  EXPECT_TRUE(Has(Import(tool, GetParam().format, GetParam().text, {.subject = GetParam().subject}).out, " 0 taken"));
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ImportListTest,
    Values(
        ListCase{"postgrey_clients",
                 ImportFormat::kPostgreyClients,
                 "# comment\nprotection.outlook.com # why\n195.235.39\n10.1\n192.0.2.0/26\n2001:db8::/48\n"
                 "/^mail\\d+\\.news\\.example$/\n/(?<!x)look.behind/\n",
                 {R"("target":".protection.outlook.com")", R"("target":"195.235.39.0/24")", R"("target":"10.1.0.0/24")",
                  R"("target":"192.0.2.0/26")", R"("target":"2001:db8::/48")",
                  R"("target":"/^mail\\d+\\.news\\.example$/")"},
                 {"standard input:8:"}},
        ListCase{"postgrey_recipients",
                 ImportFormat::kPostgreyRecipients,
                 "postmaster@\nann@ours.example\nother.example\n/^abuse/\n",
                 {R"("target":"rcpt:ann@ours.example")", R"("target":"rcpt:@other.example")"},
                 {"standard input:1: expected a domain", "standard input:4: recipients have no regular"}},
        ListCase{
            "access_of_clients",
            ImportFormat::kAccess,
            "# comment\npartner.example OK\n.mail.example 550 5.7.1 go\n  away\n192.0.2 DISCARD\n2001:db8 HOLD\n"
            "198.51.100.7 450 later\n198.51.100.8 1795310613\nx.example DUNNO\nunknown REJECT\n"
            "partner.example REJECT\na@b.example OK\n203.0.113.0/24 OK\n",
            {R"({"list":"whitelist","target":".partner.example")", R"("target":".mail.example","action":"reject")",
             R"("target":"192.0.2.0/24","action":"discard")", R"("target":"2001:db8::/32","action":"hold")",
             R"("target":"198.51.100.7","action":"defer")", R"({"list":"whitelist","target":"198.51.100.8")"},
            {":9: the action DUNNO has no counterpart", ":10: clients without a confirmed name",
             ":11: line 2 decides about .partner.example", ":12: it is a mail address", ":13: Postfix knows no CIDR"}},
        ListCase{"access_of_senders",
                 ImportFormat::kAccess,
                 "ann@a.example OK\nb.example REJECT\n<> REJECT\nroot@ OK\n.c.example OK\n",
                 {R"("target":"ann@a.example")", R"("target":"@b.example","action":"reject")"},
                 {":3: the null sender", ":4: expected a domain", ":5: subdomains"},
                 AccessSubject::kSender},
        ListCase{"access_of_recipients",
                 ImportFormat::kAccess,
                 "ann@ours.example OK\nours.example REJECT\n",
                 {R"("target":"rcpt:ann@ours.example")", R"("target":"rcpt:@ours.example","action":"reject")"},
                 {},
                 AccessSubject::kRecipient},
        ListCase{"cidr",
                 ImportFormat::kCidr,
                 "192.0.2.1 OK\n192.0.2.0/24 REJECT\n192.0.2.7 OK\n!10.0.0.0/8 REJECT\nif 10.0.0.0/8\n10.1.0.0/16 OK\n"
                 "endif\n2001:db8::/32 reject no\n",
                 {R"("target":"192.0.2.1")", R"("target":"192.0.2.0/24","action":"reject")",
                  R"("target":"2001:db8::/32","action":"reject")"},
                 {":3: line 2 decides", ":4: a condition", ":5: a condition", ":6: a condition", ":7: a condition"}},
        ListCase{
            "regexp",
            ImportFormat::kPatterns,
            "/^mail[0-9]+\\.a\\.example$/ OK\n!^dyn!i REJECT no\n/a(?=b)/ REJECT\n!/x/ REJECT\n/^unknown$/ REJECT\n"
            "/y z/x REJECT\n/x\\/y/ DUNNO\n",
            {R"("target":"/^mail[0-9]+\\.a\\.example$/")"},
            {":2: a condition", ":3: expected a regular expression without look-around", ":4: a condition",
             ":5: clients without", ":6: the flags x", ":7: the action DUNNO"}},
        ListCase{"plain",
                 ImportFormat::kPlain,
                 "192.0.2.1 # the partner\n@a.example\n{\"target\":\"mail.b.example\",\"comment\":\"c\"}\n192.0.2.1\n",
                 {R"("target":"192.0.2.1","if_confirmed":"","comment":"the partner")", R"("target":"@a.example")",
                  R"("target":"mail.b.example","if_confirmed":"","comment":"c")"},
                 {":4: line 1 decides about 192.0.2.1"}}),
    [](const auto& row) { return row.param.name; });

struct BadCase {
  const char* name;
  ImportFormat format;
  std::string text;
  const char* want;  // said
};

class BadImportTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadImportTest, ChangesNothingAndSaysWhere) {
  Tool tool;
  const auto ran = Import(tool, GetParam().format, GetParam().text);
  EXPECT_EQ(ran.status, kBadInput) << ran.out;
  EXPECT_TRUE(Has(ran.error, GetParam().want)) << ran.error;
  EXPECT_TRUE(Has(ran.error, "nothing was changed")) << ran.error;
  EXPECT_EQ(tool.Lists(), "");
  EXPECT_EQ(tool.AuditText(), "");
  EXPECT_EQ(tool.Run(RunGreylistList, GreylistListOptions{}).out, "");
}

const std::string kGoodRow = " 203.0.7.0/s@a.example/r@ours.example\n " + At(9) + "," + At(9) + "\n";

INSTANTIATE_TEST_SUITE_P(
    Ctl, BadImportTest,
    Values(BadCase{"postgrey_empty", ImportFormat::kPostgrey, "", ":1: expected a Berkeley DB file"},
           BadCase{"postgrey_letter", ImportFormat::kPostgrey, "Dear Ann,\n", ":1: expected a Berkeley DB file"},
           BadCase{"postgrey_cut_off", ImportFormat::kPostgrey, "VERSION=3\nformat=print\nHEADER=END\n" + kGoodRow,
                   ":5: expected DATA=END"},
           BadCase{"postgrey_odd", ImportFormat::kPostgrey, "VERSION=3\nHEADER=END\n zz\n 00\nDATA=END\n",
                   ":3: expected bytes"},
           BadCase{"sqlgrey_letter", ImportFormat::kSqlgrey, "Dear Ann,\n", ":1: expected an SQLite file"},
           BadCase{"sqlgrey_half", ImportFormat::kSqlgrey, SqliteDump().substr(0, SqliteDump().size() / 2), ":"},
           BadCase{"sqlgrey_without_its_end", ImportFormat::kSqlgrey, SqliteDump().substr(0, SqliteDump().size() - 8),
                   "expected COMMIT;"},
           BadCase{"milter_greylist", ImportFormat::kMilterGreylist, "203.0.7.1 <a@b.example>\n",
                   ":1: expected ADDRESS <SENDER> <RECIPIENT> SECONDS"},
           BadCase{"access", ImportFormat::kAccess, "192.0.2.1 OK\n192.0.2.300 OK\n", ":2: "},
           BadCase{"access_without_action", ImportFormat::kAccess, "192.0.2.1\n", ":1: expected an action"},
           BadCase{"cidr", ImportFormat::kCidr, "192.0.2.1 OK\npartner.example OK\n", ":2: "},
           BadCase{"regexp", ImportFormat::kPatterns, "/a/ OK\nb OK\n", ":2: expected /PATTERN/ ACTION"},
           BadCase{"plain", ImportFormat::kPlain, "192.0.2.1\nno such target\n", ":2: "},
           BadCase{"binary", ImportFormat::kPostgreyClients,
                   std::string("\x7f"
                               "ELF\x01\n\0",
                               7),
                   ":1: "}),
    [](const auto& row) { return row.param.name; });

TEST(Import, ADryRunChangesNothing) {
  Tool tool;
  EXPECT_TRUE(Has(Import(tool, ImportFormat::kSqlgrey, SqliteDump(), {.is_dry_run = true}).out, "4 would be taken"));
  EXPECT_TRUE(Has(Import(tool, ImportFormat::kCidr, "192.0.2.1 OK\n", {.is_dry_run = true}).out, "1 would be taken"));
  EXPECT_EQ(tool.Lists() + tool.AuditText() + tool.Run(RunGreylistList, GreylistListOptions{}).out, "");
}

TEST(Import, TakesItsOwnExport) {
  Tool from;
  Import(from, ImportFormat::kCidr, "192.0.2.0/24 REJECT\n192.0.3.0/24 HOLD\n");
  Tool to;
  EXPECT_EQ(Import(to, ImportFormat::kPlain, from.Lists(), {.list = rules::ListKind::kBlocklist}).status, kDone);
  EXPECT_EQ(to.Lists(), from.Lists());
}

TEST(Import, SaysInJsonWhatWasSkipped) {
  Tool tool;
  tool.is_json = true;
  EXPECT_EQ(
      Import(tool, ImportFormat::kCidr, "192.0.2.1 OK\n192.0.2.2 DUNNO\n").out,
      "{\"dry_run\":false,\"files\":[{\"file\":\"standard input\",\"taken\":1,\"known\":0,\"skipped\":[{\"line\":2,"
      "\"reason\":\"the action DUNNO has no counterpart\"}]}]}\n");
}

TEST(Import, AFileThatIsNotThereIsSaid) {
  Tool tool;
  const auto ran = tool.Run(RunImport, ImportOptions{.format = ImportFormat::kPostgrey, .files = {tool.path("gone")}});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "gone: expected a readable file")) << ran.error;
}

}  // namespace
}  // namespace policyd::ctl
