#include "policyd/config/shared_settings.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "policyd/config/warning_rows.h"
#include "tests/support/temp_directory.h"

namespace policyd::config::shared_settings_test {

constexpr const char* kServers = "servers = [\"127.0.0.1:6379\"]\n";

void WriteFile(const std::string& path, const std::string& content, mode_t mode = 0640) {
  std::ofstream(path) << content;
  chmod(path.c_str(), mode);
}

std::string TestKey() {
  std::string key;
  for (char c = 'A'; key.size() < 32; ++c) key += c;
  return key;
}

// The configuration of a [shared] table beside a sound key and password.
std::variant<Config, ConfigErrors> ParseShared(const std::string& table) {
  const support::TempDirectory directory;
  WriteFile(directory / "key", TestKey());
  WriteFile(directory / "short", TestKey().substr(1));
  WriteFile(directory / "long", TestKey() + "\n");
  WriteFile(directory / "even", std::string(32, 'x'));
  WriteFile(directory / "open", TestKey(), 0644);
  WriteFile(directory / "password", "s3cret\n");
  WriteFile(directory / "words", "two words\n");
  WriteFile(directory / "empty", "\n");
  return ParseConfig(directory / "sekimori.toml", "[shared]\n" + table);
}

std::string Got(const std::string& table) {
  const auto parsed = ParseShared(table);
  if (const auto* errors = std::get_if<ConfigErrors>(&parsed)) {
    std::string all;
    for (const std::string& error : *errors) all += error.substr(error.find(".toml:") + 6) + "\n";
    return all;
  }
  const auto& config = std::get<Config>(parsed);
  std::string all = config.shared.is_on() ? "on" : "off";
  for (const Endpoint& server : config.shared.servers) all += " " + server.ToString();
  if (config.shared.key) all += " key " + std::string(config.shared.key->begin(), config.shared.key->begin() + 3);
  if (config.shared.password) all += " password " + *config.shared.password;
  for (const auto& warning : config.warnings) all += "\n" + WarningText(warning);
  return all;
}

struct Case {
  const char* name;
  std::string table;
  const char* want;  // part of it
};

class SharedTest : public testing::TestWithParam<Case> {};

TEST_P(SharedTest, IsTakenOrSaysWhyNot) {
  const std::string got = Got(GetParam().table);
  EXPECT_NE(got.find(GetParam().want), std::string::npos) << GetParam().table << got;
  EXPECT_EQ(got.find("GHIJ"), std::string::npos) << "no output shows the key: " << got;
}

INSTANTIATE_TEST_SUITE_P(
    Config, SharedTest,
    testing::Values(
        Case{"empty", "", "off"},
        Case{"one_server", std::string(kServers) + "key_file = \"key\"", "on 127.0.0.1:6379 key ABC"},
        Case{"many", "servers = [\"[::1]:1\", \"unix:/run/redis/redis.sock\"]\nkey_file = \"key\"",
             "on [::1]:1 unix:/run/redis/redis.sock key ABC"},
        Case{"password", std::string(kServers) + "key_file = \"key\"\nuser = \"mx\"\npassword_file = \"password\"",
             "password s3cret"},
        Case{"password_of_the_default_user", std::string(kServers) + "key_file = \"key\"\npassword_file = \"password\"",
             "password s3cret"},
        Case{"no_port", "servers = [\"127.0.0.1\"]\nkey_file = \"key\"",
             "2: shared.servers: expected an address and port such as \"127.0.0.1:6379\" or \"[::1]:6379\", or "
             "\"unix:/path\", got \"127.0.0.1\""},
        Case{"a_name", "servers = [\"redis.example:6379\"]\nkey_file = \"key\"", "shared.servers: expected an address"},
        Case{"of_postfix", "servers = [\"inet:127.0.0.1:6379\"]\nkey_file = \"key\"", "expected an address and port"},
        Case{"a_url", "servers = [\"redis://127.0.0.1:6379\"]\nkey_file = \"key\"", "expected an address and port"},
        Case{"relative_socket", "servers = [\"unix:redis.sock\"]\nkey_file = \"key\"", "with a full path"},
        Case{"no_key", kServers, "2: shared.key_file: expected a file beside shared.servers"},
        Case{"missing_key", std::string(kServers) + "key_file = \"none\"",
             "none: expected a readable file, got \"No such file or directory\""},
        Case{"short_key", std::string(kServers) + "key_file = \"short\"",
             "expected the 32 bytes that \"sekimorictl shared new-key\" writes, got 31"},
        Case{"long_key", std::string(kServers) + "key_file = \"long\"", "writes, got 33"},
        Case{"no_random_key", std::string(kServers) + "key_file = \"even\"", "got one byte over and over"},
        Case{"everybody_reads_the_key", std::string(kServers) + "key_file = \"open\"", "3: shared.key_file: "},
        Case{"everybody_reads_the_key_is_told_how_to_mend_it", std::string(kServers) + "key_file = \"open\"",
             "got 0644; see chmod 0640"},
        Case{"user_alone", std::string(kServers) + "key_file = \"key\"\nuser = \"mx\"",
             "4: shared.password_file: expected a file beside shared.user"},
        Case{"password_of_words", std::string(kServers) + "key_file = \"key\"\npassword_file = \"words\"",
             "printable ASCII without blanks"},
        Case{"empty_password", std::string(kServers) + "key_file = \"key\"\npassword_file = \"empty\"",
             "a password of 1 to 512 characters, got 0"},
        Case{"user_with_blank", "user = \"a b\"", "shared.user: expected at most 64 printable characters"},
        Case{"pattern_in_prefix", "prefix = \"s*\"", "shared.prefix: expected 1 to 64 letters"},
        Case{"empty_prefix", "prefix = \"\"", "shared.prefix: expected 1 to 64 letters"},
        Case{"no_wait", "wait = \"0ms\"", "shared.wait: "}, Case{"long_wait", "wait = \"2s\"", "shared.wait: "},
        Case{"keys_without_a_server", "wait = \"5ms\"", "shared.wait has no effect: shared.servers is empty"},
        Case{"files_without_a_server_are_not_read", "key_file = \"none\"", "off"},
        Case{"elsewhere", "servers = [\"192.0.2.7:6379\"]\nkey_file = \"key\"",
             "192.0.2.7:6379 is not on this machine, and the way to it is not encrypted"}),
    [](const auto& row) { return row.param.name; });

TEST(Shared, AllButWaitNeedsARestart) {
  const SharedSettings running;
  SharedSettings next;
  next.wait = std::chrono::milliseconds{5};
  EXPECT_TRUE(SharedKeysThatDiffer(running, next).empty());
  next.servers.push_back({.is_unix = true, .host = "/run/redis"});
  next.user = "mx";
  next.password = "s3cret";
  next.key = SharedKey{1};
  next.prefix = "mx:";
  EXPECT_EQ(SharedKeysThatDiffer(running, next),
            (std::vector<std::string>{"shared.servers", "shared.user", "shared.password_file", "shared.key_file",
                                      "shared.prefix"}));
}

}  // namespace policyd::config::shared_settings_test
