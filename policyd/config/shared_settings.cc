#include "policyd/config/shared_settings.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "policyd/config/config_values.h"
#include "policyd/config/secret_files.h"
#include "policyd/config/warning_rows.h"
#include "rules/values/ascii.h"

namespace policyd::config {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kMostServers = 16;

bool IsPlain(char c) {
  return rules::IsAlphanumeric(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

// The secret in the file that `key` names; nothing after an error, and where this process may not read it.
template <class Secret>
std::optional<Secret> ReadSecretOf(std::string_view key, const std::string& directory, const LocatedText& file,
                                   SecretRead<Secret> (*read)(const std::string&), ConfigDraft& draft,
                                   ErrorList& errors) {
  if (file.text.empty()) return std::nullopt;
  const std::string path = (std::filesystem::path(directory) / file.text).string();
  auto found = read(path);
  if (const auto* error = std::get_if<rules::Error>(&found)) {
    errors.Add(file.line, key, error->message);
    return std::nullopt;
  }
  draft.config.files.push_back(path);
  if (auto* secret = std::get_if<Secret>(&found)) return std::move(*secret);
  draft.config.shared.is_unreadable = true;
  draft.config.warnings.push_back(Warning("shared_file", {{"key", std::string(key)}, {"file", path}}));
  return std::nullopt;
}

void CheckTogether(const ConfigDraft& draft, ErrorList& errors) {
  const SharedSettings& shared = draft.config.shared;
  if (shared.servers.size() > kMostServers) {
    errors.Add(draft.LineOf("shared.servers"), "shared.servers",
               fmt::format("expected at most {}, got {}", kMostServers, shared.servers.size()));
  }
  if (shared.is_on() && draft.shared_files.key.text.empty()) {
    errors.Add(draft.LineOf("shared.servers"), "shared.key_file",
               "expected a file beside shared.servers: \"sekimorictl shared new-key FILE\" makes one, which all hosts "
               "need");
  }
  if (!shared.user.empty() && draft.shared_files.password.text.empty()) {
    errors.Add(draft.LineOf("shared.user"), "shared.password_file", "expected a file beside shared.user");
  }
}

}  // namespace

rules::Result<Endpoint> ParseEngine(std::string_view text) {
  if (text.starts_with("unix:")) return ParseListen(text);
  const auto endpoint =
      text.starts_with("inet:") ? rules::Result<Endpoint>(rules::Error{}) : ParseListen(fmt::format("inet:{}", text));
  if (endpoint.ok()) return *endpoint;
  return rules::Error{fmt::format(
      R"(expected an address and port such as "127.0.0.1:6379" or "[::1]:6379", or "unix:/path", got "{}")", text)};
}

rules::Result<std::string> ParseEngineUser(std::string_view text) {
  const bool is_sound = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (is_sound && text.size() <= kLongestName) return std::string(text);
  return rules::Error{fmt::format("expected at most {} printable characters without blanks", kLongestName)};
}

rules::Result<std::string> ParseKeyPrefix(std::string_view text) {
  if (!text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, IsPlain)) return std::string(text);
  return rules::Error{
      fmt::format("expected 1 to {} letters, digits, '-', '_', '.' or ':', got \"{}\"", kLongestName, text)};
}

void CompleteShared(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  CheckTogether(draft, errors);
  SharedSettings& shared = draft.config.shared;
  if (!shared.is_on()) return;
  shared.password = ReadSecretOf<std::string>("shared.password_file", directory, draft.shared_files.password,
                                              ReadPasswordFile, draft, errors);
  shared.key =
      ReadSecretOf<SharedKey>("shared.key_file", directory, draft.shared_files.key, ReadKeyFile, draft, errors);
}

std::vector<std::string> SharedKeysThatDiffer(const SharedSettings& running, const SharedSettings& next) {
  std::vector<std::string> keys;
  if (running.servers != next.servers) keys.emplace_back("shared.servers");
  if (running.user != next.user) keys.emplace_back("shared.user");
  if (running.password != next.password) keys.emplace_back("shared.password_file");
  if (running.key != next.key) keys.emplace_back("shared.key_file");
  if (running.prefix != next.prefix) keys.emplace_back("shared.prefix");
  return keys;
}

std::vector<rules::Statement> SharedWarnings(const SharedSettings& shared) {
  std::vector<rules::Statement> warnings;
  for (const Endpoint& server : shared.servers) {
    if (server.is_loopback()) continue;
    warnings.push_back(Warning("shared_elsewhere", {{"server", server.ToString()}}));
  }
  return warnings;
}

}  // namespace policyd::config
