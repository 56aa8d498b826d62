#include "policyd/dns/lookups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "policyd/dns/resolver.h"
#include "tests/support/fake_name_server.h"
#include "tests/support/held_dns.h"

namespace policyd::dns::lookups_test {

using rules::Addresses;
using rules::Fact;
using rules::IpAddress;
using rules::Question;
using rules::seconds;
using std::chrono::milliseconds;
using Status = DnsReply::Status;

IpAddress Ip(const char* text) {
  return IpAddress::Parse(text).value();
}

const IpAddress kClient = Ip("192.0.2.1");
const IpAddress kOther = Ip("192.0.2.2");
const cache::LifetimeLimits kLimits;
const rules::TimePoint kNow{seconds{1'700'000'000}};

Answer Sent(DnsReply reply) {
  return {.reply = std::move(reply), .was_sent = true};
}

struct FactCase {
  const char* name;
  Question question;
  Answer answer;
  Fact want;
};

class ToFactTest : public testing::TestWithParam<FactCase> {};

TEST_P(ToFactTest, SaysWhatTheAnswerIsWorth) {
  const auto& [name, question, answer, want] = GetParam();
  const Fact got = ToFact(question, answer, kLimits, kNow);
  EXPECT_EQ(got.state, want.state);
  EXPECT_EQ(got.records, want.records);
  EXPECT_EQ(got.server_answers_others, want.server_answers_others);
  EXPECT_EQ(got.is_cut, want.is_cut);
  EXPECT_EQ(got.learnt, kNow);
  EXPECT_EQ(got.until, want.until);
}

Answer Listed(std::initializer_list<const char*> addresses) {
  DnsReply reply{.status = Status::kPresent, .ttl = 600};
  for (const char* address : addresses) reply.addresses.push_back(Ip(address));
  return Sent(std::move(reply));
}

Fact Present(decltype(Fact::records) records, seconds life) {
  return {.state = Fact::State::kPresent, .until = kNow + life, .records = std::move(records)};
}

Fact Unavailable(bool answers_others = false) {
  return {.server_answers_others = answers_others, .until = kNow + kLimits.failure_ttl, .records = {}};
}

const Question kList = Question::List("zen.example");

INSTANTIATE_TEST_SUITE_P(
    Facts, ToFactTest,
    testing::Values(
        FactCase{"ptr", Question::Ptr(), Sent({.status = Status::kPresent, .ttl = 90, .names = {"mail.example"}}),
                 Present(rules::HostNames{"mail.example"}, seconds{90})},
        FactCase{"forward_outside_127", Question::Forward("mail.example"), Listed({"192.0.2.1"}),
                 Present(Addresses{Ip("192.0.2.1")}, seconds{600})},
        FactCase{"forward_of_more_addresses_than_are_kept",
                 Question::Forward("mail.example"),
                 Sent({.status = Status::kPresent, .ttl = 90, .addresses = {Ip("192.0.2.1")}, .is_cut = true}),
                 {.state = Fact::State::kPresent,
                  .is_cut = true,
                  .until = kNow + seconds{90},
                  .records = Addresses{Ip("192.0.2.1")}}},
        FactCase{"behind_more_aliases_than_are_followed", Question::Forward("mail.example"),
                 Sent({.status = Status::kPresent, .ttl = 90, .is_cut = true}), Unavailable()},
        FactCase{"helo_name_lives_an_hour", Question::NameAddresses("mail.example", kClient),
                 Sent({.status = Status::kPresent, .ttl = 7200, .addresses = {Ip("192.0.2.1")}}),
                 Present(Addresses{Ip("192.0.2.1")}, seconds{3600})},
        FactCase{"name_of_reverse_dns_lives_by_its_ttl", Question::Forward("mail.example"),
                 Sent({.status = Status::kPresent, .ttl = 7200, .addresses = {Ip("192.0.2.1")}}),
                 Present(Addresses{Ip("192.0.2.1")}, seconds{7200})},
        FactCase{"absent_lives_by_its_soa",
                 Question::Ptr(),
                 Sent({.status = Status::kAbsent, .rcode = 3, .ttl = 120}),
                 {.state = Fact::State::kAbsent, .is_no_name = true, .until = kNow + seconds{120}, .records = {}}},
        FactCase{"no_record_of_a_name_that_is_there",
                 Question::NameTexts("sender.example"),
                 Sent({.status = Status::kAbsent, .ttl = 120}),
                 {.state = Fact::State::kAbsent, .until = kNow + seconds{120}, .records = {}}},
        FactCase{"texts_live_an_hour", Question::NameTexts("sender.example"),
                 Sent({.status = Status::kPresent, .ttl = 7200, .texts = {.whole = {"v=spf1 -all"}, .begun = {}}}),
                 Present(rules::Texts{.whole = {"v=spf1 -all"}, .begun = {}}, seconds{3600})},
        FactCase{"mail_hosts", Question::NameMailHosts("sender.example"),
                 Sent({.status = Status::kPresent, .ttl = 90, .mail_hosts = {{.preference = 10, .name = "a.example"}}}),
                 Present(rules::MailHosts{{.preference = 10, .name = "a.example"}}, seconds{90})},
        FactCase{"listed", kList, Listed({"127.0.0.2"}), Present(Addresses{Ip("127.0.0.2")}, seconds{600})},
        FactCase{"parked_domain_is_no_listing", kList, Listed({"203.0.113.9"}), Unavailable()},
        FactCase{"may_not_ask_is_no_listing", kList, Listed({"127.255.255.254"}), Unavailable()},
        FactCase{"usable_records_are_kept", kList, Listed({"127.255.255.254", "127.0.0.4"}),
                 Present(Addresses{Ip("127.0.0.4")}, seconds{600})},
        FactCase{"name_lists_too", Question::NameList("sender.example", "dbl.example"), Listed({"127.255.255.252"}),
                 Unavailable()},
        FactCase{"servfail", Question::Ptr(), Sent({.status = Status::kError, .rcode = 2}), Unavailable()},
        FactCase{"time_out_of_this_name_alone",
                 Question::Ptr(),
                 {.was_sent = true, .server_answers_others = true},
                 Unavailable(true)},
        FactCase{"truncated_over_tcp", Question::Ptr(), Sent({.status = Status::kTruncated}), Unavailable()}),
    [](const auto& row) { return row.param.name; });

class LookupsTest : public testing::Test {
 protected:
  void Ask(std::optional<std::uint64_t> inquiry, const Question& question, const IpAddress& client = kClient,
           runtime::Deadline deadline = runtime::Deadline::max()) {
    is_asking_ = true;
    LookupRequest request{.client = client, .question = question, .deadline = deadline};
    if (inquiry) request.waiter = Waiter{.worker = 1, .inquiry = *inquiry};
    lookups_.Ask(std::move(request));
    is_asking_ = false;
  }
  void Answered(std::size_t number, const Answer& answer) {
    const auto callback = dns_.held.at(number).callback;
    callback(answer);
  }
  void Turn() { uv_run(loop_.get(), UV_RUN_NOWAIT); }
  std::vector<std::uint64_t> told() const {
    std::vector<std::uint64_t> inquiries;
    for (const auto& answer : told_) inquiries.push_back(answer.waiter.inquiry);
    return inquiries;
  }

  runtime::Loop loop_;
  support::HeldDns dns_;
  rules::TimePoint now_ = kNow;
  bool queue_is_full_ = false, is_asking_ = false;
  int times_found_ = 0;  // that the store was looked into
  std::vector<LookupAnswer> told_;
  std::vector<cache::FactWrite> stored_;     // the Writer's queue
  std::vector<cache::FactWrite> committed_;  // what the store holds
  Lookups lookups_{loop_.get(),
                   dns_,
                   kLimits,
                   {.answered =
                        [this](const LookupAnswer& answer) {
                          EXPECT_FALSE(is_asking_) << "told from inside Ask()";
                          told_.push_back(answer);
                        },
                    .store =
                        [this](const cache::FactWrite& write) {
                          if (!queue_is_full_) stored_.push_back(write);
                          return !queue_is_full_;
                        },
                    .now = [this] { return now_; },
                    .find =
                        [this](const IpAddress& client, const Question&) {
                          ++times_found_;
                          cache::KnownFacts known;
                          for (const cache::FactWrite& write : committed_) {
                            if (write.client == client) known.emplace_back(write.question, write.fact);
                          }
                          return known;
                        }},
                   nullptr};
};

using Inquiries = std::vector<std::uint64_t>;

TEST_F(LookupsTest, AsksOnceHoweverManyWait) {
  for (std::uint64_t inquiry = 1; inquiry <= 10'000; ++inquiry) Ask(inquiry, kList);
  ASSERT_EQ(dns_.held.size(), 1U);
  EXPECT_EQ(dns_.held[0].question.name, "1.2.0.192.zen.example");
  Answered(0, Listed({"127.0.0.2"}));
  EXPECT_EQ(told_.size(), 10'000U);
  EXPECT_EQ(told_[9'999].fact.state, Fact::State::kPresent);
  EXPECT_EQ(stored_.size(), 1U);
}

TEST_F(LookupsTest, KeepsAnAnswerUntilItIsCommitted) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  Ask(2, kList);
  EXPECT_EQ(told(), Inquiries({1})) << "a known answer is told on the next turn";
  Turn();
  EXPECT_EQ(told(), Inquiries({1, 2}));
  EXPECT_EQ(told_[1].fact, told_[0].fact);
  EXPECT_EQ(stored_.size(), 1U);
  lookups_.Committed(stored_.size());
  Ask(3, kList);
  EXPECT_EQ(dns_.held.size(), 2U) << "who asks after the commit missed it in the store";
}

TEST_F(LookupsTest, WhoLookedIntoTheStoreTooEarlyIsToldWhatItHoldsByNow) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  committed_ = stored_;
  lookups_.Committed(stored_.size());
  Ask(2, kList);
  EXPECT_EQ(told(), Inquiries({1})) << "never from inside Ask()";
  Turn();
  EXPECT_EQ(told(), Inquiries({1, 2}));
  EXPECT_EQ(dns_.held.size(), 1U);
  EXPECT_EQ(stored_.size(), 1U) << "what is stored is not stored again";
}

TEST_F(LookupsTest, TheStoreIsReadOnceForTheQuestionsAboutAClient) {
  Ask(1, Question::Ptr());
  Ask(1, kList);
  EXPECT_EQ(times_found_, 1);
  Ask(2, kList, kOther);
  EXPECT_EQ(times_found_, 2);
}

TEST_F(LookupsTest, WhatWasCommittedSinceTheStoreWasReadIsFound) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  Ask(1, Question::Ptr());
  committed_ = stored_;
  lookups_.Committed(stored_.size());
  Ask(2, kList);
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, WhatTheStoreSaysOfANameIsNotSaidOfItsClient) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  committed_ = stored_;
  lookups_.Committed(stored_.size());
  committed_.clear();
  Ask(2, Question::NameList("partner.example", "names.example"));
  committed_ = stored_;
  Ask(3, kList);
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, WhatEndedInTheStoreIsAsked) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  committed_ = stored_;
  lookups_.Committed(stored_.size());
  now_ += seconds{600};
  Ask(2, kList);
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, ARefreshIsAskedOnlyWhileItIsDue) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  committed_ = stored_;
  lookups_.Committed(stored_.size());
  Ask(std::nullopt, kList);
  EXPECT_EQ(dns_.held.size(), 1U) << "another one renewed it a moment ago";
  now_ += seconds{590};
  Ask(std::nullopt, kList);
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, AnAnswerKeptPastItsEndIsAskedAgain) {
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  now_ += seconds{600};
  Ask(2, kList);
  ASSERT_EQ(dns_.held.size(), 2U);
  Answered(1, Listed({"127.0.0.3"}));
  ASSERT_EQ(stored_.size(), 2U);
  lookups_.Committed(1);
  Ask(3, kList);
  EXPECT_EQ(dns_.held.size(), 2U) << "the commit of the old answer does not let the new one go";
  lookups_.Committed(1);
  Ask(4, kList);
  EXPECT_EQ(dns_.held.size(), 3U);
}

TEST_F(LookupsTest, OneNameForTwoClientsIsOneQuestionAndTwoFacts) {
  const Question forward = Question::Forward("mail.example");
  Ask(1, forward, Ip("192.0.2.1"));
  Ask(2, forward, Ip("192.0.2.2"));
  ASSERT_EQ(dns_.held.size(), 1U);
  Answered(0, Listed({"192.0.2.1"}));
  EXPECT_EQ(stored_.size(), 2U);
}

TEST_F(LookupsTest, ANameListIsStoredOnce) {
  const Question question = Question::NameList("sender.example", "dbl.example");
  Ask(1, question, Ip("192.0.2.1"));
  Ask(2, question, Ip("192.0.2.2"));
  Answered(0, Listed({"127.0.1.2"}));
  EXPECT_EQ(stored_.size(), 1U);
  lookups_.Committed(stored_.size());
  Ask(3, question);
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, FamiliesAreQuestionsOfTheirOwn) {
  Ask(1, Question::Forward("mail.example"), Ip("192.0.2.1"));
  Ask(2, Question::Forward("mail.example"), Ip("2001:db8::1"));
  ASSERT_EQ(dns_.held.size(), 2U);
  EXPECT_EQ(dns_.held[1].question.type, rules::RecordType::kAaaa);
}

TEST_F(LookupsTest, ReverseDnsAndListsAreDifferentClasses) {
  Ask(1, Question::Ptr());
  Ask(1, Question::Forward("mail.example"));
  Ask(1, kList);
  Ask(1, Question::NameList("sender.example", "dbl.example"));
  std::vector<QuestionClass> got;
  for (const auto& held : dns_.held) got.push_back(held.question_class);
  EXPECT_EQ(
      got, std::vector({QuestionClass::kReverse, QuestionClass::kReverse, QuestionClass::kList, QuestionClass::kList}));
}

TEST_F(LookupsTest, AQuestionCountsForTheClientsNetwork) {
  Ask(1, Question::Forward("mail.example"));
  EXPECT_EQ(dns_.held[0].network, NetworkOf(kClient));
}

TEST_F(LookupsTest, AFailureIsStored) {
  Ask(1, Question::Ptr());
  Answered(0, {.was_sent = true, .server_answers_others = true});
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_TRUE(stored_[0].fact.is_unavailable());
  EXPECT_TRUE(stored_[0].fact.server_answers_others);
}

TEST_F(LookupsTest, WhatWasNeverSentIsToldAndNotStored) {
  Ask(1, Question::Ptr());
  Answered(0, {.was_sent = false});
  EXPECT_EQ(told(), Inquiries({1}));
  EXPECT_TRUE(told_[0].fact.is_unavailable());
  EXPECT_TRUE(stored_.empty());
  Ask(2, Question::Ptr());
  EXPECT_EQ(dns_.held.size(), 2U);
}

TEST_F(LookupsTest, WhoHasMoreTimeThanTheFirstIsAskedForAgain) {
  Ask(1, kList, kClient, runtime::Deadline::min());
  Ask(2, kList);
  Answered(0, {.was_sent = false});
  EXPECT_EQ(told(), Inquiries({1}));
  ASSERT_EQ(dns_.held.size(), 2U);
  Answered(1, Listed({"127.0.0.2"}));
  EXPECT_EQ(told(), Inquiries({1, 2}));
}

TEST_F(LookupsTest, ANameThatCannotBeSentIsNotAskedForEver) {
  Ask(1, Question::Forward("bad..name"));
  Answered(0, {.was_sent = false});
  EXPECT_EQ(told(), Inquiries({1}));
  EXPECT_EQ(dns_.held.size(), 1U);
}

TEST_F(LookupsTest, AFullQueueDropsTheFactButTellsIt) {
  queue_is_full_ = true;
  Ask(1, kList);
  Answered(0, Listed({"127.0.0.2"}));
  EXPECT_EQ(told(), Inquiries({1}));
  Ask(2, kList);
  EXPECT_EQ(dns_.held.size(), 2U) << "what the Writer will never commit is not kept";
}

TEST_F(LookupsTest, ARefreshIsStoredAndTellsNobody) {
  Ask(std::nullopt, kList);
  Answered(0, Listed({"127.0.0.2"}));
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(stored_.size(), 1U);
}

TEST(Lookups, LateAnswersAfterItsEndGoNowhere) {
  runtime::Loop loop;
  support::HeldDns resolver;
  int told = 0;
  {
    Lookups lookups(loop.get(), resolver, kLimits,
                    {.answered = [&told](const LookupAnswer&) { ++told; },
                     .store = [](const cache::FactWrite&) { return true; },
                     .now = [] { return kNow; }},
                    nullptr);
    lookups.Ask(
        {.waiter = Waiter{.inquiry = 1}, .client = kClient, .question = kList, .deadline = runtime::Deadline::max()});
  }
  resolver.held[0].callback(Listed({"127.0.0.2"}));
  EXPECT_EQ(told, 0);
}

// Answers arrive on the resolver's thread.
class DnsThreadTest : public testing::Test {
 protected:
  DnsThread::Settings Settings(const support::FakeNameServer& server) {
    DnsThread::Settings settings;
    settings.dns.servers = {server.endpoint()};
    settings.dns.timeout = milliseconds(100);
    settings.answered = [this](const LookupAnswer& answer) {
      const std::lock_guard lock(mutex_);
      told_.push_back(answer);
      changed_.notify_all();
    };
    settings.store = [](const cache::FactWrite&) { return true; };
    settings.now = [] { return kNow; };
    settings.health = &health_;
    return settings;
  }
  LookupRequest Request(const Question& question) const {
    return {.waiter = Waiter{.worker = 0, .inquiry = 7},
            .client = kClient,
            .question = question,
            .deadline = std::chrono::steady_clock::now() + seconds{30}};
  }
  std::vector<LookupAnswer> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, seconds{20}, [&] { return told_.size() >= count; }));
    return told_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LookupAnswer> told_;
  runtime::Snapshot<rules::Health> health_{std::make_shared<rules::Health>()};
};

