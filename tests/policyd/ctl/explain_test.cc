#include "policyd/ctl/commands_decisions.h"

#include <gtest/gtest.h>

#include "policyd/ctl/commands_people.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::explain_test {

using std::chrono::seconds;

constexpr const char* kClient = "192.0.2.1";
const rules::Reference kReference{77};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What DNS said a minute ago: there is no PTR record.
void AddNoPtr(cache::Stores& stores) {
  rules::Fact fact{.state = rules::Fact::State::kAbsent};
  fact.learnt = kNow - seconds(60);
  fact.until = kNow + seconds(600);
  const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.facts()->Put(**transaction, *rules::IpAddress::Parse(kClient), {{rules::Question::Ptr(), fact}},
                                  rules::TimePoint{}));
  ASSERT_TRUE((*transaction)->Commit());
}

void AddConfirmed(cache::Stores& stores, const std::string& name) {
  const auto found = [](auto records) {
    rules::Fact fact;
    fact.state = rules::Fact::State::kPresent;
    fact.learnt = kNow;
    fact.until = kNow + seconds(600);
    fact.records = std::move(records);
    return fact;
  };
  const rules::IpAddress client = *rules::IpAddress::Parse(kClient);
  const cache::KnownFacts facts = {{rules::Question::Ptr(), found(rules::HostNames{name})},
                                   {rules::Question::Forward(name), found(rules::Addresses{client})}};
  const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.facts()->Put(**transaction, client, facts, rules::TimePoint{}));
  ASSERT_TRUE((*transaction)->Commit());
}

// An hour ago the client had a name that looks like an end user's line, and was told to come back.
void AddVerdict(cache::Stores& stores) {
  cache::JournalRow row;
  row.reference = kReference;
  row.first = row.last = kNow - seconds(3600);
  row.client = *rules::IpAddress::Parse(kClient);
  row.name = "host.adsl.example";
  row.reverse_dns = "confirmed";
  row.sender = "a@partner.example";
  row.recipient = "b@here.example";
  row.action = "greylist";
  row.reason = "dynamic_name";
  row.mode = "enforce";
  row.score = "3.0";
  row.signals = "dynamic_name:3";
  row.facts = {{.asked = "ptr",
                .name = "",
                .list = "",
                .answer = "present",
                .records = {"host.adsl.example"},
                .age = seconds(7)}};
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.journal().Add(**transaction, row));
  ASSERT_TRUE((*transaction)->Commit());
}

void AddWaiting(cache::Stores& stores, seconds age) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(stores.triplets().Put(**transaction, {"192.0.2.0/24", "a@partner.example", "b@here.example"},
                                    {.first_seen = kNow - age, .last_seen = kNow - age, .passes = 0}));
  ASSERT_TRUE((*transaction)->Commit());
}

class ExplainTest : public testing::Test {
 protected:
  ExplainTest() {
    tool_.Seed([](cache::Stores& stores) {
      AddNoPtr(stores);
      AddVerdict(stores);
    });
  }
  Tool::Ran Explain(const std::string& subject) {
    return tool_.Run(RunExplain, ExplainOptions{.subject = subject, .is_from_cache = true});
  }
  runtime::Json ExplainAsJson(const std::string& subject) {
    tool_.is_json = true;
    auto json = runtime::Json::Parse(Explain(subject).out);
    return json ? *json : runtime::Json();
  }
  Tool tool_;
};

TEST_F(ExplainTest, ShowsEveryStepForAnAddress) {
  const auto ran = Explain(kClient);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  for (const char* part : {"ptr", "absent", "1m", "no_ptr", "greylist (no_ptr), score 4.0", "greylist from 3",
                           "DEFER_IF_PERMIT 4.7.1", "a PTR record for 192.0.2.1", "whitelist add 192.0.2.1"}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << '\n' << ran.out;
  }
}

TEST_F(ExplainTest, PutsThenAndNowSideBySide) {
  const auto ran = Explain(kReference.ToString());
  ASSERT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "then, 2026-11-21T07:33:20Z")) << ran.out;
  const auto row_of = [&](const std::string& title) {
    const std::size_t at = ran.out.find("\n" + title + " ");
    return at == std::string::npos ? std::string() : ran.out.substr(at + 1, ran.out.find('\n', at + 1) - at - 1);
  };
  EXPECT_TRUE(Has(row_of("score"), "3.0") && Has(row_of("score"), "4.0")) << row_of("score");
  EXPECT_TRUE(Has(row_of("because of"), "dynamic_name") && Has(row_of("because of"), "no_ptr")) << ran.out;
  EXPECT_TRUE(Has(row_of("ptr"), "present: host.adsl.example (7s old)") && Has(row_of("ptr"), "absent (1m old)"))
      << ran.out;
}

struct WaitCase {
  const char* name;
  seconds age;  // since the first sight
  const char* want;
};

