#include "policyd/admin/shared/new_key.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "policyd/config/secret_files.h"
#include "tests/support/temp_directory.h"

namespace policyd::admin::new_key_test {

config::SharedKey KeyIn(const std::string& file) {
  const auto read = config::ReadKeyFile(file);
  if (const auto* error = std::get_if<rules::Error>(&read)) ADD_FAILURE() << error->message;
  const auto* key = std::get_if<config::SharedKey>(&read);
  return key ? *key : config::SharedKey{};
}

TEST(NewKey, IsOneThatTheDaemonTakes) {
  const support::TempDirectory directory;
  const mode_t before = umask(0);
  ASSERT_TRUE(MakeSharedKey(directory / "a").ok());
  umask(0777);
  ASSERT_TRUE(MakeSharedKey(directory / "b").ok());
  umask(before);
  EXPECT_NE(KeyIn(directory / "a"), KeyIn(directory / "b"));
}

TEST(NewKey, ReplacesNone) {
  const support::TempDirectory directory;
  ASSERT_TRUE(MakeSharedKey(directory / "a").ok());
  const auto before = KeyIn(directory / "a");
  const auto again = MakeSharedKey(directory / "a");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, Error::Kind::kConflict);
  EXPECT_EQ(KeyIn(directory / "a"), before);
}

}  // namespace policyd::admin::new_key_test
