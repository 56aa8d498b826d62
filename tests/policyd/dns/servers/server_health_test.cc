#include "policyd/dns/servers/server_health.h"

#include <gtest/gtest.h>

#include "policyd/dns/wire/randomness.h"

namespace policyd::dns::server_health_test {

using std::chrono::seconds;

runtime::Deadline At(int milliseconds) {
  return runtime::Deadline(seconds(1000) + std::chrono::milliseconds(milliseconds));
}

ServerHealth Fresh() {
  return ServerHealth(seconds(1));
}

// Three probes from At(0) on, a second apart, and none answered.
ServerHealth Down() {
  ServerHealth health = Fresh();
  health.Doubt(At(0));
  for (int i = 0; i < 3; ++i) {
    health.ProbeSent(At(1000 * i));
    health.ProbeUnanswered();
  }
  return health;
}

TEST(ServerHealth, SilenceAboutStrangersOnlyMakesAProbeDue) {
  ServerHealth health = Fresh();
  EXPECT_FALSE(health.is_probe_due(At(0)));
  for (int i = 0; i < 1000; ++i) health.Doubt(At(i));
  EXPECT_FALSE(health.is_down());
  EXPECT_TRUE(health.is_probe_due(At(1000)));
}

TEST(ServerHealth, IsDownAfterThreeProbesInARowASecondApart) {
  ServerHealth health = Fresh();
  health.Doubt(At(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(health.is_down());
    EXPECT_FALSE(i > 0 && health.is_probe_due(At(1000 * i - 1)));
    ASSERT_TRUE(health.is_probe_due(At(1000 * i))) << "goes on by itself";
    health.ProbeSent(At(1000 * i));
    EXPECT_FALSE(health.is_probe_due(At(1000 * i + 5000))) << "one at a time";
    health.ProbeUnanswered();
  }
  EXPECT_TRUE(health.is_down());
  EXPECT_TRUE(health.is_probe_due(At(3000))) << "and on while it is down";
}

TEST(ServerHealth, AnythingThatIsAnsweredEndsTheRow) {
  ServerHealth health = Fresh();
  health.Doubt(At(0));
  for (int i = 0; i < 10; ++i) {
    health.ProbeSent(At(1000 * i));
    health.Answered(At(1000 * i + 1), true);
    health.ProbeUnanswered();
  }
  EXPECT_FALSE(health.is_down()) << "a probe that is lost while others are answered says nothing";
}

TEST(ServerHealth, AnyAnswerThatResolvesBringsItUp) {
  ServerHealth by_probe = Down();
  by_probe.ProbeSent(At(3000));
  by_probe.ProbeAnswered(At(3001), true);
  EXPECT_FALSE(by_probe.is_down());
  ServerHealth by_question = Down();
  by_question.Answered(At(2500), true);
  EXPECT_FALSE(by_question.is_down());
  EXPECT_FALSE(by_question.is_probe_due(At(9000)));
}

TEST(ServerHealth, OneThatSaysThatItCannotIsDown) {
  ServerHealth health = Fresh();
  health.Doubt(At(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(health.is_down());
    health.Answered(At(1000 * i), false);  // about strangers: it refuses those, too
    health.ProbeSent(At(1000 * i));
    health.ProbeAnswered(At(1000 * i + 1), false);
  }
  EXPECT_TRUE(health.is_down());
  health.Answered(At(2500), false);
  EXPECT_TRUE(health.is_down());
}

TEST(ServerHealth, IsProvenByAnAnswerThatDoesNotSayThatItCannot) {
  ServerHealth health = Fresh();
  EXPECT_FALSE(health.IsProvenSince(At(0)));
  health.Answered(At(5), false);
  EXPECT_FALSE(health.IsProvenSince(At(0)));
  health.Answered(At(6), true);
  EXPECT_TRUE(health.IsProvenSince(At(6)));
  EXPECT_FALSE(health.IsProvenSince(At(7)));
}

TEST(ServerHealth, WhatIsProvenNeedsNoProbe) {
  ServerHealth health = Fresh();
  health.Answered(At(5), true);
  health.Doubt(At(5));
  EXPECT_FALSE(health.is_probe_due(At(10)));
  health.Doubt(At(6));
  EXPECT_TRUE(health.is_probe_due(At(10)));
  health.Answered(At(11), true);
  EXPECT_FALSE(health.is_probe_due(At(11)));
}

TEST(ServerHealth, TheNextProofIsKnownBeforeATryIsOver) {
  ServerHealth health = Fresh();
  health.Doubt(At(0));
  health.ProbeSent(At(500));
  health.ProbeAnswered(At(501), true);
  health.Doubt(At(502));
  EXPECT_FALSE(health.is_probe_due(At(749)));
  EXPECT_TRUE(health.is_probe_due(At(750)));
}

TEST(CaseRandomization, StaysOffOnLoopback) {
  CaseRandomization letter_case(true);
  EXPECT_FALSE(letter_case.turns());
  EXPECT_FALSE(letter_case.CameBackWrong());
}

TEST(CaseRandomization, GivesUpAServerThatWasReplaced) {
  CaseRandomization letter_case(false);
  letter_case.CameBackRight();
  for (int i = 0; i < 49; ++i) ASSERT_FALSE(letter_case.CameBackWrong()) << i;
  EXPECT_TRUE(letter_case.CameBackWrong());
  EXPECT_FALSE(letter_case.turns());
}

TEST(CaseRandomization, ARightOneEndsTheRow) {
  CaseRandomization letter_case(false);
  for (int i = 0; i < 200; ++i) {
    letter_case.CameBackRight();
    ASSERT_FALSE(letter_case.CameBackWrong());
  }
  EXPECT_TRUE(letter_case.turns());
}

}  // namespace policyd::dns::server_health_test
