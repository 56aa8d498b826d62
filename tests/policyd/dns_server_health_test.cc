#include "policyd/dns/server_health.h"

#include <gtest/gtest.h>

#include "policyd/dns/letter_case.h"

namespace policyd::dns {
namespace {

using std::chrono::seconds;

Deadline At(int second) {
  return Deadline(seconds(1000 + second));
}

TEST(ServerHealth, IsDownAfterThreeInARow) {
  ServerHealth health;
  health.Unanswered(At(0), At(0));
  health.Unanswered(At(0), At(0));
  EXPECT_FALSE(health.is_down());
  health.Unanswered(At(1), At(1));
  EXPECT_TRUE(health.is_down());
}

TEST(ServerHealth, AnAnswerEndsTheRow) {
  ServerHealth health;
  health.Unanswered(At(0), At(0));
  health.Unanswered(At(0), At(0));
  health.Answered(At(1));
  health.Unanswered(At(2), At(2));
  EXPECT_FALSE(health.is_down());
}

TEST(ServerHealth, QuestionsFromBeforeAnAnswerSayNothing) {
  ServerHealth health;
  health.Answered(At(5));
  for (int second = 0; second < 5; ++second) health.Unanswered(At(second), At(second));
  EXPECT_FALSE(health.is_down());
}

TEST(ServerHealth, AnyAnswerBringsItUp) {
  ServerHealth health;
  for (int second = 0; second < 4; ++second) health.Unanswered(At(second), At(second));
  health.Answered(At(9));
  EXPECT_FALSE(health.is_down());
}

TEST(ServerHealth, IsProbedOnceASecondWhileDown) {
  ServerHealth health;
  EXPECT_FALSE(health.may_probe(At(0)));
  for (int i = 0; i < 3; ++i) health.Unanswered(At(0), At(0));
  EXPECT_FALSE(health.may_probe(At(0)));
  EXPECT_TRUE(health.may_probe(At(1)));
  health.Probed(At(1));
  EXPECT_FALSE(health.may_probe(At(1)));
  health.Unanswered(At(1), At(2));
  EXPECT_TRUE(health.may_probe(At(2)));
}

TEST(LetterCase, StaysOffOnLoopback) {
  LetterCase letter_case(true);
  EXPECT_FALSE(letter_case.turns());
  EXPECT_FALSE(letter_case.CameBackWrong());
}

TEST(LetterCase, GivesUpAServerThatWasReplaced) {
  LetterCase letter_case(false);
  letter_case.CameBackRight();
  for (int i = 0; i < 49; ++i) ASSERT_FALSE(letter_case.CameBackWrong()) << i;
  EXPECT_TRUE(letter_case.CameBackWrong());
  EXPECT_FALSE(letter_case.turns());
}

TEST(LetterCase, ARightOneEndsTheRow) {
  LetterCase letter_case(false);
  for (int i = 0; i < 200; ++i) {
    letter_case.CameBackRight();
    ASSERT_FALSE(letter_case.CameBackWrong());
  }
  EXPECT_TRUE(letter_case.turns());
}

}  // namespace
}  // namespace policyd::dns
