#include "policyd/ctl/commands_import.h"

#include <gtest/gtest.h>

#include "cache/greylist/triplet_store.h"
#include "policyd/ctl/commands_memory.h"
#include "policyd/ctl/commands_people.h"
#include "rules/greylist/sender_form.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::import_test {

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

// A row that postgrey had let through is known, whatever our delay is; one that it had not is not.
TEST(ImportPostgrey, TheDelayOfTheSourceDecidesWhatCameBack) {
  const std::string text = Dump({{"203.0.7.0/s@a.example/r@ours.example", At(1000) + "," + At(940)},
                                 {"203.0.8.0/s@a.example/r@ours.example", At(1000) + "," + At(760)}});
  Tool tool;
  Import(tool, ImportFormat::kPostgrey, text);
  EXPECT_EQ(StateOf(tool, "203.0.8.0/24", "s@a.example", "r@ours.example"), "waiting") << "240 s are less than 300";
  Tool with_delay;
  const auto ran = Import(with_delay, ImportFormat::kPostgrey, text, {.delay = "1m"});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(StateOf(with_delay, "203.0.7.0/24", "s@a.example", "r@ours.example"), "confirmed");
  Tool at_once;
  Import(at_once, ImportFormat::kPostgrey, Dump({{"203.0.7.0/s@a.example/r@ours.example", At(70) + "," + At(9)}}),
         {.delay = "1m"});
  at_once.Seed([&](cache::Stores& stores) {
    cache::ReadTransaction snapshot(stores.records_environment());
    const auto record = stores.triplets().Get(snapshot, {"203.0.7.0/24", "s@a.example", "r@ours.example"});
    EXPECT_EQ(rules::ViewTriplet(record, kNow, {}).state, rules::TripletState::kKnown)
        << "our 3 minutes are not asked for";
  });
  EXPECT_EQ(Import(with_delay, ImportFormat::kPostgrey, text, {.delay = "soon"}).status, kUsage);
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
      Import(tool, ImportFormat::kPostgrey, Dump({{mail, At(90) + "," + At(90)}, {"203.0.7.1", "1," + At(600)}}));
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
  EXPECT_TRUE(Has(ran.out, "4 taken, 0 known already, 0 skipped")) << ran.out << ran.error;
  EXPECT_EQ(StateOf(tool, "203.0.9.0/24", "o'neil+8@a.example", "r@ours.example"), "waiting");
  EXPECT_EQ(StateOf(tool, "203.0.10.0/24", "", "r@ours.example"), "waiting");
  EXPECT_EQ(tool.Run(RunGreylistList, GreylistListOptions{.shows_auto = true}).out, "") << "no client as a whole";
}

struct KnownSender {
  const char* client;
  const char* sender;
  bool is_known;
};

// sqlgrey knows a sender from a client, or the senders of one domain: nobody else from there.
TEST(ImportSqlgrey, ExemptsNobodyWhomSqlgreyDidNot) {
  Tool tool;
  const std::string last = At(60);
  const std::string dump =
      "CREATE TABLE connect ();\nCREATE TABLE from_awl ();\nCREATE TABLE domain_awl ();\n"
      "INSERT INTO from_awl VALUES('ann','a.example','203.0.7.9','" +
      last + "','" + last +
      "');\n"
      "INSERT INTO from_awl VALUES('-undef-','-undef-','203.0.7.8','" +
      last + "','" + last +
      "');\n"
      "INSERT INTO domain_awl VALUES('b.example','203.0.113','" +
      last + "','" + last + "');\n";
  const auto ran = Import(tool, ImportFormat::kSqlgrey, dump);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "3 taken")) << ran.out;
  const KnownSender rows[] = {{"203.0.7.9", "ann@a.example", true},
                              {"203.0.7.9", "bob@a.example", false},
                              {"203.0.7.9", "", false},
                              {"203.0.7.10", "ann@a.example", false},
                              {"203.0.7.8", "", true},
                              {"203.0.7.8", "ann@a.example", false},
                              {"203.0.113.4", "any@b.example", true},
                              {"203.0.113.4", "any@sub.b.example", false},
                              {"203.0.113.4", "ann@a.example", false},
                              {"203.0.114.4", "any@b.example", false},
                              {"203.0.113.4", "", false}};
  tool.Seed([&](cache::Stores& stores) {
    cache::ReadTransaction snapshot(stores.records_environment());
    for (const auto& [client, sender, is_known] : rows) {
      const auto record = cache::FindKnownSender(stores.triplets(), snapshot, *rules::IpAddress::Parse(client),
                                                 rules::NormalizeSender(sender, "r@ours.example"));
      EXPECT_EQ(record.has_value() && !record->is_waiting(), is_known) << client << " " << sender;
    }
  });
}

