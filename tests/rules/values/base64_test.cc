#include "rules/values/base64.h"

#include <gtest/gtest.h>

namespace rules::base64_test {

// RFC 4648, section 10.
TEST(Base64, IsDecoded) {
  for (const auto& [text, want] : {std::pair{"", ""},
                                   {"Zg==", "f"},
                                   {"Zm8=", "fo"},
                                   {"Zm9v", "foo"},
                                   {"Zm9vYg==", "foob"},
                                   {"Zm9v YmE\t=", "fooba"},
                                   {"Zm9vYmFy", "foobar"}}) {
    EXPECT_EQ(DecodeBase64(text), want) << text;
    EXPECT_TRUE(IsBase64(text)) << text;
  }
}

TEST(Base64, HasItsSymbols) {
  for (const char* text : {"Zm9v!", "Zm=v", "Zg===", "%%", "Zm9-"}) EXPECT_FALSE(IsBase64(text)) << text;
}

}  // namespace rules::base64_test
