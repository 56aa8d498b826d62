#include "rules/people/recipients.h"

#include <gtest/gtest.h>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::recipients_test {

std::shared_ptr<const Treatment> Class(std::string name, Mode mode = Mode::kEnforce) {
  return std::make_shared<const Treatment>(
      Treatment{.name = std::move(name), .mode = mode, .bands = {}, .actions = {}});
}

Policy WithClasses() {
  Policy policy = support::WithZones({});
  RecipientClasses& classes = policy.recipients;
  classes.Add("anna@students.example", Class("anna"));
  classes.Add("dean@", Class("deans"));
  classes.Add("@students.example", Class("students"));
  classes.Add(".example", Class("all"));
  classes.Add(".labs.example", Class("labs"));
  classes.Add("free@students.example", nullptr);
  classes.Add("postmaster@strict.example", Class("strict"));
  classes.Add(*ParseRecipientKey("@m\xc3\xbcller.example"), Class("mueller"));
  classes.Add("list+owner@students.example", Class("owners"));
  return policy;
}

struct Case {
  const char* name;
  std::string recipient;
  std::optional<std::string> want;  // the class's name
};

class RecipientsTest : public testing::TestWithParam<Case> {};

TEST_P(RecipientsTest, TheNarrowestKeyDecides) {
  EXPECT_EQ(TreatmentOf(WithClasses(), GetParam().recipient).name, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Keys, RecipientsTest,
                         testing::Values(Case{"an_address", "anna@students.example", "anna"},
                                         Case{"whatever_its_case", "Anna@Students.EXAMPLE", "anna"},
                                         Case{"an_address_with_an_extension", "anna+lists@students.example", "anna"},
                                         Case{"an_extension_of_its_own", "list+owner@students.example", "owners"},
                                         Case{"a_local_part_at_any_domain", "dean@students.example", "deans"},
                                         Case{"a_local_part_at_another_domain", "dean@elsewhere.test", "deans"},
                                         Case{"a_domain", "bert@students.example", "students"},
                                         Case{"a_domain_is_not_what_is_below_it", "bert@sub.students.example", "all"},
                                         Case{"the_longer_parent_domain", "x@a.b.labs.example", "labs"},
                                         Case{"the_parent_domain_itself", "x@labs.example", "labs"},
                                         Case{"an_exception", "free@students.example", {}},
                                         Case{"nobody_named", "x@elsewhere.test", {}}, Case{"no_recipient", "", {}},
                                         Case{"no_domain", "root", {}}, Case{"only_an_at", "@", {}},
                                         Case{"two_ats", "\"a@b\"@students.example", "students"},
                                         Case{"an_odd_local_part", "x y@students.example", "students"},
                                         Case{"a_source_route", "@a.test:anna@students.example", "anna"},
                                         Case{"a_u_label", "x@m\xc3\xbcller.example", "mueller"},
                                         Case{"an_a_label", "x@XN--mller-kva.example.", "mueller"},
                                         Case{"postmaster", "postmaster@students.example", "postmaster"},
                                         Case{"postmaster_without_a_domain", "PostMaster", "postmaster"},
                                         Case{"abuse", "abuse@elsewhere.test", "postmaster"},
                                         Case{"abuse_with_an_extension", "abuse+spam@elsewhere.test", "postmaster"},
                                         Case{"not_quite_postmaster", "postmasters@elsewhere.test", {}},
                                         Case{"a_class_that_names_postmaster", "postmaster@strict.example", "strict"}),
                         [](const auto& row) { return row.param.name; });

TEST(Recipients, AKeyBelongsToOneClass) {
  RecipientClasses classes;
  EXPECT_TRUE(classes.Add("@a.example", Class("one")));
  EXPECT_FALSE(classes.Add("@a.example", Class("two")));
  Policy policy = support::WithZones({});
  policy.recipients = classes;
  EXPECT_EQ(TreatmentOf(policy, "x@a.example").name, "one");
}

struct KeyCase {
  const char* name;
  std::string text;
  std::string want;  // empty: refused
};

class RecipientKeyTest : public testing::TestWithParam<KeyCase> {};

TEST_P(RecipientKeyTest, IsNormalisedOrRefused) {
  const auto got = ParseRecipientKey(GetParam().text);
  EXPECT_EQ(got ? *got : "", GetParam().want);
  const std::string error = got ? "" : got.error().message;
  EXPECT_TRUE(got || error.starts_with("expected user@domain, user@, @domain or .domain, got ")) << error;
}

INSTANTIATE_TEST_SUITE_P(
    Keys, RecipientKeyTest,
    testing::Values(KeyCase{"address", "Anna@Example.ORG.", "anna@example.org"}, KeyCase{"local", "Dean@", "dean@"},
                    KeyCase{"domain", "@Example.org", "@example.org"}, KeyCase{"below", ".Example.org", ".example.org"},
                    KeyCase{"bare_domain", "example.org", ""}, KeyCase{"bare_word", "anna", ""},
                    KeyCase{"empty", "", ""}, KeyCase{"an_at", "@", ""}, KeyCase{"a_dot", ".", ""},
                    KeyCase{"blank", "a b@example.org", ""}, KeyCase{"angles", "<a@example.org>", "a@example.org"},
                    KeyCase{"line_end", "a@example.org\n", "a@example.org"},
                    KeyCase{"u_label", "@m\xc3\xbcller.example", "@xn--mller-kva.example"},
                    KeyCase{"u_label_below", ".m\xc3\xbcller.example", ".xn--mller-kva.example"},
                    KeyCase{"quoted", "\"a b\"@example.org", "\"a b\"@example.org"},
                    KeyCase{"quoted_local", "\"a b\"@", "\"a b\"@"}, KeyCase{"no_domain_name", "a@exa mple", ""}),
    [](const auto& row) { return row.param.name; });

struct TableCase {
  const char* name;
  std::string text;
  std::vector<RecipientRow> want;
  std::string error = {};
};

class RecipientTableTest : public testing::TestWithParam<TableCase> {};

TEST_P(RecipientTableTest, IsReadAsPostfixDoes) {
  const auto got = ParseRecipientTable("t", GetParam().text);
  if (!GetParam().error.empty()) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message.substr(0, GetParam().error.size()), GetParam().error);
    return;
  }
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, RecipientTableTest,
    testing::Values(TableCase{"empty", "", {}}, TableCase{"comments_and_blank_lines", "# a\n\n  # b\n\t\n", {}},
                    TableCase{"kinds",
                              "a@x.example OK\nx.example\tREJECT\n.y.example permissive\nuser@ OK",
                              {{"a@x.example", false}, {".x.example", false}, {".y.example", false}, {"user@", false}}},
                    TableCase{"dunno_is_an_exception", "a@x.example DUNNO\r\n", {{"a@x.example", true}}},
                    TableCase{"dunno_as_part_of_a_word", "a@x.example DUNNOT\n", {{"a@x.example", false}}},
                    TableCase{"a_continued_line", "a@x.example\n   DUNNO\n", {{"a@x.example", true}}},
                    TableCase{"no_value", "a@x.example OK\nb@x.example\n", {}, "t:2: expected "},
                    TableCase{"no_key", "# x\n\na b@c OK\n<> OK\n", {}, "t:4: expected "}),
    [](const auto& row) { return row.param.name; });

