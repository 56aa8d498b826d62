#include "policyd/runtime/json.h"

#include <cmath>

#include <gtest/gtest.h>

namespace policyd::runtime::json_test {

struct Case {
  const char* name;
  Json json;
  const char* want;
};

class JsonTest : public testing::TestWithParam<Case> {};

TEST_P(JsonTest, IsPrinted) {
  EXPECT_EQ(GetParam().json.Dump(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Json, JsonTest,
    testing::Values(Case{"null", Json(), "null"}, Case{"bool", Json(true), "true"}, Case{"negative", Json(-3), "-3"},
                    Case{"largest", Json(~std::uint64_t{0}), "18446744073709551615"},
                    Case{"one_digit", Json(3.3), "3.3"}, Case{"whole_points", Json(4.0), "4.0"},
                    Case{"not_a_number", Json(std::nan("")), "null"}, Case{"text", Json("a b"), R"("a b")"},
                    Case{"quotes_and_controls", Json(std::string("\"\\\n\x01", 4)), R"("\"\\\n\u0001")"},
                    Case{"bytes_that_are_not_utf8", Json("a\xff\x80z"), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\""},
                    Case{"empty_object", Json::Object(), "{}"}, Case{"empty_array", Json::Array(), "[]"},
                    Case{"members_keep_their_order", Json::Object().Add("z", 1).Add("a", "x").Add("m", true),
                         R"({"z":1,"a":"x","m":true})"},
                    Case{"a_key_from_outside", Json::Object().Add("\xff\"", 1), "{\"\xEF\xBF\xBD\\\"\":1}"},
                    Case{"array_of_one_number", Json::Array().Append(1), "[1]"},
                    Case{"array_in_array", Json::Array().Append(Json::Array().Append("x")), R"([["x"]])"},
                    Case{"array_of_pairs_stays_an_array", Json::Array().Append(Json::Array().Append("a").Append(1)),
                         R"([["a",1]])"},
                    Case{"nested", Json::Object().Add("groups", Json::Array().Append(Json::Object().Add("rows", 2))),
                         R"({"groups":[{"rows":2}]})"}),
    [](const auto& row) { return row.param.name; });

struct ReadCase {
  const char* name;
  std::string text;
  const char* want;  // printed again; null: not read
};

class JsonParseTest : public testing::TestWithParam<ReadCase> {};

TEST_P(JsonParseTest, ReadsWhatItPrints) {
  const auto got = Json::Parse(GetParam().text);
  ASSERT_EQ(got.has_value(), GetParam().want != nullptr) << GetParam().text;
  if (got) {
    EXPECT_EQ(got->Dump(), GetParam().want);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Json, JsonParseTest,
    testing::Values(
        ReadCase{"byte_order_mark", "\xef\xbb\xbf{}", nullptr}, ReadCase{"nul_behind", std::string("{}\0", 3), nullptr},
        ReadCase{"nul_and_more_behind", std::string("{}\0{}", 5), nullptr},
        ReadCase{"nul_before", std::string("\0{}", 3), nullptr}, ReadCase{"two_documents", "{} {}", nullptr},
        ReadCase{"blanks_around", " \t\r\n{}\n ", "{}"}, ReadCase{"member_twice", R"({"a":1,"b":2,"a":1})", nullptr},
        ReadCase{"member_twice_below", R"([{"x":{"a":1,"a":2}}])", nullptr},
        ReadCase{"member_twice_as_escape", R"({"a":1,"\u0061":2})", nullptr},
        ReadCase{"same_member_of_two_objects", R"([{"a":1},{"a":{"a":2}}])", R"([{"a":1},{"a":{"a":2}}])"},
        ReadCase{"object", R"({"z":1,"a":[true,null,-2,0.5,"x"]})", R"({"z":1,"a":[true,null,-2,0.5,"x"]})"},
        ReadCase{"array_of_pairs", R"([["a",1]])", R"([["a",1]])"}, ReadCase{"empty", "", nullptr},
        ReadCase{"cut_off", R"({"a":)", nullptr}, ReadCase{"rest_behind_it", "{} x", nullptr},
        ReadCase{"not_utf8", "\"\xff\"", nullptr},
        ReadCase{"too_deep", std::string(100, '[') + std::string(100, ']'), nullptr}),
    [](const auto& row) { return row.param.name; });

TEST(Json, FindsAMemberOrNothing) {
  const Json object = Json::Object().Add("a", 1);
  ASSERT_NE(object.Find("a"), nullptr);
  EXPECT_EQ(object.Find("a")->Dump(), "1");
  EXPECT_EQ(object.Find("b"), nullptr);
  EXPECT_EQ(Json::Array().Find("a"), nullptr);
}

}  // namespace policyd::runtime::json_test
