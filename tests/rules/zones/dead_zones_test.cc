#include "rules/zones/dead_zones.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace rules {
namespace {

TEST(DeadZones, AreFoundWithAllBelow) {
  EXPECT_TRUE(FindDeadZone("sorbs.net"));
  EXPECT_TRUE(FindDeadZone("web.dnsbl.sorbs.net"));
  EXPECT_FALSE(FindDeadZone("notsorbs.net"));
  EXPECT_FALSE(FindDeadZone("zen.spamhaus.org"));
  EXPECT_EQ(FindDeadZone("cbl.abuseat.org")->instead, "zen.spamhaus.org");
}

TEST(DeadZones, NoneIsReplacedByOneThatIsGone) {
  for (const char* zone : {"sorbs.net", "sbl-xbl.spamhaus.org", "spamrbl.imp.ch", "wormrbl.imp.ch", "njabl.org"}) {
    const DeadZone* dead = FindDeadZone(zone);
    ASSERT_TRUE(dead) << zone;
    EXPECT_FALSE(FindDeadZone(dead->instead)) << zone;
  }
}

// The text of "key": "value" behind `from`.
std::string Member(const std::string& text, std::size_t from, const std::string& key) {
  const std::size_t at = text.find("\"" + key + "\": \"", from);
  const std::size_t begin = at + key.size() + 5;
  return text.substr(begin, text.find('"', begin) - begin);
}

// A collection made from the configurations of other mail filters.
TEST(DeadZones, AreThoseThatAreKnownElsewhere) {
  const std::string path = SEKIMORI_SOURCE_DIR "/../shared/data/lists/dnsbl_zones.json";
  std::ifstream file(path);
  if (!file) {
    std::cout << "SKIPPED LOUDLY: " << path << " is not there\n";
    GTEST_SKIP() << path << " is not there";
  }
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  int dead = 0, alive = 0;
  for (std::size_t at = text.find("\"zone\": \""); at != std::string::npos; at = text.find("\"zone\": \"", at + 1)) {
    const std::string zone = Member(text, at, "zone");
    const std::string status = Member(text, at, "status");
    const bool is_gone = status.starts_with("DEAD") || status.starts_with("merged") || status.starts_with("renamed") ||
                         status.starts_with("legacy");
    EXPECT_EQ(FindDeadZone(zone) != nullptr, is_gone) << zone << ": " << status;
    (is_gone ? dead : alive) += 1;
  }
  EXPECT_GT(dead, 50);
  EXPECT_GT(alive, 60);
}

}  // namespace
}  // namespace rules