class ComeBackTest : public ExplainTest, public testing::WithParamInterface<WaitCase> {};

TEST_P(ComeBackTest, SaysWhenTheMailMayComeBack) {
  tool_.Seed([](cache::Stores& stores) { AddWaiting(stores, GetParam().age); });
  const auto ran = Explain(kReference.ToString());
  EXPECT_TRUE(Has(ran.out, GetParam().want)) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ComeBackTest,
    testing::Values(WaitCase{"waits", seconds(60),
                             "waits; may come back in 2m, from 2026-11-21T08:35:20Z until 2026-11-23T08:32:20Z"},
                    WaitCase{"has_waited", seconds(200), "Greylist  has waited: passes now"},
                    WaitCase{"too_long_ago", seconds(3 * 86400),
                             "seen too long ago; may come back in 3m, from 2026-11-21T08:36:20Z"}),
    [](const auto& row) { return row.param.name; });

TEST_F(ExplainTest, AnAddressAloneSaysThatMailsWaitEachByThemselves) {
  EXPECT_TRUE(Has(Explain(kClient).out, "name its reference, or --sender and --recipient"));
}

// The null sender may pass where others wait: probes for whether a sender exists must work.
TEST_F(ExplainTest, AnAddressAloneIsNotJudgedAsABounce) {
  tool_.Configure("[points]\nhelo_localhost = 5");
  tool_.Seed([](cache::Stores& stores) { AddConfirmed(stores, "gate.sender.example"); });
  ExplainOptions options{.subject = kClient, .helo = "localhost", .is_from_cache = true};
  const auto alone = tool_.Run(RunExplain, options);
  EXPECT_TRUE(Has(alone.out, "Verdict   greylist (helo), score 5.0")) << alone.out;
  options.sender = "<>";
  const auto bounce = tool_.Run(RunExplain, options);
  EXPECT_TRUE(Has(bounce.out, "Verdict   pass (helo), score 5.0")) << bounce.out;
}

TEST_F(ExplainTest, TheDocumentHoldsBothTimes) {
  tool_.Seed([](cache::Stores& stores) { AddWaiting(stores, seconds(60)); });
  const runtime::Json json = ExplainAsJson(kReference.ToString());
  ASSERT_TRUE(json.Find("then") && json.Find("greylist")) << json.Dump();
  EXPECT_EQ(json.Find("then")->Find("reason")->Dump(), "\"dynamic_name\"");
  EXPECT_EQ(json.Find("reason")->Dump(), "\"no_ptr\"");
  EXPECT_EQ(json.Find("greylist")->Find("wait")->Dump(), "120");
  EXPECT_EQ(json.Find("greylist")->Find("may_come_back")->Dump(), "\"2026-11-21T08:35:20Z\"");
}

TEST_F(ExplainTest, TheDocumentHoldsTheWholeReasoning) {
  const runtime::Json json = ExplainAsJson(kClient);
  const auto dumped = [&json](const char* member) {
    const runtime::Json* found = json.Find(member);
    return found ? found->Dump() : std::string("none");
  };
  EXPECT_TRUE(Has(dumped("facts"), "\"ptr\"") && Has(dumped("facts"), "\"absent\"")) << dumped("facts");
  EXPECT_EQ(dumped("signals"), R"([{"signal":"no_ptr","points":4.0,"detail":"","name":""}])");
  EXPECT_EQ(dumped("score"), "4.0");
  EXPECT_EQ(dumped("bands"), R"("tag from 1; greylist from 3; defer from 8; reject off")");
  EXPECT_TRUE(Has(dumped("reply"), "Cannot resolve PTR record for [192.0.2.1]")) << dumped("reply");
  for (const char* part :
       {"sending the same mail again in 3m", "a PTR record for 192.0.2.1", "whitelist add 192.0.2.1"}) {
    EXPECT_TRUE(Has(dumped("what_would_change_it"), part)) << part << '\n' << dumped("what_would_change_it");
  }
}

TEST_F(ExplainTest, NamesTheEntryThatDecides) {
  tool_.Run(RunListAdd, ListAddOptions{.targets = {kClient}, .entry = {.comment = "ticket 5"}});
  const auto ran = Explain(kClient);
  EXPECT_TRUE(Has(ran.out, "whitelist: ")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "(by ann, 2026-11-21T08:33:20Z: ticket 5)")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "no_ptr")) << "what it outweighs is shown: " << ran.out;
  const runtime::Json json = ExplainAsJson(kClient);
  EXPECT_EQ(json.Find("entry")->Find("comment")->Dump(), "\"ticket 5\"");
}

TEST_F(ExplainTest, SaysWhatItExpected) {
  EXPECT_EQ(Explain("mail").status, kBadInput);
  EXPECT_EQ(Explain(rules::Reference{78}.ToString()).status, kNoSuchThing);
}

}  // namespace policyd::ctl::explain_test