TEST(ImportSqlgrey, ReadsOtherDatabases) {
  Tool tool;
  const auto ran = Import(tool, ImportFormat::kSqlgrey,
                          "CREATE TABLE public.connect ();\nCREATE TABLE public.from_awl ();\n"
                          "COPY public.domain_awl (src, sender_domain, first_seen, last_seen) FROM stdin;\n"
                          "203.0.8.1\ta.example\t2026-11-20 00:00:00\t2026-11-21 08:00:00.25\n\\.\n");
  EXPECT_TRUE(Has(ran.out, "1 taken")) << ran.out << ran.error;
  tool.Seed([&](cache::Stores& stores) {
    cache::ReadTransaction snapshot(stores.records_environment());
    const auto record =
        cache::FindKnownSender(stores.triplets(), snapshot, *rules::IpAddress::Parse("203.0.8.1"), "x@a.example");
    ASSERT_TRUE(record);
    EXPECT_EQ(rules::PrintTime(record->last_seen), "2026-11-21T08:00:00Z");
  });
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
  admin::AccessSubject subject = admin::AccessSubject::kClient;
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
                 "# comment\nprotection.outlook.com # why\n195.235.39\n10.1\n192.0.2.5/26\n2001:db8::1/48\n"
                 "/^mail\\d+\\.news\\.example$/\n/(?<!x)look.behind/\n/^unknown$/\n.dot.example\n",
                 {R"("target":".protection.outlook.com")", R"("target":"195.235.39.0/24")", R"("target":"10.1.0.0/24")",
                  R"("target":"192.0.2.0/26")", R"("target":"2001:db8::/48")",
                  R"("target":"/^mail\\d+\\.news\\.example$/")"},
                 {"standard input:8:", "standard input:9: clients without a confirmed name",
                  "standard input:10: postgrey finds no client"}},
        ListCase{"postgrey_recipients",
                 ImportFormat::kPostgreyRecipients,
                 "postmaster@\nann@ours.example\nother.example\n/^abuse/\n@at.example\n",
                 {R"("target":"rcpt:ann@ours.example")", R"("target":"rcpt:@.other.example")"},
                 {"standard input:1: expected a domain", "standard input:4: recipients have no regular",
                  "standard input:5: postgrey finds no recipient"}},
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
                 "ann@a.example OK\nb.example REJECT\n<> REJECT\nroot@ OK\n.c.example OK\n@d.example OK\n",
                 {R"("target":"ann@a.example")", R"("target":"@b.example","action":"reject")"},
                 {":3: the null sender", ":4: expected a domain", ":5: a mail domain's subdomains alone",
                  ":6: Postfix does not look for it"},
                 admin::AccessSubject::kSender},
        ListCase{"access_of_recipients",
                 ImportFormat::kAccess,
                 "ann@ours.example OK\nours.example REJECT\n",
                 {R"("target":"rcpt:ann@ours.example")", R"("target":"rcpt:@ours.example","action":"reject")"},
                 {},
                 admin::AccessSubject::kRecipient},
        // postwhite #51: as Postfix, which leaves such a line out.
        ListCase{"cidr_with_a_bad_line",
                 ImportFormat::kCidr,
                 "192.0.2.0/24 permit\n194.7.41.152/28 permit\n[2001:db8::]/32 permit\nexample.com permit\n",
                 {R"("target":"192.0.2.0/24")", R"("target":"2001:db8::/32")"},
                 {":2: expected 194.7.41.144/28 (no bits set beyond the prefix), got",
                  ":4: expected an address or a network"}},
        ListCase{"cidr_of_windows",
                 ImportFormat::kCidr,
                 "\xef\xbb\xbf"
                 "192.0.2.0/24 permit\r\n192.0.3.0/24 REJECT\r\n",
                 {R"("target":"192.0.2.0/24")", R"("target":"192.0.3.0/24","action":"reject")"},
                 {}},
        ListCase{"access_with_a_bad_line",
                 ImportFormat::kAccess,
                 "192.0.2.1 OK\n192.0.2.300 OK\n  stray\nx.example\n",
                 {R"("target":"192.0.2.1")"},
                 {":2: expected an address", ":4: expected an action"}},
        ListCase{"access_without_effect",
                 ImportFormat::kAccess,
                 "192.0.2.1 12345 text\n192.0.2.2 check_greylist\n192.0.2.3 PREPEND X-A: b\n192.0.2.4 DEFER_IF_REJECT\n"
                 "192.0.2.5 defer_unauth_destination\nb\xc3\xbc"
                 "cher.example OK\n",
                 {R"("target":".xn--bcher-kva.example")"},
                 {":1: 12345 with text behind it", ":2: check_greylist is a restriction", ":3: PREPEND is carried out",
                  ":4: DEFER_IF_REJECT", ":5: defer_unauth_destination is a restriction"}},
        ListCase{"access_keeps_what_the_sender_reads",
                 ImportFormat::kAccess,
                 "192.0.2.1 REJECT 5.7.25 Ask abuse@ours.example {x}\n192.0.2.2 450 Later, please\n192.0.2.3 REJECT\n",
                 {R"x("target":"192.0.2.1","action":"reject","reply":"5.7.25 Ask abuse@ours.example (x)")x",
                  R"("target":"192.0.2.2","action":"defer","reply":"4.7.1 Later, please")",
                  R"("target":"192.0.2.3","action":"reject","if_confirmed")"},
                 {}},
        ListCase{"regexp_of_addresses",
                 ImportFormat::kPatterns,
                 "/^192\\.0\\.2\\.77$/ OK\n/^mx/A OK\n/^MX/i OK\n/^(unknown)$/ OK\n/x/ 12345 text\nb OK\n",
                 {R"("target":"/^192\\.0\\.2\\.77$/")", R"("target":"/^(?:^mx)/")"},
                 {":3: it distinguishes upper and lower case", ":4: clients without", ":5: 12345 with text",
                  ":6: expected a pattern"}},
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
            {":2: expected a closing", ":3: expected a regular expression without look-around", ":4: a condition",
             ":5: clients without", ":6: expected a flag", ":7: the action DUNNO"}},
        ListCase{"plain",
                 ImportFormat::kPlain,
                 "192.0.2.1 # the partner\n@a.example\n{\"target\":\"mail.b.example\",\"comment\":\"c\"}\n"
                 "{\"target\":\"192.0.2.9\",\"if_confirmed\":\"\",\"comment\":\"exported before\"}\n",
                 {R"("target":"192.0.2.9","if_confirmed":null,"comment":"exported before")",
                  R"("target":"192.0.2.1","if_confirmed":null,"comment":"the partner")", R"("target":"@a.example")",
                  R"("target":"mail.b.example","if_confirmed":null,"comment":"c")"},
                 {}},
        ListCase{
            "plain_as_people_copy",
            ImportFormat::kPlain,
            "\xef\xbb\xbf[IPv6:2001:db8::1]\r\n192.0.2.7. # dot\r\nAnn Smith <ann@partner.example> # ann\n[::1]/128\n",
            {R"("target":"2001:db8::1")", R"("target":"192.0.2.7","if_confirmed":null,"comment":"dot")",
             R"("target":"ann@partner.example","if_confirmed":null,"comment":"ann")", R"("target":"::1")"},
            {}}),
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
           BadCase{"access_without_action", ImportFormat::kAccess, "192.0.2.1\n", ":1: expected an action"},
           BadCase{"cidr", ImportFormat::kCidr, "partner.example OK\n", ":1: "},
           BadCase{"regexp", ImportFormat::kPatterns, "b OK\n", ":1: expected a pattern"},
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
      "\"reason\":\"the action DUNNO has no counterpart\"}],\"remarks\":[]}]}\n");
}