// --- what a class does ----------------------------------------------------------------------------------------------

Action ActionFor(const Treatment& treatment, const std::vector<support::Known>& known, Mode mode = Mode::kEnforce) {
  Policy policy = support::WithZones({"zen.example*8", "wl.example*-4"});
  policy.mode = mode;
  policy.recipients.Add("@example.com", std::make_shared<const Treatment>(treatment));
  const Outcome outcome = Evaluate(policy, {}, support::Mail(), support::FactsOf(known), support::Now());
  EXPECT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->recipient_class, treatment.name);
  EXPECT_EQ(outcome.verdict->mode, treatment.mode);
  return outcome.verdict->action;
}

const std::vector<support::Known> kNoName = {support::NoPtr(), support::NotListed("zen.example"),
                                             support::NotListed("wl.example")};
const std::vector<support::Known> kListed = {support::NoPtr(), support::Listed("zen.example"),
                                             support::NotListed("wl.example")};

TEST(Recipients, TheBandsOfTheClassHold) {
  EXPECT_EQ(ActionFor({.name = "a", .mode = Mode::kEnforce, .bands = {}, .actions = {}}, kNoName), Action::kGreylist);
  const Bands open{.tag = {}, .greylist = {}, .defer = {}, .reject = {}};
  EXPECT_EQ(ActionFor({.name = "b", .mode = Mode::kEnforce, .bands = open, .actions = {}}, kListed), Action::kPass);
  const Bands strict{.tag = {}, .greylist = {}, .defer = {}, .reject = Points{40}};
  EXPECT_EQ(ActionFor({.name = "c", .mode = Mode::kEnforce, .bands = strict, .actions = {}}, kNoName), Action::kReject);
}

