#include "cache/site_states.h"

#include <gtest/gtest.h>

#include "cache/stores.h"
#include "tests/support/temp_directory.h"

namespace cache {
namespace {

using rules::SiteFamily;
using rules::SiteState;

const rules::TimePoint kTime{rules::seconds{1'795'250'000}};

SiteStateRow Row(SiteFamily family, SiteState state) {
  return {.shown = "zen.example",
          .family = family,
          .state = state,
          .has_family = family != SiteFamily::kIpv6,
          .reason = "does not list 127.0.0.2",
          .since = kTime,
          .tested = family == SiteFamily::kIpv6 ? std::nullopt : std::optional(kTime + rules::seconds{5}),
          .held_until = state == SiteState::kQuarantined ? std::optional(kTime + rules::seconds{3600}) : std::nullopt};
}

std::unique_ptr<Stores> Open(const std::string& directory) {
  auto opened = Stores::OpenForDaemon({.directory = directory, .max_size = std::uint64_t{64} << 20U});
  return std::move(std::get<std::unique_ptr<Stores>>(opened));
}

TEST(SiteStates, SurviveARestartEachFamilyApart) {
  const test::TempDirectory directory;
  const SiteStateRow v4 = Row(SiteFamily::kIpv4, SiteState::kQuarantined);
  const SiteStateRow v6 = Row(SiteFamily::kIpv6, SiteState::kHealthy);
  {
    const auto stores = Open(directory.path());
    auto transaction = WriteTransaction::Begin(stores->records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores->sites().Put(**transaction, Row(SiteFamily::kIpv4, SiteState::kUnknown)));
    ASSERT_TRUE(stores->sites().Put(**transaction, v6));
    ASSERT_TRUE(stores->sites().Put(**transaction, v4));
    ASSERT_TRUE((*transaction)->Commit());
  }
  const auto stores = Open(directory.path());
  ReadTransaction snapshot(stores->records_environment());
  EXPECT_EQ(stores->sites().All(snapshot), (std::vector<SiteStateRow>{v4, v6}));
}

TEST(SiteStates, ADamagedRecordIsNone) {
  const std::string bytes = EncodeSiteState(Row(SiteFamily::kIpv4, SiteState::kDead));
  ASSERT_TRUE(DecodeSiteState(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeSiteState(bytes.substr(0, size))) << size;
  EXPECT_FALSE(DecodeSiteState(bytes + 'x'));
  EXPECT_FALSE(DecodeSiteState('\x7f' + bytes.substr(1))) << "of a newer version";
}

}  // namespace
}  // namespace cache
