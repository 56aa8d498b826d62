#include "rules/sender_records/transport_records.h"

#include <gtest/gtest.h>

#include "rules/values/ascii.h"

namespace rules::transport_records_test {

TEST(TransportRecords, OneCounts) {
  const OneRecord none =
      FindOne({"v=spf1 -all", "v=STSv12; id=1", " v=STSv1; id=1", "v =STSv1; id=1", "V=STSv1; id=1"}, kMtaStsVersion);
  EXPECT_EQ(none.count, 0U);
  const OneRecord two = FindOne({"v=STSv1; id=1", "x", "v=STSv1; id=2"}, kMtaStsVersion);
  EXPECT_EQ(two.count, 2U);
  EXPECT_EQ(two.text, "v=STSv1; id=1");
}

TEST(TransportRecords, OfMtaSts) {
  const struct {
    const char *text, *want;
  } kRows[] = {{"v=STSv1; id=20160831085700Z;", "20160831085700Z"},
               {"v=STSv1;id=1", "1"},
               {"v=STSv1; id=1; x=y", "1"},
               {"v=STSv1 ;\tid=1 ; 1.a-b_c=y ;", "1"},  // extensions: RFC 8461, section 3.1
               {"v=STSv1; id=1; id=1", "none"},
               {"v=STSv1; id =1", "none"},
               {"v=STSv1; id= 1", "none"},
               {"v=STSv1; ID=1", "none"},
               {" v=STSv1; id=1", "none"},
               {"v = STSv1; id=1", "none"},
               {"V=STSv1; id=1", "none"},
               {"v=STSv1;", "none"},
               {"v=STSv1; id=2016-08", "none"},
               {"v=STSv1; id=123456789012345678901234567890123", "none"},
               {"v=STSv2; id=1", "none"}};
  for (const auto& [text, want] : kRows) EXPECT_EQ(MtaStsId(text).value_or("none"), want) << text;
}

TEST(TransportRecords, OfTlsReports) {
  const struct {
    const char *text, *want;
  } kRows[] = {{"v=TLSRPTv1;rua=mailto:reports@a.example", "mailto:reports@a.example"},
               {"v=TLSRPTv1; rua=https://a.example/v1, mailto:b@a.example", "https://a.example/v1, mailto:b@a.example"},
               {"v=TLSRPTv1; rua=http://a.example", ""},
               {"v=TLSRPTv1; rua =mailto:reports@a.example", ""},
               {"v=TLSRPTv1; rua= mailto:reports@a.example", ""},
               {" v=TLSRPTv1; rua=mailto:reports@a.example", ""},
               {"v =TLSRPTv1; rua=mailto:reports@a.example", ""},
               {"v=TLSRPTv1", ""},
               {"rua=mailto:reports@a.example", ""}};
  for (const auto& [text, want] : kRows) EXPECT_EQ(Joined(TlsReportUris(text)), want) << text;
}

TEST(TransportRecords, OfBimi) {
  EXPECT_EQ(ParseBimi("v=BIMI1; l=https://a.example/l.svg"), (Bimi{.logo = "https://a.example/l.svg"}));
  EXPECT_EQ(ParseBimi("v=BIMI1; l=https://a.example/l.svg; a=https://a.example/l.pem"),
            (Bimi{.logo = "https://a.example/l.svg", .evidence = "https://a.example/l.pem"}));
  EXPECT_EQ(ParseBimi("v=BIMI1; l=; a=;"), Bimi{});
  EXPECT_EQ(ParseBimi("v =\tBIMI1 ; l = ; a=;"), Bimi{});
  EXPECT_EQ(ParseBimi(" v=BIMI1; l=; a=;"), std::nullopt);
  EXPECT_EQ(ParseBimi("V=BIMI1; l=; a=;"), std::nullopt);
  EXPECT_EQ(ParseBimi("v=BIMI1; l=http://a.example/l.svg"), std::nullopt);
  EXPECT_EQ(ParseBimi("v=BIMI2; l="), std::nullopt);
}

}  // namespace rules::transport_records_test