TEST(Import, StrictTakesNothingOfAFileWithABadLine) {
  Tool tool;
  const auto ran = Import(tool, ImportFormat::kCidr, "192.0.2.1 OK\n194.7.41.152/28 OK\n", {.is_strict = true});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, ":2: expected 194.7.41.144/28")) << ran.error;
  EXPECT_EQ(tool.Lists(), "");
}

// `whitelist import` and `import list` are one reader: the last of two lines counts, and that is said.
TEST(Import, OfTwoLinesOfAListTheLastCounts) {
  const std::string text = "192.0.2.1 # first\n192.0.2.2\n[192.0.2.1] # last\n";
  Tool one;
  const auto imported = Import(one, ImportFormat::kPlain, text);
  Tool other;
  const auto listed = other.Run(RunListImport, ListImportOptions{.file = "-"}, text);
  EXPECT_EQ(one.Lists(), other.Lists());
  EXPECT_TRUE(Has(one.Lists(), "last") && !Has(one.Lists(), "first")) << one.Lists();
  for (const auto& ran : {imported, listed}) EXPECT_TRUE(Has(ran.out, ":1: line 3 decides about 192.0.2.1")) << ran.out;
}

struct RemarkCase {
  const char* name;
  ImportFormat format;
  const char* text;
  const char* want;
  admin::AccessSubject subject = admin::AccessSubject::kClient;
};