TEST_F(DnsThreadTest, AsksAndTells) {
  support::FakeNameServer server;
  server.Add(support::AddressRecord("1.2.0.192.zen.example", "127.0.0.2"));
  DnsThread thread(Settings(server));
  thread.Ask(Request(kList));
  const auto told = WaitFor(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].waiter.inquiry, 7U);
  EXPECT_EQ(told[0].fact.Get<Addresses>(), Addresses{Ip("127.0.0.2")});
}

TEST_F(DnsThreadTest, EndsWithQuestionsOpen) {
  support::FakeNameServer server;
  server.SetFault({.kind = support::Fault::Kind::kDrop});
  DnsThread thread(Settings(server));
  for (int i = 0; i < 100; ++i) thread.Ask(Request(Question::Forward("m" + std::to_string(i) + ".example")));
}

TEST_F(DnsThreadTest, PublishesThatTheServersAreDown) {
  support::FakeNameServer server;
  server.SetFault({.kind = support::Fault::Kind::kDrop});
  auto settings = Settings(server);
  settings.dns.tries = 1;
  DnsThread thread(std::move(settings));
  const std::string name = server.endpoint().ToString();
  EXPECT_EQ(health_.Get()->servers, (std::vector<rules::NameServerState>{{name, false}}));
  thread.Ask(Request(Question::Forward("m.example")));
  while (!health_.Get()->servers_are_down) std::this_thread::yield();  // three probes, a second apart
  EXPECT_EQ(health_.Get()->servers, (std::vector<rules::NameServerState>{{name, true}}));
  server.ClearFaults();
  while (health_.Get()->servers_are_down) std::this_thread::yield();  // found by a probe: nobody asks
  EXPECT_EQ(health_.Get()->servers, (std::vector<rules::NameServerState>{{name, false}}));
}

TEST_F(DnsThreadTest, ANewServerIsAskedFromTheNextQuestionOn) {
  support::FakeNameServer first, second;
  first.SetFault({.kind = support::Fault::Kind::kDelay, .delay = milliseconds(50)});
  auto settings = Settings(first);
  config::DnsSettings changed = settings.dns;
  changed.servers = {second.endpoint()};
  DnsThread thread(std::move(settings));
  thread.Ask(Request(Question::Forward("early.example")));
  thread.SetSettings(changed);
  thread.Ask(Request(Question::Forward("late.example")));
  for (const auto& answer : WaitFor(2)) EXPECT_EQ(answer.fact.state, Fact::State::kAbsent) << answer.question.name;
  EXPECT_EQ(first.questions() - first.probes(), 1U);
  EXPECT_EQ(second.questions("late.example"), 1U);
}

}  // namespace policyd::dns::lookups_test
