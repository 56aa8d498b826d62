#include "rules/request.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules::request_test {

TEST(ParseRequest, TakesTheAttributesWeUse) {
  // The example of Postfix SMTPD_POLICY_README, shortened.
  const std::vector<Attribute> attributes{
      {"request", "smtpd_access_policy"}, {"protocol_state", "RCPT"},    {"protocol_name", "SMTP"},
      {"helo_name", "some.domain.tld"},   {"queue_id", "8045F2AB23"},    {"sender", "foo@bar.tld"},
      {"recipient", "bar@foo.tld"},       {"client_address", "1.2.3.4"}, {"client_name", "another.domain.tld"},
      {"instance", "123.456.7"},          {"sasl_username", "you"},      {"ccert_subject", "solaris9.porcupine.org"},
  };
  const Request request = ParseRequest(attributes);
  EXPECT_EQ(request.state, ProtocolState::kRcpt);
  EXPECT_EQ(request.client, IpAddress::Parse("1.2.3.4"));
  EXPECT_EQ(request.client_name, "another.domain.tld");
  EXPECT_EQ(request.helo_name, "some.domain.tld");
  EXPECT_EQ(request.sender, "foo@bar.tld");
  EXPECT_EQ(request.recipient, "bar@foo.tld");
  EXPECT_EQ(request.sasl_username, "you");
  EXPECT_EQ(request.instance, "123.456.7");
  EXPECT_EQ(request.queue_id, "8045F2AB23");
  EXPECT_FALSE(request.has_null_sender());
}

TEST(ParseRequest, ReadsWhatItCannotUseAsAbsent) {
  const Request nothing = ParseRequest({});
  EXPECT_EQ(nothing.state, ProtocolState::kOther);
  EXPECT_FALSE(nothing.client);
  EXPECT_TRUE(nothing.has_null_sender());

  for (const char* address : {"unknown", "", "1.2.3", "1.2.3.4.5", "1.2.3.4 "}) {
    const std::vector<Attribute> attributes{{"client_address", address}, {"protocol_state", "XFORWARD"}};
    EXPECT_FALSE(ParseRequest(attributes).client) << address;
    EXPECT_EQ(ParseRequest(attributes).state, ProtocolState::kOther);
  }
}

struct CountCase {
  const char* text;
  std::uint32_t want;
};

TEST(ParseRequest, CountsRecipients) {
  for (const CountCase& row : {CountCase{"0", 0}, CountCase{"1", 1}, CountCase{"1000", 1000}, CountCase{"", 0},
                               CountCase{"-1", 0}, CountCase{"3 ", 0}, CountCase{"4294967296", 0}}) {
    EXPECT_EQ(ParseRequest(std::vector<Attribute>{{"recipient_count", row.text}}).recipient_count, row.want)
        << row.text;
  }
}

TEST(ParseRequest, KnowsTheContextOfSubmission) {
  EXPECT_TRUE(ParseRequest(std::vector<Attribute>{{"policy_context", "submission"}}).is_submission);
  for (const char* context : {"", "smtp", "Submission", "submissions"}) {
    EXPECT_FALSE(ParseRequest(std::vector<Attribute>{{"policy_context", context}}).is_submission) << context;
  }
}

TEST(ParseRequest, KeepsNoCountOfTheRequestBefore) {
  Request request = ParseRequest(std::vector<Attribute>{{"recipient_count", "7"}, {"policy_context", "submission"}});
  ParseRequest({}, request);
  EXPECT_EQ(request, Request());
}

TEST(ParseRequest, LetsTheLastOfDuplicatesCount) {
  const std::vector<Attribute> attributes{
      {"client_address", "192.0.2.1"}, {"sender", "a@x.example"}, {"sender", "b@x.example"}, {"client_address", "::1"}};
  EXPECT_EQ(ParseRequest(attributes).sender, "b@x.example");
  EXPECT_EQ(ParseRequest(attributes).client, IpAddress::Parse("::1"));
}

TEST(ParseRequest, UnderstandsMappedAddressesZonesAndBrackets) {
  const std::vector<Attribute> mapped{{"client_address", "::ffff:192.0.2.1"}, {"sender", "<>"}};
  EXPECT_EQ(ParseRequest(mapped).client, IpAddress::Parse("192.0.2.1"));
  EXPECT_TRUE(ParseRequest(mapped).has_null_sender());
  const std::vector<Attribute> zone{{"client_address", "fe80::1%eth0"}, {"recipient", "<r@x.example>"}};
  EXPECT_EQ(ParseRequest(zone).client, IpAddress::Parse("fe80::1"));
  EXPECT_EQ(ParseRequest(zone).recipient, "r@x.example");
  for (const char* half : {"<", ">", "<a@x.example", "a@x.example>", "><"}) {
    EXPECT_EQ(ParseRequest(std::vector<Attribute>{{"sender", half}}).sender, half);
  }
}

const std::vector<Attribute> kEverything{
    {"protocol_state", "DATA"}, {"client_address", "2001:db8::1"}, {"client_name", "c.example"},
    {"helo_name", "h.example"}, {"sender", "s@x.example"},         {"recipient", "r@x.example"},
    {"sasl_username", "you"},   {"instance", "123.456.7"},         {"queue_id", "8045F2AB23"},
};

TEST(ParseRequest, KeepsNothingOfTheRequestBefore) {
  const std::vector<Attribute> brief{{"client_address", "unknown"}, {"sender", ""}};
  for (std::size_t left_out = 0; left_out <= kEverything.size(); ++left_out) {
    std::vector<Attribute> all_but_one = kEverything;
    if (left_out < all_but_one.size()) all_but_one.erase(all_but_one.begin() + static_cast<std::ptrdiff_t>(left_out));
    Request request = ParseRequest(kEverything);
    ParseRequest(all_but_one, request);
    EXPECT_EQ(request, ParseRequest(all_but_one)) << left_out;
    ParseRequest(brief, request);
    EXPECT_EQ(request, Request{}) << left_out;
  }
}

TEST(ParseRequest, KeepsTheMemoryOfTheRequestBefore) {
  const std::string name(100, 'x');
  Request request = ParseRequest(std::vector<Attribute>{{"helo_name", name}});
  const char* const memory = request.helo_name.data();
  ParseRequest({}, request);
  EXPECT_EQ(request.helo_name, "");
  ParseRequest(std::vector<Attribute>{{"helo_name", name}}, request);
  EXPECT_EQ(request.helo_name, name);
  EXPECT_EQ(request.helo_name.data(), memory);
}

// What is as long as a name of ours is not yet that name.
TEST(ParseRequest, LeavesOtherNamesAlone) {
  for (const Attribute& attribute : kEverything) {
    for (std::size_t at = 0; at < attribute.name.size(); ++at) {
      std::string name(attribute.name);
      name[at] ^= 1;
      EXPECT_EQ(ParseRequest(std::vector<Attribute>{{name, attribute.value}}), Request{}) << name;
    }
    EXPECT_NE(ParseRequest(std::vector<Attribute>{attribute}), Request{}) << attribute.name;
  }
}

TEST(ParseRequest, NamesEveryState) {
  for (const char* name : {"CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE", "VRFY", "ETRN"}) {
    const std::vector<Attribute> attributes{{"protocol_state", name}};
    EXPECT_STREQ(Name(ParseRequest(attributes).state), name);
  }
  EXPECT_STREQ(Name(ProtocolState::kOther), "other");
}

}  // namespace rules::request_test
