#include "rules/question.h"

#include <gtest/gtest.h>

namespace rules::question_test {

const IpAddress kV4 = *IpAddress::Parse("192.0.2.99");
const IpAddress kV6 = *IpAddress::Parse("2001:db8:1:2:3:4:567:89ab");

TEST(Question, GoesOverTheWireAsTheListsWantIt) {
  EXPECT_EQ(ToDns(Question::Ptr(), kV4), (DnsQuestion{"99.2.0.192.in-addr.arpa", RecordType::kPtr}));
  EXPECT_EQ(ToDns(Question::Forward("mail.example"), kV4), (DnsQuestion{"mail.example", RecordType::kA}));
  EXPECT_EQ(ToDns(Question::Forward("mail.example"), kV6), (DnsQuestion{"mail.example", RecordType::kAaaa}));
  // RFC 5782 sections 2.1, 2.4 and 2.2: lists answer with A records in both families.
  EXPECT_EQ(ToDns(Question::List("bad.example.com"), kV4), (DnsQuestion{"99.2.0.192.bad.example.com", RecordType::kA}));
  EXPECT_EQ(ToDns(Question::List("ugly.example.com"), kV6),
            (DnsQuestion{"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com",
                         RecordType::kA}));
  EXPECT_EQ(ToDns(Question::NameList("spammer.example", "names.example"), kV4),
            (DnsQuestion{"spammer.example.names.example", RecordType::kA}));
  EXPECT_EQ(ToDns(Question::NameTexts("sender.example"), kV4), (DnsQuestion{"sender.example", RecordType::kTxt}));
  EXPECT_EQ(ToDns(Question::NameMailHosts("sender.example"), kV6), (DnsQuestion{"sender.example", RecordType::kMx}));
  // Kept by name: the client that happens to be judged has no say in it.
  EXPECT_EQ(ToDns(Question::NameAddresses("mail.example", kV6), kV4), (DnsQuestion{"mail.example", RecordType::kAaaa}));
}

TEST(Question, KnowsWhetherItAsksDns) {
  const std::pair<Question, const char*> dns[] = {{Question::Ptr(), "ptr"},
                                                  {Question::Forward("a"), "forward"},
                                                  {Question::List("z"), "list"},
                                                  {Question::NameList("a", "z"), "name_list"},
                                                  {Question::NameAddresses("a", kV4), "forward"},
                                                  {Question::NameTexts("a"), "txt"},
                                                  {Question::NameMailHosts("a"), "mx"}};
  for (const auto& [question, name] : dns) {
    EXPECT_TRUE(AsksDns(question.kind));
    EXPECT_STREQ(DnsKindName(question.kind), name);
  }
  for (const Question& question :
       {Question::ClientEntries(), Question::NameEntries("a"), Question::SenderEntries(), Question::RecipientEntries(),
        Question::Triplet("192.0.2.0/24"), Question::AutoWhitelist("a")}) {
    EXPECT_FALSE(AsksDns(question.kind));
  }
}

TEST(Question, OfTwoZonesOrNamesDiffers) {
  EXPECT_EQ(Question::List("a"), Question::List("a"));
  EXPECT_NE(Question::List("a"), Question::List("b"));
  EXPECT_NE(Question::NameList("a", "b"), Question::NameList("b", "a"));
}

}  // namespace rules::question_test
