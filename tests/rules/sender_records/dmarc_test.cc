#include "rules/sender_records/dmarc.h"

#include <gtest/gtest.h>

#include "rules/values/ascii.h"

namespace rules::dmarc_test {

// "p=reject sp=none np=- psd=u test dkim=s rua=... bad=p former=pct unknown=x": only what is said.
std::string Shown(const std::optional<DmarcRecord>& record) {
  if (!record) return "none";
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  if (record->policy) add(std::string("p=") + Name(*record->policy));
  if (record->subdomains) add(std::string("sp=") + Name(*record->subdomains));
  if (record->missing_subdomains) add(std::string("np=") + Name(*record->missing_subdomains));
  if (record->psd == DmarcRecord::Psd::kYes) add("psd=y");
  if (record->psd == DmarcRecord::Psd::kNo) add("psd=n");
  if (record->is_test) add("test");
  if (record->is_strict_for_dkim) add("strict-dkim");
  if (record->is_strict_for_spf) add("strict-spf");
  for (const std::string& uri : record->reports_to) add("rua=" + uri);
  for (const std::string& uri : record->failures_to) add("ruf=" + uri);
  for (const std::string& tag : record->bad_tags) add("bad=" + tag);
  for (const std::string& tag : record->former_tags) add("former=" + tag);
  for (const std::string& tag : record->unknown_tags) add("unknown=" + tag);
  return text;
}

struct RecordRow {
  const char* text;
  const char* want;
};

// RFC 9989, section 4.7.
TEST(Dmarc, ReadsRecords) {
  const RecordRow kRows[] = {
      {"v=DMARC1; p=reject", "p=reject"},
      {"v=DMARC1;p=none;", "p=none"},
      {"v =\tDMARC1 ; p = Quarantine ; sp=none ; np=reject ", "p=quarantine sp=none np=reject"},
      {"V=DMARC1; P=reject", "p=reject"},  // literals of ABNF have no case
      {" v=DMARC1; p=reject", "none"},     // it begins with the version
      {"\tv=DMARC1; p=reject", "none"},
      {"; v=DMARC1; p=reject", "none"},
      {"v=DMARC1", ""},
      {"v=DMARC1; rua=mailto:d@a.example", "rua=mailto:d@a.example"},
      {"v=DMARC1; rua=mailto:d@a.example!10m, https://a.example/d", "rua=mailto:d@a.example rua=https://a.example/d"},
      {"v=DMARC1; rua=mailto:d@a.example; p=reject", "p=reject rua=mailto:d@a.example"},
      {"v=DMARC1; p=reject; t=y; adkim=s; aspf=S; psd=n", "p=reject psd=n test strict-dkim strict-spf"},
      {"v=DMARC1; p=reject; psd=u; t=n; adkim=r; aspf=r; fo=1:d", "p=reject"},
      {"v=DMARC1; p=none; psd=y; ruf=mailto:f@a.example", "p=none psd=y ruf=mailto:f@a.example"},
      {"v=DMARC1; p=none; pct=20; rf=afrf; ri=3600", "p=none former=pct former=rf former=ri"},
      {"v=DMARC1; p=none; colour=red", "p=none unknown=colour"},
      {"v=DMARC1; p=monitor; rua=d@a.example", "bad=p bad=rua"},
      {"v=DMARC1; p=none; sp=maybe; t=1; psd=x; adkim=x", "p=none bad=sp bad=t bad=psd bad=adkim"},
      {"v=dmarc1; p=reject", "none"},  // the version is compared as it stands
      {"v=DMARC12; p=reject", "none"},
      {"p=reject; v=DMARC1", "none"},
      {"v=DMARC1 p=reject", "none"},
      {"v=DMARC1; p=none; p=reject", "none"},
      // Syntax errors behind the version are ignored (section 4.8).
      {"v=DMARC1; reject", "bad=reject"},
      {"v=DMARC1;; p=reject; ;rua=mailto:d@a.example;", "p=reject rua=mailto:d@a.example"},
      {"v=DMARC1; p=none; what stands here goes on and on, and isn't a tag at all",
       "p=none bad=what stands here goes on and on, and isn"},
      {"v=DMARC1; p=reject; sp reject; =x; 5=y", "p=reject bad=sp reject bad==x bad=5=y"},
      {"v=spf1 -all", "none"},
      {"", "none"},
  };
  for (const auto& [text, want] : kRows) EXPECT_EQ(Shown(ParseDmarc(text)), want) << text;
}

struct PolicyRow {
  const char* text;
  bool holds;
  const char* itself;
  const char* below;
  const char* below_missing;
};

TEST(Dmarc, SaysWhatIsAskedFor) {
  const PolicyRow kRows[] = {
      {"v=DMARC1; p=reject", true, "reject", "reject", "reject"},
      {"v=DMARC1; p=none; sp=reject", true, "none", "reject", "reject"},
      {"v=DMARC1; p=none; np=reject", true, "none", "none", "reject"},
      {"v=DMARC1; p=reject; sp=quarantine; np=none", true, "reject", "quarantine", "none"},
      {"v=DMARC1; rua=mailto:d@a.example", true, "none", "none", "none"},
      {"v=DMARC1; p=rejekt", false, "none", "none", "none"},
      {"v=DMARC1; p=rejekt; rua=mailto:d@a.example", true, "none", "none", "none"},
      {"v=DMARC1; p=reject; sp=rejekt; rua=mailto:d@a.example", true, "none", "none", "none"},
      {"v=DMARC1; p=reject; np=rejekt", false, "none", "none", "none"},
      {"v=DMARC1; p=reject; sp=quarantine; np=rejekt; rua=mailto:d@a.example", true, "none", "none", "none"},
      // What is wrong elsewhere takes nothing from the policies.
      {"v=DMARC1; p=none; sp=reject; adkim=x; junk", true, "none", "reject", "reject"},
  };
  for (const PolicyRow& row : kRows) {
    const auto record = ParseDmarc(row.text);
    ASSERT_TRUE(record) << row.text;
    EXPECT_EQ(record->holds(), row.holds) << row.text;
    EXPECT_STREQ(Name(record->ForItself()), row.itself) << row.text;
    EXPECT_STREQ(Name(record->ForBelow(true)), row.below) << row.text;
    EXPECT_STREQ(Name(record->ForBelow(false)), row.below_missing) << row.text;
  }
}

// Section 4.10: the step from more than eight labels goes to the last seven.
TEST(Dmarc, WalksUpTheTree) {
  const RecordRow kRows[] = {
      {"example", "example"},
      {"a.example", "a.example, example"},
      {"a.b.example", "a.b.example, b.example, example"},
      {"1.2.3.4.5.6.example",
       "1.2.3.4.5.6.example, 2.3.4.5.6.example, 3.4.5.6.example, 4.5.6.example, 5.6.example, "
       "6.example, example"},
      {"1.2.3.4.5.6.7.8", "1.2.3.4.5.6.7.8, 2.3.4.5.6.7.8, 3.4.5.6.7.8, 4.5.6.7.8, 5.6.7.8, 6.7.8, 7.8, 8"},
      {"1.2.3.4.5.6.7.8.9.10.mail.example",
       "1.2.3.4.5.6.7.8.9.10.mail.example, 6.7.8.9.10.mail.example, 7.8.9.10.mail.example, 8.9.10.mail.example, "
       "9.10.mail.example, 10.mail.example, mail.example, example"},
  };
  for (const auto& [domain, want] : kRows) EXPECT_EQ(Joined(DmarcDomains(domain)), want) << domain;
}

struct WalkRow {
  const char* name;
  const char* domain;
  std::vector<std::pair<std::string, std::string>> records;  // at a domain; "?": no answer
  const char* at;
  const char* organisation;
  bool is_certain = true;
  bool has_several = false;
};

class DmarcWalkTest : public testing::TestWithParam<WalkRow> {};

TEST_P(DmarcWalkTest, FindsTheRecordThatHolds) {
  std::vector<DmarcTexts> answers;
  for (const std::string& domain : DmarcDomains(GetParam().domain)) {
    DmarcTexts answer{.domain = domain};
    for (const auto& [at, text] : GetParam().records) {
      if (at != domain) continue;
      if (text == "?") answer.is_answered = false;
      answer.texts.push_back(text);
    }
    answers.push_back(std::move(answer));
  }
  const DmarcFound found = FindDmarc(answers);
  EXPECT_EQ(found.at, GetParam().at);
  EXPECT_EQ(found.record.has_value(), !found.at.empty());
  EXPECT_EQ(found.organisation, GetParam().organisation);
  EXPECT_EQ(found.is_certain, GetParam().is_certain);
  EXPECT_EQ(found.has_several, GetParam().has_several);
}

const std::string kPlain = "v=DMARC1; p=none", kRegistry = "v=DMARC1; p=reject; psd=y",
                  kOrganisation = "v=DMARC1; p=none; psd=n";
// Section 4.10.1 and 4.10.2, with their examples.
INSTANTIATE_TEST_SUITE_P(
    Rfc9989, DmarcWalkTest,
    testing::Values(
        WalkRow{"none", "a.mail.b.example", {}, "", "a.mail.b.example"},
        WalkRow{"own", "b.example", {{"b.example", kPlain}}, "b.example", "b.example"},
        WalkRow{"highest_of_two",
                "a.mail.b.example",
                {{"mail.b.example", kPlain}, {"b.example", kPlain}},
                "b.example",
                "b.example"},
        WalkRow{"own_and_highest",
                "mail.b.example",
                {{"mail.b.example", kPlain}, {"b.example", kPlain}},
                "mail.b.example",
                "b.example"},
        WalkRow{"registry_alone", "a.mail.b.example", {{"example", kRegistry}}, "example", "b.example"},
        WalkRow{"registry_above_the_organisation",
                "a.b.example",
                {{"b.example", kPlain}, {"example", kRegistry}},
                "b.example",
                "b.example"},
        WalkRow{"a_record_between_says_nothing",
                "a.mail.b.example",
                {{"mail.b.example", kPlain}, {"example", kRegistry}},
                "example",
                "b.example"},
        WalkRow{"registry_of_two_labels",
                "a.b.co.example",
                {{"co.example", kRegistry}, {"example", kPlain}},
                "co.example",
                "b.co.example"},
        WalkRow{"psd_n_ends_the_walk",
                "a.b.example",
                {{"b.example", kOrganisation}, {"example", kPlain}},
                "b.example",
                "b.example"},
        WalkRow{"own_psd_n",
                "a.b.example",
                {{"a.b.example", kOrganisation}, {"b.example", kPlain}},
                "a.b.example",
                "a.b.example"},
        WalkRow{"a_registry_itself", "example", {{"example", kRegistry}}, "example", "example"},
        WalkRow{"a_registry_of_two_labels_itself",
                "co.example",
                {{"co.example", kRegistry}, {"example", kPlain}},
                "co.example",
                "co.example"},
        WalkRow{"a_registry_right_above", "b.example", {{"example", kRegistry}}, "example", "b.example"},
        WalkRow{"a_record_that_the_step_of_the_walk_passes_over",
                "1.2.3.4.5.6.7.8.b.example",
                {{"3.4.5.6.7.8.b.example", kPlain}, {"b.example", kPlain}},
                "b.example",
                "b.example"},
        WalkRow{"several_are_none",
                "b.example",
                {{"b.example", kPlain}, {"b.example", kPlain}, {"example", kPlain}},
                "example",
                "example",
                true,
                true},
        WalkRow{"several_above_are_none",
                "a.b.example",
                {{"b.example", kPlain}, {"b.example", kPlain}, {"a.b.example", kPlain}},
                "a.b.example",
                "a.b.example"},
        WalkRow{"other_texts_beside_it",
                "b.example",
                {{"b.example", "v=spf1 -all"}, {"b.example", kPlain}},
                "b.example",
                "b.example"},
        WalkRow{"no_answer_above", "b.example", {{"b.example", kPlain}, {"example", "?"}}, "b.example", "b.example"},
        WalkRow{"no_answer", "b.example", {{"b.example", "?"}}, "", "b.example", false}),
    [](const auto& row) { return row.param.name; });

}  // namespace rules::dmarc_test
