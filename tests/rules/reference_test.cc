#include "rules/reference.h"

#include <gtest/gtest.h>

#include <set>

namespace rules::reference_test {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr std::uint64_t kCodes[] = {0, 1, 31, 0x123456789abc, 0x1fffffffffff, 0x0f0f0f0f0f0f, 0x155555555555};

constexpr std::uint64_t kMask = (std::uint64_t{1} << 45) - 1;

TEST(Reference, PrintsWhatItParses) {
  for (const std::uint64_t code : kCodes) {
    const Reference reference{code & kMask};
    const std::string text = reference.ToString();
    ASSERT_EQ(text.size(), 11U);
    EXPECT_EQ(text[5], '-');
    EXPECT_EQ(Reference::Parse(text), reference) << text;
  }
  EXPECT_EQ(Reference{}.ToString(), "00000-00000");
}

TEST(Reference, IgnoresCaseAndHyphensAndReadsLookalikes) {
  const Reference reference{0x000001010101};  // has zeros and ones
  std::string text = reference.ToString();
  EXPECT_EQ(Reference::Parse(text.substr(0, 5) + text.substr(6)), reference);
  std::string other;
  for (const char c : text) {
    other += c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(Reference::Parse(other), reference) << other;
}

TEST(Reference, FindsEveryWrongSymbolAndEveryExchange) {
  for (const std::uint64_t code : kCodes) {
    const std::string right = Reference{code & kMask}.ToString();
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (right[i] == '-') continue;
      for (const char c : kAlphabet) {
        std::string wrong = right;
        wrong[i] = c;
        EXPECT_EQ(Reference::Parse(wrong).has_value(), c == right[i]) << wrong << " for " << right;
      }
      for (std::size_t j = i + 1; j < right.size(); ++j) {
        std::string wrong = right;
        std::swap(wrong[i], wrong[j]);
        if (right[j] == '-' || wrong == right) continue;
        EXPECT_FALSE(Reference::Parse(wrong)) << wrong << " for " << right;
      }
    }
  }
}

TEST(Reference, RefusesWhatIsNone) {
  for (const char* text :
       {"", "-", "00000", "00000-0000", "00000-000000", "00000-0000U", "00000 00000", "00000-0000*"}) {
    EXPECT_FALSE(Reference::Parse(text)) << text;
  }
}

struct FindCase {
  const char* name;
  std::string text;
  bool want;
};

const Reference kWanted{0x0abcdef12345};
const std::string kText = kWanted.ToString();
const std::string kHead = kText.substr(0, 5);
const std::string kTail = kText.substr(6);
const std::string kOther = Reference{42}.ToString();

class FindReferenceTest : public testing::TestWithParam<FindCase> {};

TEST_P(FindReferenceTest, InALongerText) {
  const std::vector<Reference> want(GetParam().want ? 1 : 0, kWanted);
  EXPECT_EQ(Reference::FindAllIn(GetParam().text), want) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Find, FindReferenceTest,
    testing::Values(FindCase{"alone", kText, true},
                    FindCase{"reply", "450 4.7.1 Access denied for [192.0.2.1] (ref " + kText + ")", true},
                    FindCase{"log_line", "verdict action=defer ref=" + kText + " took_ms=3", true},
                    FindCase{"lower_case", "(REF " + kHead + "-" + kTail + ")", true},
                    FindCase{"without_hyphen_after_ref", "ref: " + kHead + kTail + ".", true},
                    FindCase{"without_hyphen_elsewhere", "see " + kHead + kTail, false},
                    FindCase{"folded_in_the_middle", "(ref " + kHead + "-\r\n    " + kTail + ")", true},
                    FindCase{"folded_before_the_hyphen", "(ref " + kHead + "\n\t-" + kTail + ")", true},
                    FindCase{"folded_inside_a_half", "(ref " + kText.substr(0, 3) + "\r\n " + kText.substr(3) + ")",
                             true},
                    FindCase{"folded_after_ref", "(ref\r\n " + kText + ")", true},
                    FindCase{"quoted", "> (ref\n> " + kHead + "-\n> " + kTail + ")", true},
                    FindCase{"quoted_twice", ">> ref " + kHead + "-\n>> " + kTail, true},
                    FindCase{"quoted_printable", "(ref " + kHead + "-=\r\n" + kTail + ")", true},
                    FindCase{"folded_without_ref", "said " + kHead + "-\r\n " + kTail, true},
                    FindCase{"blank_in_place_of_the_hyphen", "(ref " + kHead + " " + kTail + ")", true},
                    FindCase{"dot_in_place_of_the_hyphen", "(ref " + kHead + "." + kTail + ")", true},
                    FindCase{"underscore_in_place_of_the_hyphen", "ref=" + kHead + "_" + kTail, true},
                    FindCase{"slash_in_place_of_the_hyphen", "ref " + kHead + " / " + kTail, true},
                    FindCase{"dot_elsewhere", "host " + kHead + "." + kTail + ".example", false},
                    FindCase{"end_of_a_link", "https://mx.example/why/" + kText + "?lang=ja", true},
                    FindCase{"blanks_around_the_hyphen", "see " + kHead + " - " + kTail, true},
                    FindCase{"blank_in_place_of_the_hyphen_elsewhere", "see " + kHead + " " + kTail, false},
                    FindCase{"ref_without_a_reference_is_passed_over", "Ref: none. (ref " + kText + ")", true},
                    FindCase{"reference_word_does_not_hide_it", "reference " + kText, true},
                    FindCase{"inside_a_longer_word", "x" + kText, false}, FindCase{"runs_on", kText + "7", false},
                    FindCase{"wrong_check_character", kText.substr(0, 10) + (kText[10] == '0' ? '1' : '0'), false},
                    FindCase{"cut_off", "(ref " + kHead + "-" + kTail.substr(0, 4), false},
                    FindCase{"empty", "", false}, FindCase{"ref_at_the_end", "see ref", false},
                    FindCase{"nul_bytes", std::string("ref \0\0\0", 7), false},
                    FindCase{"only_line_breaks", "ref" + std::string(1000, '\n'), false}),
    [](const auto& row) { return row.param.name; });

TEST(Reference, TheOneBehindRefComesFirst) {
  const std::string text = "Message-ID: <" + kOther + "@x.example> and later (ref " + kText + ")";
  EXPECT_EQ(Reference::FindAllIn(text), (std::vector{kWanted, Reference{42}}));
}

TEST(Reference, LengthOfATextCostsLinearTimeOnly) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "ref \r\n> ";
  EXPECT_TRUE(Reference::FindAllIn(text).empty());
  EXPECT_EQ(Reference::FindAllIn(text + kText), std::vector{kWanted});
}

