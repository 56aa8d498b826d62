#include <gtest/gtest.h>

#include "policyd/http/api/fields.h"

namespace policyd::http::api_fields_test {

using Kind = Field::Kind;

const std::vector<Field> kKnown{{"target"}, {"dry_run", Kind::kFlag}, {"limit", Kind::kCount}};

std::string Shown(const admin::Result<Fields>& fields) {
  if (!fields) return fields.error().message;
  return fields->Text("target") + "|" + (fields->Flag("dry_run") ? "yes" : "no") + "|" +
         std::to_string(fields->Count("limit", 50));
}

struct Case {
  const char* name;
  std::string text;
  const char* want;  // or how it begins
};

class FieldsOfBodyTest : public testing::TestWithParam<Case> {};

TEST_P(FieldsOfBodyTest, AreReadOrRefused) {
  const std::string got = Shown(Fields::OfBody({.method = "POST", .body = GetParam().text}, kKnown));
  EXPECT_TRUE(got.starts_with(GetParam().want)) << got;
}

constexpr const char* kNoObject = "expected one JSON object in UTF-8 as the body, with no member twice";

INSTANTIATE_TEST_SUITE_P(
    Fields, FieldsOfBodyTest,
    testing::Values(Case{"all", R"({"limit":3,"target":"a","dry_run":true})", "a|yes|3"}, Case{"none", "{}", "|no|50"},
                    Case{"empty", "", "|no|50"}, Case{"blank", " \n", "|no|50"},
                    Case{"nulls_are_not_there", R"({"limit":null,"target":null,"dry_run":null})", "|no|50"},
                    Case{"unknown", R"({"tarnget":"a"})",
                         "unknown field \"tarnget\": expected are target, dry_run, limit"},
                    Case{"unknown_of_hostile_bytes", R"({"\u001b[2J":"a"})", "unknown field \"?[2J\""},
                    Case{"text_as_number", R"({"target":1})", "target: expected a text, got \"1\""},
                    Case{"text_as_array", R"({"target":["a"]})", "target: expected a text, got \"[\"a\"]\""},
                    Case{"flag_as_text", R"({"dry_run":"true"})", "dry_run: expected true or false"},
                    Case{"flag_as_number", R"({"dry_run":1})", "dry_run: expected true or false"},
                    Case{"count_as_text", R"({"limit":"3"})", "limit: expected a whole number"},
                    Case{"negative_count", R"({"limit":-3})", "limit: expected a whole number"},
                    Case{"broken_count", R"({"limit":3.5})", "limit: expected a whole number"},
                    Case{"array", "[]", kNoObject}, Case{"text", "\"a\"", kNoObject}, Case{"null", "null", kNoObject},
                    Case{"form", "target=a", kNoObject}, Case{"half", "{\"target\":\"a\"", kNoObject},
                    Case{"two", "{}{}", kNoObject}, Case{"member_twice", R"({"target":"a","target":"a"})", kNoObject},
                    Case{"no_utf8", "{\"target\":\"\xff\"}", kNoObject},
                    Case{"half_a_surrogate", R"({"target":"\ud800"})", kNoObject},
                    Case{"deep", std::string(60'000, '['), kNoObject}),
    [](const auto& row) { return row.param.name; });

TEST(FieldsOfBody, StandNotInTheQuery) {
  const auto got = Fields::OfBody({.method = "POST", .query = {{"target", "a"}}}, kKnown);
  EXPECT_EQ(Shown(got), "unknown field \"target\": none is expected");
}

struct QueryCase {
  const char* name;
  decltype(HttpRequest::query) query;
  const char* want;
};

class FieldsOfQueryTest : public testing::TestWithParam<QueryCase> {};

TEST_P(FieldsOfQueryTest, AreReadOrRefused) {
  EXPECT_EQ(Shown(Fields::OfQuery({.method = "GET", .query = GetParam().query}, kKnown)), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, FieldsOfQueryTest,
    testing::Values(QueryCase{"none", {}, "|no|50"},
                    QueryCase{"all", {{"limit", "3"}, {"target", "a"}, {"dry_run", "true"}}, "a|yes|3"},
                    QueryCase{"unknown", {{"x", "1"}}, "unknown field \"x\": expected are target, dry_run, limit"},
                    QueryCase{"twice", {{"target", "a"}, {"target", "b"}}, "target: expected once, got twice"},
                    QueryCase{
                        "flag_twice", {{"dry_run", "false"}, {"dry_run", "true"}}, "dry_run: expected once, got twice"},
                    QueryCase{"bad_flag", {{"dry_run", "1"}}, "dry_run: expected true or false, got \"1\""},
                    QueryCase{"bad_count", {{"limit", "3x"}}, "limit: expected a whole number, got \"3x\""},
                    QueryCase{"empty_count", {{"limit", ""}}, "limit: expected a whole number, got \"\""},
                    QueryCase{"too_large_a_count",
                              {{"limit", "18446744073709551616"}},
                              "limit: expected a whole number, got \"18446744073709551616\""}),
    [](const auto& row) { return row.param.name; });

TEST(ErrorOf, SpeaksTheWordsOfTheApi) {
  const auto got = [](admin::Error error) {
    const HttpResponse response = ErrorOf({.path = "/api/v1/x"}, error);
    return std::to_string(response.status) + " " + response.body;
  };
  EXPECT_EQ(got({.kind = admin::Error::Kind::kUsage, .message = "expected a --word", .input = "if_confirmed"}),
            "400 {\"error\":{\"code\":\"bad_request\",\"message\":\"if_confirmed: expected a --word\"}}\n");
  EXPECT_EQ(got({.kind = admin::Error::Kind::kNotFound,
                 .message = "nothing was changed",
                 .details = {{.message = "a"}, {.message = "c", .input = "b"}}}),
            "404 {\"error\":{\"code\":\"not_found\",\"message\":\"a; b: c; nothing was changed\"}}\n");
  EXPECT_TRUE(got({.kind = admin::Error::Kind::kConflict}).starts_with("409 "));
  EXPECT_TRUE(got({.kind = admin::Error::Kind::kStore}).starts_with("500 "));
}

}  // namespace policyd::http::api_fields_test