class ImportRemarkTest : public testing::TestWithParam<RemarkCase> {};

TEST_P(ImportRemarkTest, SaysWhatMeansMoreOrLessHere) {
  Tool tool;
  const auto ran = Import(tool, GetParam().format, GetParam().text, {.subject = GetParam().subject});
  EXPECT_TRUE(Has(ran.out, GetParam().want)) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ImportRemarkTest,
    Values(RemarkCase{"expressions_of_clients", ImportFormat::kPostgreyClients, "/^192\\.168/\n",
                      "note: standard input:1: postgrey matches expressions against the client's name only"},
           RemarkCase{"recipients_of_a_greylist", ImportFormat::kPostgreyRecipients, "a@x.example\n",
                      "note: standard input:1: postgrey exempts these recipients from greylisting only"},
           RemarkCase{"senders_below_a_domain", ImportFormat::kAccess, "a.example REJECT\n",
                      "note: standard input:1: taken for the domain alone: Postfix holds it for its subdomains",
                      admin::AccessSubject::kSender},
           RemarkCase{"a_dot_in_front", ImportFormat::kAccess, ".a.example OK\n",
                      "note: standard input:1: taken for the domain and all below it"},
           RemarkCase{"the_order_of_expressions", ImportFormat::kPatterns, "/dyn/ REJECT\n/^mx/ OK\n",
                      "note: standard input:2: where a line before it turns the client away"}),
    [](const auto& row) { return row.param.name; });

