#include "policyd/dns/wire/dns_query.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/support/dns_message.h"

namespace policyd::dns::dns_query_test {

using rules::DnsQuestion;
using rules::RecordType;
using support::Bytes;

const DnsQuestion kQuestion{"mail.example", RecordType::kA};

TEST(DnsQuery, IsAStandardQueryWithRdAndOneQuestion) {
  Bytes want{0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0};
  const Bytes name = support::WireName("mail.example");
  want.insert(want.end(), name.begin(), name.end());
  want.insert(want.end(), {0, 1, 0, 1});
  EXPECT_EQ(BuildQuery(kQuestion, {.id = 0x1234, .edns = false}), want);
}

// RFC 6840, section 5.7: AD in a query asks whether the answer is signed.
TEST(DnsQuery, AsksWhetherCertificatesAreSigned) {
  const Bytes plain = BuildQuery({"_25._tcp.mail.example", RecordType::kTlsa}, {});
  EXPECT_EQ(plain[2], 0x01);
  EXPECT_EQ(plain[3], 0x20);
}

TEST(DnsQuery, AnnouncesTheUdpPayloadInOpt) {
  const Bytes plain = BuildQuery(kQuestion, {.edns = false});
  const Bytes with_opt = BuildQuery(kQuestion, {.edns = true});
  const Bytes opt{0, 0, 41, 1232 >> 8, 1232 & 0xff, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(with_opt[11], 1);
  EXPECT_EQ(Bytes(with_opt.begin() + static_cast<std::ptrdiff_t>(plain.size()), with_opt.end()), opt);
}

TEST(DnsQuery, TurnsTheCaseOfLettersOnly) {
  const std::array<std::uint8_t, 1> bits{0xff};
  const DnsQuestion asked{"2.0.0.127.zen-a.example", RecordType::kA};
  const Bytes query = BuildQuery(asked, {.case_bits = bits});
  EXPECT_EQ(support::QuestionOf(query).name, "2.0.0.127.ZEN-A.EXAMPLE");
}

TEST(DnsQuery, TakesOneBitALetter) {
  const std::array<std::uint8_t, 2> bits{0b10000001, 0b00000010};
  const Bytes query = BuildQuery({"abcdefgh.ijk", RecordType::kA}, {.case_bits = bits});
  EXPECT_EQ(support::QuestionOf(query).name, "AbcdefgH.iJk");
}

TEST(DnsQuery, RepeatsQuestionComparesTheCaseToo) {
  const std::array<std::uint8_t, 1> bits{0x55};
  const Bytes query = BuildQuery(kQuestion, {.case_bits = bits});
  const auto reply = [](DnsQuestion question) {
    return support::Message{.questions = {std::move(question)}}.ToBytes();
  };
  EXPECT_TRUE(RepeatsQuestion(reply(support::QuestionOf(query)), query));
  EXPECT_FALSE(RepeatsQuestion(reply(kQuestion), query));
  EXPECT_FALSE(RepeatsQuestion(Bytes(20), query));
}

TEST(DnsQuery, StartsWithNameComparesLabelByLabel) {
  const Bytes wire = support::WireName("Mail.example");
  EXPECT_TRUE(StartsWithName(wire, "mail.EXAMPLE"));
  EXPECT_FALSE(StartsWithName(wire, "mail.examplf"));
  EXPECT_FALSE(StartsWithName(wire, "mail"));
  EXPECT_FALSE(StartsWithName(wire, "mail.example.org"));
  EXPECT_FALSE(StartsWithName(wire, "mail-example")) << "a dot is no byte of a label";
  EXPECT_FALSE(StartsWithName(Bytes(wire.begin(), wire.end() - 1), "mail.example"));
}

struct NameCase {
  const char* name;
  std::string text;
  bool want;
};

class FitsTheWireTest : public testing::TestWithParam<NameCase> {};

TEST_P(FitsTheWireTest, AcceptsWhatFitsTheWire) {
  EXPECT_EQ(FitsTheWire(GetParam().text), GetParam().want);
}

const std::string kLabel63(63, 'a');
const std::string kName253 = kLabel63 + "." + kLabel63 + "." + kLabel63 + "." + std::string(61, 'a');

INSTANTIATE_TEST_SUITE_P(Names, FitsTheWireTest,
                         testing::Values(NameCase{"one_label", "a", true}, NameCase{"empty", "", false},
                                         NameCase{"two_dots", "bad..name", false}, NameCase{"first_dot", ".a", false},
                                         NameCase{"last_dot", "a.", false}, NameCase{"label_of_63", kLabel63, true},
                                         NameCase{"label_of_64", kLabel63 + "a", false},
                                         NameCase{"name_of_253", kName253, true},
                                         NameCase{"name_of_254", kName253 + "a", false},
                                         NameCase{"slash", "45.0/26.in-addr.arpa", true}),
                         [](const auto& row) { return row.param.name; });

}  // namespace policyd::dns::dns_query_test
