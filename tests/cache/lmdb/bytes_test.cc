#include "cache/lmdb/bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace cache::bytes_test {

using rules::seconds;
using rules::TimePoint;

TEST(ByteWriterTest, NumbersAreLeb128) {
  // The example of the DWARF standard, section 7.6: 624485 is e5 8e 26.
  ByteWriter writer;
  writer.Number(624485);
  EXPECT_EQ(writer.Take(), "\xe5\x8e\x26");
}

TEST(ByteReaderTest, GivesBackWhatWasWritten) {
  const std::uint64_t numbers[] = {0, 127, 128, std::numeric_limits<std::uint64_t>::max()};
  const std::int64_t spans[] = {0, 1, -1, 86400, -2000000000};
  ByteWriter writer;
  for (const std::uint64_t number : numbers) writer.Number(number);
  for (const std::int64_t span : spans) writer.Span(seconds{span});
  writer.Time(TimePoint{});
  writer.Text("a");
  writer.BigEndian(258, 4);
  const std::string bytes = writer.Take();

  ByteReader reader(bytes);
  for (const std::uint64_t number : numbers) EXPECT_EQ(reader.Number(), number);
  for (const std::int64_t span : spans) EXPECT_EQ(reader.Span(), seconds{span});
  EXPECT_EQ(reader.Time(), TimePoint{});
  EXPECT_EQ(reader.Text(), "a");
  EXPECT_EQ(reader.BigEndian(4), 258U);
  EXPECT_TRUE(reader.Finish());
}

TEST(ByteReaderTest, ANumberThatNeverEndsIsRefused) {
  const std::string bytes(11, '\xff');
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Number(), 0U);
  EXPECT_FALSE(reader.is_sound());
}

TEST(ByteReaderTest, ATextLongerThanTheRestIsRefused) {
  ByteReader reader(
      std::string_view("\x05"
                       "abc"));
  EXPECT_EQ(reader.Text(), "");
  EXPECT_FALSE(reader.is_sound());
}

TEST(ByteReaderTest, ATimeFarOutIsRefused) {
  ByteWriter writer;
  writer.Number(std::numeric_limits<std::uint64_t>::max() - 1);
  const std::string bytes = writer.Take();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Time(), TimePoint{});
  EXPECT_FALSE(reader.is_sound());
}

TEST(ByteReaderTest, WhatIsLeftOverIsRefused) {
  ByteReader reader("ab");
  EXPECT_EQ(reader.Byte(), 'a');
  EXPECT_TRUE(reader.is_sound());
  EXPECT_FALSE(reader.Finish());
}

}  // namespace cache::bytes_test