TEST(Reference, ABounceForSeveralRecipientsHoldsSeveral) {
  const std::string text = "(ref " + kText + ") and (ref " + kOther + "), again (ref " + kText + ")";
  EXPECT_EQ(Reference::FindAllIn(text), (std::vector{kWanted, Reference{42}}));
  EXPECT_EQ(Reference::FindAllIn(kText + "\n" + kOther), (std::vector{kWanted, Reference{42}}));
}

TEST(MakeReference, DependsOnEveryPartAndTheDayOnly) {
  const HashKey secret{1, 2, 3};
  const TimePoint noon{std::chrono::days{20'000} + std::chrono::hours{12}};
  const ReferenceParts parts{"192.0.2.1", "a@x.example", "b@y.example", "dnsbl", noon};
  const Reference reference = MakeReference(secret, parts);
  EXPECT_EQ(reference.code >> 45, 0U);

  ReferenceParts evening = parts;
  evening.now += seconds{43'199};
  EXPECT_EQ(MakeReference(secret, evening), reference);

  std::set<Reference> others{reference};
  ReferenceParts next_day = parts;
  next_day.now += seconds{43'200};
  others.insert(MakeReference(secret, next_day));
  for (auto part :
       {&ReferenceParts::client, &ReferenceParts::sender, &ReferenceParts::recipient, &ReferenceParts::reason}) {
    ReferenceParts changed = parts;
    changed.*part = "other";
    others.insert(MakeReference(secret, changed));
  }
  others.insert(MakeReference(HashKey{}, parts));
  // Parts do not run together.
  others.insert(MakeReference(secret, {"192.0.2.1a@x.example", "", "b@y.example", "dnsbl", noon}));
  others.insert(MakeReference(secret, {"192.0.2.1", "", "a@x.exampleb@y.example", "dnsbl", noon}));
  EXPECT_EQ(others.size(), 9U);
}

}  // namespace rules::reference_test
