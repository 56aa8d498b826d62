#include "policyd/metrics/store_gauges.h"

#include <gtest/gtest.h>

namespace policyd::metrics::store_gauges_test {

using std::chrono::hours;

std::vector<std::string> Told(const std::vector<FullTable>& full) {
  std::vector<std::string> told;
  for (const FullTable& table : full) told.push_back(table.name + " " + std::to_string(table.evicted));
  return told;
}

TEST(EvictionWarningsTest, TellsOfEachTableOnceADay) {
  const runtime::Deadline start{};
  EvictionWarnings warnings;
  EXPECT_TRUE(warnings.Look({}, start).empty());
  EXPECT_EQ(Told(warnings.Look({.facts = 0, .triplets = 5, .verdicts = 0}, start)),
            (std::vector<std::string>{"triplets 5"}));
  EXPECT_TRUE(warnings.Look({.facts = 0, .triplets = 50, .verdicts = 0}, start + hours{1}).empty());
  EXPECT_EQ(Told(warnings.Look({.facts = 7, .triplets = 60, .verdicts = 8}, start + hours{2})),
            (std::vector<std::string>{"facts 7", "journal 8"}));
  EXPECT_EQ(Told(warnings.Look({.facts = 7, .triplets = 60, .verdicts = 8}, start + hours{25})),
            (std::vector<std::string>{"triplets 55"}));
  EXPECT_TRUE(warnings.Look({.facts = 7, .triplets = 60, .verdicts = 8}, start + hours{100}).empty());
}

}  // namespace policyd::metrics::store_gauges_test
