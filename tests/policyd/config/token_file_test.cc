#include <sys/stat.h>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "policyd/config/config.h"
#include "tests/support/temp_directory.h"

namespace policyd::config::token_file_test {

// The token that a configuration beside the file takes from it, or the error.
std::string TokenOf(const std::string& content, mode_t mode, const std::string& key = "http.token_file = \"token\"") {
  const support::TempDirectory directory;
  const std::string file = directory / "token";
  std::ofstream(file) << content;
  chmod(file.c_str(), mode);
  const auto config = ParseConfig(directory / "sekimori.toml", key);
  if (const auto* errors = std::get_if<ConfigErrors>(&config)) return errors->front();
  const auto& token = std::get<Config>(config).http_access.token;
  return token ? "token " + *token : "no token";
}

struct Case {
  const char* name;
  std::string content;
  mode_t mode;
  const char* want;  // part of it
};

class TokenFileTest : public testing::TestWithParam<Case> {};

TEST_P(TokenFileTest, IsTakenOrSaysWhyNot) {
  const std::string got = TokenOf(GetParam().content, GetParam().mode);
  EXPECT_NE(got.find(GetParam().want), std::string::npos) << got;
}

INSTANTIATE_TEST_SUITE_P(
    Config, TokenFileTest,
    testing::Values(Case{"one_line", "0123456789abcdef\n", 0640, "token 0123456789abcdef"},
                    Case{"without_line_end", "0123456789abcdef", 0600, "token 0123456789abcdef"},
                    Case{"readable_once", "0123456789abcdef", 0400, "token 0123456789abcdef"},
                    Case{"of_dos", "0123456789abcdef\r\n", 0440, "token 0123456789abcdef"},
                    Case{"everybody_reads", "0123456789abcdef\n", 0644, "expected mode 0640 or stricter"},
                    Case{"everybody_reads_is_told_how_to_mend_it", "0123456789abcdef\n", 0644,
                         "got 0644; see chmod 0640"},
                    Case{"the_group_writes", "0123456789abcdef\n", 0660, "expected mode 0640 or stricter"},
                    Case{"others_write", "0123456789abcdef\n", 0602, "expected mode 0640 or stricter"},
                    Case{"others_execute", "0123456789abcdef\n", 0601, "expected mode 0640 or stricter"},
                    Case{"too_short", "0123456789abcde\n", 0640, "a token of 16 to 512 characters, got 15"},
                    Case{"empty", "", 0640, "a token of 16 to 512 characters, got 0"},
                    Case{"blank", "                    \n", 0640, "a token of 16 to 512 characters, got 0"},
                    Case{"longest", std::string(512, 'x') + "\n", 0640, "token xxx"},
                    Case{"too_long", std::string(513, 'x'), 0640, "a token of 16 to 512 characters, got 513"},
                    Case{"two_lines", "0123456789abcdef\n0123456789abcdef\n", 0640, "printable ASCII without blanks"},
                    Case{"a_sentence", "correct horse battery staple\n", 0640, "printable ASCII without blanks"},
                    Case{"no_ascii", "0123456789abcde\xc3\xa4\n", 0640, "printable ASCII without blanks"},
                    Case{"zero_byte", std::string("0123456789\0abcdef", 17), 0640, "printable ASCII without blanks"}),
    [](const auto& row) { return row.param.name; });

TEST(TokenFile, MustBeAFile) {
  const auto missing = TokenOf("0123456789abcdef", 0640, "http.token_file = \"other\"");
  EXPECT_NE(missing.find(":1: http.token_file: "), std::string::npos) << missing;
  EXPECT_NE(missing.find("other: expected a readable file, got \"No such file or directory\""), std::string::npos);
  const auto folder = TokenOf("", 0640, "http.token_file = \"/\"");
  EXPECT_NE(folder.find("/: expected a readable file"), std::string::npos) << folder;
  EXPECT_EQ(TokenOf("0123456789abcdef", 0640, "http.token_file = \"\""), "no token");
}

// An error goes into logs and mails.
TEST(TokenFile, IsNeverTold) {
  EXPECT_EQ(TokenOf("very secret indeed", 0640).find("secret"), std::string::npos);
  EXPECT_EQ(TokenOf("very-secret-indeed", 0644).find("secret"), std::string::npos);
}

}  // namespace policyd::config::token_file_test