// An import is one act, of whatever size: one line of the audit, one undo.
TEST(Import, IsUndoneAsAWhole) {
  Tool tool;
  ASSERT_EQ(tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}, .entry = {.comment = "before"}}).status,
            kDone);
  const std::string before = tool.Lists();
  ASSERT_EQ(Import(tool, ImportFormat::kCidr, "192.0.2.1 OK\n192.0.2.2 REJECT no\n192.0.2.3 OK\n").status, kDone);
  ASSERT_NE(tool.Lists(), before);
  const std::string audit = tool.AuditText();
  EXPECT_EQ(std::count(audit.begin(), audit.end(), '\n'), 3) << audit;
  EXPECT_TRUE(Has(audit, "import cidr") && Has(audit, "3 entries")) << audit;
  const auto undone = tool.Run(RunAuditUndo, AuditUndoOptions{.number = 2});
  EXPECT_EQ(undone.status, kDone) << undone.error;
  EXPECT_TRUE(Has(undone.out, "3 entries are as they were before it")) << undone.out;
  EXPECT_EQ(tool.Lists(), before);
  EXPECT_EQ(tool.Run(RunAuditUndo, AuditUndoOptions{.number = 5}).status, kDone) << "the undoing is one act, too";
  EXPECT_TRUE(Has(tool.Lists(), "192.0.2.3"));
}

TEST(Import, IsNotUndoneWhereAnEntryWasChangedSince) {
  Tool tool;
  ASSERT_EQ(Import(tool, ImportFormat::kCidr, "192.0.2.2 REJECT\n192.0.2.3 OK\n").status, kDone);
  ASSERT_EQ(tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.3"}, .entry = {.comment = "mine"}}).status, kDone);
  const std::string lists = tool.Lists();
  const auto ran = tool.Run(RunAuditUndo, AuditUndoOptions{.number = 1});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "192.0.2.3 was changed again by change 3")) << ran.error;
  EXPECT_EQ(tool.Lists(), lists);
}

TEST(ImportPostscreen, PrintsTheBlockLists) {
  Tool tool;
  const std::string main_cf =
      "# lists\npostscreen_dnsbl_threshold = 3\npostscreen_dnsbl_sites =\n    zen.spamhaus.org*3,\n"
      "# half\n    bl.spamcop.net=127.0.0.[2..11]*2 list.dnswl.org=127.0.[0..255].[1..3]*-4\nmyhostname = mx.example\n";
  const auto ran = tool.Run(RunImportPostscreen, ImportPostscreenOptions{.file = "-"}, main_cf);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out,
            "[dnsbl]\nsites = [\n  \"zen.spamhaus.org*3\",\n  \"bl.spamcop.net=127.0.0.[2..11]*2\",\n"
            "  \"list.dnswl.org=127.0.[0..255].[1..3]*-4\",\n]\nthreshold = 3\n");
  tool.Configure(ran.out);
  EXPECT_EQ(tool.Run(RunListExport, ListExportOptions{}).status, kDone) << "it is a configuration";
}

TEST(ImportPostscreen, RefusesWhatItCannotTake) {
  const std::pair<const char*, const char*> rows[] = {
      {"myhostname = x\n", "there is no postscreen_dnsbl_sites"},
      {"postscreen_dnsbl_sites =\n", "is empty"},
      {"postscreen_dnsbl_sites = $other\n", "postconf -x"},
      {"postscreen_dnsbl_sites = zen.example=1.2*x\n", "entry 1"},
      {"postscreen_dnsbl_sites = zen.example\npostscreen_dnsbl_threshold = no\n", "expected a number"}};
  for (const auto& [text, want] : rows) {
    Tool tool;
    const auto ran = tool.Run(RunImportPostscreen, ImportPostscreenOptions{.file = "-"}, text);
    EXPECT_NE(ran.status, kDone) << text;
    EXPECT_TRUE(Has(ran.error, want)) << ran.error;
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Import, AFileThatIsNotThereIsSaid) {
  Tool tool;
  const auto ran = tool.Run(RunImport, ImportOptions{.format = ImportFormat::kPostgrey, .files = {tool.path("gone")}});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "gone: expected a readable file")) << ran.error;
}

}  // namespace policyd::ctl::import_test
