#include "policyd/http/why/form.h"

#include <gtest/gtest.h>

namespace policyd::http::why::form_test {

HttpRequest Form(std::string body, std::string type = "application/x-www-form-urlencoded") {
  HttpRequest request{.method = "POST", .body = std::move(body)};
  request.headers["content-type"] = std::move(type);
  return request;
}

TEST(Field, IsDecodedAndFoundByItsName) {
  EXPECT_EQ(FieldOf(Form("text=a+b%0D%0A%e9%96%a2%26&x=1"), "text"), "a b\r\n\xe9\x96\xa2&");
  EXPECT_EQ(FieldOf(Form("a=text&text=second"), "text"), "second");
  EXPECT_EQ(FieldOf(Form("text"), "text"), "");
  EXPECT_EQ(FieldOf(Form("text=%zz%4"), "text"), "%zz%4") << "as it stands";
  EXPECT_EQ(FieldOf(Form("text=%41%4"), "text"), "A%4");
  EXPECT_EQ(FieldOf(Form("text=a=b"), "text"), "a=b");
  EXPECT_EQ(FieldOf(Form("text=a", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"), "text"), "a");
  EXPECT_EQ(FieldOf(Form("texts=a"), "text"), std::nullopt);
  EXPECT_EQ(FieldOf(Form(""), "text"), std::nullopt);
  EXPECT_EQ(FieldOf(Form("text=a", "text/plain"), "text"), std::nullopt) << "as another page can send it";
  EXPECT_EQ(FieldOf({.method = "POST", .body = "text=a"}, "text"), std::nullopt);
}

struct Case {
  const char* name;
  std::map<std::string, std::string, std::less<>> headers;
  bool want;
};
class OriginTest : public testing::TestWithParam<Case> {};

TEST_P(OriginTest, IsOurPageOrNot) {
  const HttpRequest request{.method = "POST", .headers = GetParam().headers};
  EXPECT_EQ(IsFromOurPage(request, "https://mx.example/why"), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, OriginTest,
    testing::Values(Case{"a_program", {}, true}, Case{"fetch_metadata", {{"sec-fetch-site", "same-origin"}}, true},
                    Case{"another_site", {{"sec-fetch-site", "cross-site"}}, false},
                    Case{"another_host_of_the_site", {{"sec-fetch-site", "same-site"}}, false},
                    Case{"the_world_sees_it_so", {{"origin", "https://mx.example"}, {"host", "127.0.0.1:9141"}}, true},
                    Case{"called_directly", {{"origin", "http://127.0.0.1:9141"}, {"host", "127.0.0.1:9141"}}, true},
                    Case{"elsewhere", {{"origin", "https://evil.example"}, {"host", "mx.example"}}, false},
                    Case{"a_name_that_begins_so", {{"origin", "https://mx.example.evil.example"}}, false},
                    Case{"hidden", {{"origin", "null"}, {"host", "mx.example"}}, false},
                    Case{"hidden_of_our_page", {{"sec-fetch-site", "same-origin"}, {"origin", "null"}}, true},
                    Case{
                        "both_must_fit",
                        {{"sec-fetch-site", "same-origin"}, {"origin", "https://evil.example"}, {"host", "mx.example"}},
                        false}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::http::why::form_test