TEST(Recipients, TheActionOfABandIsThatOfTheClass) {
  const BandActions held{.tag = Action::kTag, .greylist = Action::kHold, .defer = Action::kDiscard};
  const Treatment treatment{.name = "a", .mode = Mode::kEnforce, .bands = {}, .actions = held};
  EXPECT_EQ(ActionFor(treatment, kNoName), Action::kHold);
  EXPECT_EQ(ActionFor(treatment, kListed), Action::kDiscard);
}

TEST(Recipients, NothingIsDiscardedWhileWhatSpeaksForTheClientIsUnavailable) {
  const Treatment treatment{.name = "a", .mode = Mode::kEnforce, .bands = {}, .actions = {.defer = Action::kDiscard}};
  EXPECT_EQ(
      ActionFor(treatment, {support::NoPtr(), support::Listed("zen.example"), support::ListUnavailable("wl.example")}),
      Action::kDefer);
}

TEST(Recipients, AClassEnforcesWhereEverybodyElseIsOnlyWatched) {
  const Treatment treatment{.name = "a", .mode = Mode::kEnforce, .bands = {}, .actions = {}};
  EXPECT_EQ(ActionFor(treatment, kNoName, Mode::kMonitor), Action::kGreylist);
}

TEST(Recipients, PostmasterIsNeverTurnedAwayNotEvenByTheBlocklist) {
  ListEntry entry = support::Entry(ListKind::kBlocklist, "203.0.113.45");
  entry.action = BlockAction::kDiscard;
  const support::Known blocked = {Question::ClientEntries(), support::Present(ListMatches{{entry}, false})};
  for (const char* recipient : {"postmaster@example.com", "Abuse@example.com", "postmaster"}) {
    Request request = support::Mail();
    request.recipient = recipient;
    for (const auto& known : {kNoName, kListed, {blocked}}) {
      const Outcome outcome =
          Evaluate(support::WithZones({"zen.example*8"}), {}, request, support::FactsOf(known), support::Now());
      ASSERT_TRUE(outcome.verdict);
      EXPECT_EQ(outcome.verdict->given(), Action::kTag) << recipient;
    }
  }
}

TEST(Recipients, PostmasterInMonitorModeGetsNoHeader) {
  Policy policy = support::WithZones({});
  policy.mode = Mode::kMonitor;
  EXPECT_EQ(TreatmentOf(policy, "postmaster@example.com").mode, Mode::kMonitor);
}

// Tag mode counts a first sight as come back, so that the class may enforce later and delay nobody already seen.
TEST(Recipients, WhoIsOnlyTaggedIsRememberedAsLetIn) {
  Policy policy = support::WithZones({});
  policy.recipients.Add("@example.com", Class("tagged", Mode::kTag));
  const Outcome outcome = Evaluate(policy, {}, support::Mail(), support::FactsOf({support::NoPtr()}), support::Now());
  ASSERT_TRUE(outcome.verdict);
  ASSERT_FALSE(outcome.verdict->remember.triplets.empty());
  const Triplet record = outcome.verdict->remember.triplets.front().record;
  EXPECT_EQ(ViewTriplet(record, support::Now() + policy.greylist.delay, policy.greylist).state, TripletState::kKnown);
}

}  // namespace rules::recipients_test
