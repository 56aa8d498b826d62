#include "cache/zone_states.h"

#include <gtest/gtest.h>

#include "cache/lmdb/bytes.h"
#include "cache/stores.h"
#include "tests/support/temp_directory.h"

namespace cache::zone_states_test {

using rules::ZoneFamily;
using rules::ZoneState;

const rules::TimePoint kTime{rules::seconds{1'795'250'000}};

ZoneStateRow Row(ZoneFamily family, ZoneState state) {
  return {.shown = "zen.example",
          .family = family,
          .state = state,
          .has_family = family != ZoneFamily::kIpv6,
          .reason =
              rules::Statement{.kind = "zone_reason.misses_its_point", .about = {{"point", std::string("127.0.0.2")}}},
          .since = kTime,
          .tested = family == ZoneFamily::kIpv6 ? std::nullopt : std::optional(kTime + rules::seconds{5}),
          .held_until = state == ZoneState::kQuarantined ? std::optional(kTime + rules::seconds{3600}) : std::nullopt};
}

std::unique_ptr<Stores> Open(const std::string& directory) {
  auto opened = Stores::OpenForDaemon({.directory = directory, .max_size = std::uint64_t{64} << 20U});
  return std::move(std::get<std::unique_ptr<Stores>>(opened));
}

TEST(ZoneStates, SurviveARestartEachFamilyApart) {
  const support::TempDirectory directory;
  const ZoneStateRow v4 = Row(ZoneFamily::kIpv4, ZoneState::kQuarantined);
  const ZoneStateRow v6 = Row(ZoneFamily::kIpv6, ZoneState::kHealthy);
  {
    const auto stores = Open(directory.path());
    auto transaction = WriteTransaction::Begin(stores->records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores->zones().Put(**transaction, Row(ZoneFamily::kIpv4, ZoneState::kUnknown)));
    ASSERT_TRUE(stores->zones().Put(**transaction, v6));
    ASSERT_TRUE(stores->zones().Put(**transaction, v4));
    ASSERT_TRUE((*transaction)->Commit());
  }
  const auto stores = Open(directory.path());
  ReadTransaction snapshot(stores->records_environment());
  EXPECT_EQ(stores->zones().All(snapshot), (std::vector<ZoneStateRow>{v4, v6}));
}

TEST(ZoneStates, OneThatWasNeverTestedBeganAtNoTime) {
  ZoneStateRow row;
  row.shown = "zen.example";
  EXPECT_EQ(DecodeZoneState(EncodeZoneState(row))->since, std::nullopt);
  row.since = kTime;
  EXPECT_EQ(DecodeZoneState(EncodeZoneState(row))->since, kTime);
}

TEST(ZoneStates, ADamagedRecordIsNone) {
  const std::string bytes = EncodeZoneState(Row(ZoneFamily::kIpv4, ZoneState::kDead));
  ASSERT_TRUE(DecodeZoneState(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeZoneState(bytes.substr(0, size))) << size;
  EXPECT_FALSE(DecodeZoneState(bytes + 'x'));
  EXPECT_FALSE(DecodeZoneState('\x7f' + bytes.substr(1))) << "of a newer version";
}

// As it was written before reasons had kinds.
TEST(ZoneStates, ARecordWithASentenceKeepsItsWords) {
  for (const std::string sentence : {"does not answer", ""}) {
    ByteWriter record;
    record.Byte(2);
    record.Text("dead");
    record.Byte(1);
    record.Text(sentence);
    record.Time(kTime);
    record.Byte(0);
    record.Byte(0);
    const auto row = DecodeZoneState(record.Take());
    ASSERT_TRUE(row) << sentence;
    EXPECT_EQ(row->state, ZoneState::kDead);
    EXPECT_EQ(row->since, kTime);
    EXPECT_EQ(row->reason, sentence.empty() ? std::nullopt : std::optional(rules::InOwnWords(sentence)));
  }
}

}  // namespace cache::zone_states_test
