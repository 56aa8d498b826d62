#include "policyd/ctl/check_config.h"

#include <gtest/gtest.h>

#include "policyd/json.h"
#include "tests/policyd/ctl_tool.h"

namespace policyd::ctl {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CheckConfig, SaysWhatItComesTo) {
  Tool tool;
  tool.Configure("policy.greylist = \"off\"\npolicy_service.listen = [\"inet:127.0.0.1:10041\"]\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const std::string& part : {tool.path("sekimori.toml") + ": OK", std::string("listens on  127.0.0.1:10041"),
                                  std::string("greylist off, defer 8"), tool.store()}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
}

TEST(CheckConfig, SaysEveryError) {
  Tool tool;
  tool.Configure("policy.mode = \"sleep\"\nnonsense = 1\n");
  const auto ran = tool.Run(RunCheckConfig, CheckConfigOptions{});
  EXPECT_EQ(ran.status, kBadConfiguration);
  EXPECT_TRUE(Has(ran.error, "sekimori.toml:2: policy.mode")) << ran.error;
  EXPECT_TRUE(Has(ran.error, "sekimori.toml:3: nonsense")) << ran.error;
  EXPECT_EQ(ran.out, "");
  tool.is_json = true;
  const auto json = Json::Parse(tool.Run(RunCheckConfig, CheckConfigOptions{}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("ok")->Dump(), "false");
  EXPECT_EQ(std::get_if<std::vector<Json>>(&json->Find("errors")->value())->size(), 2U);
}

TEST(CheckConfig, NeedsNoStore) {
  Tool tool;
  std::filesystem::remove_all(tool.store());
  EXPECT_EQ(tool.Run(RunCheckConfig, CheckConfigOptions{}).status, kDone);
}

}  // namespace
}  // namespace policyd::ctl
