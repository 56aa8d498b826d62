#include "policyd/admin/shared/shared_status.h"

#include <string>

#include <gtest/gtest.h>

namespace policyd::admin::shared_status_test {

config::Config ConfigWith(std::vector<config::Endpoint> servers) {
  config::Config config;
  config.shared.servers = std::move(servers);
  return config;
}

const config::Endpoint kServer{.is_unix = false, .host = "127.0.0.1", .port = 6379};

SharedStatus StatusOf(const config::Config& config, const char* state, const std::string& more = {}) {
  const std::string text =
      "sekimori_shared_state{state=\"off\"} 0\nsekimori_shared_state{state=\"" + std::string(state) + "\"} 1\n" + more;
  return SharedStatusOf(config, Samples::Parse(text));
}

TEST(SharedStatus, IsThatOfTheDaemon) {
  const auto ready = StatusOf(ConfigWith({kServer}), "ready");
  EXPECT_TRUE(ready.is_well());
  EXPECT_EQ(ToJson(ready).Dump(), R"({"state":"ready","servers":["127.0.0.1:6379"],"cause":null,"text":"","hint":""})");
  const auto full = StatusOf(ConfigWith({kServer}), "refused", "sekimori_shared_trouble{cause=\"memory\"} 1\n");
  EXPECT_FALSE(full.is_well());
  EXPECT_EQ(full.trouble, shared::Trouble::kMemory);
  EXPECT_NE(ToJson(full).Dump().find(R"x("cause":"memory","text":"its memory is full (maxmemory)")x"),
            std::string::npos);
}

// Servers that were configured after the daemon began are not used by it.
TEST(SharedStatus, OffIsWellOnlyWithoutServers) {
  EXPECT_TRUE(StatusOf(ConfigWith({}), "off").is_well());
  EXPECT_FALSE(StatusOf(ConfigWith({kServer}), "off").is_well());
  EXPECT_FALSE(StatusOf(ConfigWith({kServer}), "connecting").is_well());
}

TEST(SharedStatus, NeedsTheDaemonsAddress) {
  config::Config config = ConfigWith({kServer});
  config.http.reset();
  const auto status = ReadSharedStatus(config, std::chrono::milliseconds{10});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, Error::Kind::kConfiguration);
}

}  // namespace policyd::admin::shared_status_test
