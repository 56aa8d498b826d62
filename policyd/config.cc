// TOML -> Settings -> the table of config_keys.cc -> a draft -> Config.
#include "policyd/config.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "policyd/config_checks.h"
#include "policyd/config_keys.h"
#include "policyd/file.h"
#include "policyd/setting.h"
#include "policyd/site_warnings.h"

namespace policyd {
namespace {

int LineOf(const toml::source_region& source) {
  return static_cast<int>(source.begin.line);
}

Setting ToSetting(const toml::node& node) {
  Setting setting{.line = LineOf(node.source()), .value = {}};
  switch (node.type()) {
    case toml::node_type::boolean:
      setting.value = node.as_boolean()->get();
      break;
    case toml::node_type::integer:
      setting.value = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      setting.value = node.as_floating_point()->get();
      break;
    case toml::node_type::string:
      setting.value = node.as_string()->get();
      break;
    case toml::node_type::array: {
      Setting::Array elements;
      for (const toml::node& element : *node.as_array()) elements.push_back(ToSetting(element));
      setting.value = std::move(elements);
      break;
    }
    case toml::node_type::table: {
      Setting::Table members;
      for (const auto& [key, value] : *node.as_table()) members.push_back({std::string(key.str()), ToSetting(value)});
      setting.value = std::move(members);
      break;
    }
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
    case toml::node_type::none:
      break;
  }
  return setting;
}

// `a, b, c`: the keys of a table, or of all tables their names.
std::string Known(const std::vector<ConfigKey>& keys, std::string_view table) {
  std::string known;
  std::string_view last;
  for (const ConfigKey& key : keys) {
    if (!table.empty() && key.table != table) continue;
    const std::string_view word = table.empty() ? key.table : key.name;
    if (word == last) continue;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", word);
    last = word;
  }
  return known;
}

class Reading {
 public:
  Reading(std::vector<ConfigKey> keys, ConfigDraft& draft, ErrorList& errors)
      : keys_(std::move(keys)), draft_(draft), errors_(errors) {}

  void ReadRoot(const toml::table& root) {
    for (const auto& [name, node] : root) {
      const std::string_view table_name = name.str();
      const bool is_known =
          std::any_of(keys_.begin(), keys_.end(), [&](const ConfigKey& key) { return key.table == table_name; });
      const int line = LineOf(name.source());
      const auto whole = std::find_if(keys_.begin(), keys_.end(), [&](const ConfigKey& key) {
        return key.table == table_name && key.name.empty();
      });
      if (!is_known) {
        errors_.Add(line, table_name, fmt::format("unknown, expected one of the tables {}", Known(keys_, "")));
      } else if (whole != keys_.end()) {
        whole->read(
            ToSetting(node), [&](int at, const std::string& what) { errors_.Add(at, "", what); }, draft_);
      } else if (const toml::table* table = node.as_table()) {
        ReadTable(table_name, *table);
      } else {
        errors_.Add(line, table_name, fmt::format("expected a table, got {}", ToSetting(node).Describe()));
      }
    }
  }

 private:
  void ReadTable(std::string_view table_name, const toml::table& table) {
    for (const auto& [name, node] : table) {
      const std::string_view key_name = name.str();
      const std::string full_name = fmt::format("{}.{}", table_name, key_name);
      const int line = LineOf(name.source());
      const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const ConfigKey& candidate) {
        return candidate.table == table_name && candidate.name == key_name;
      });
      if (key == keys_.end()) {
        errors_.Add(line, full_name, fmt::format("unknown key, expected one of {}", Known(keys_, table_name)));
        continue;
      }
      draft_.lines[full_name] = line;
      const Report report = [&](int at, const std::string& what) { errors_.Add(at, full_name, what); };
      key->read(ToSetting(node), report, draft_);
    }
  }

  const std::vector<ConfigKey> keys_;
  ConfigDraft& draft_;
  ErrorList& errors_;
};

// What a file of sites may say.
std::vector<ConfigKey> SiteFileKeys() {
  std::vector<ConfigKey> keys = ConfigKeys();
  std::erase_if(keys, [](const ConfigKey& key) { return key.table != "dnsbl" || key.name != "sites"; });
  return keys;
}

// What a shadow policy may say; the rest is as in the configuration that names it.
std::vector<ConfigKey> ShadowKeys() {
  std::vector<ConfigKey> keys = ConfigKeys();
  std::erase_if(keys, [](const ConfigKey& key) {
    return key.table != "policy" && key.table != "points" && key.table != "dynamic_names" && key.table != "dnsbl" &&
           key.table != "greylist";
  });
  return keys;
}

void ReadToml(const std::string& file, std::string_view text, std::vector<ConfigKey> keys, ConfigDraft& draft,
              ErrorList& errors) {
  try {
    Reading(std::move(keys), draft, errors).ReadRoot(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    // TOML is not read past its first error.
    errors.Add(LineOf(error.source()), "", error.description());
  }
}

// Puts the sites of a file in the place of each "file:NAME" among dnsbl.sites: a ready set is switched on by one line.
// Relative names are below `directory`.
void ReadSiteFiles(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  constexpr std::string_view kPrefix = "file:";
  std::vector<LocatedText> sites;
  for (LocatedText& entry : draft.sites) {
    if (!entry.text.starts_with(kPrefix)) {
      sites.push_back(std::move(entry));
      continue;
    }
    const std::string file = (std::filesystem::path(directory) / entry.text.substr(kPrefix.size())).string();
    const auto text = ReadFile(file);
    if (!text) {
      errors.Add(entry.line, "dnsbl.sites", fmt::format("{}: {}", file, text.error().message));
      continue;
    }
    ErrorList own_errors(file);
    ConfigDraft of_file;
    ReadToml(file, *text, SiteFileKeys(), of_file, own_errors);
    for (std::string& error : own_errors.Sorted()) errors.AddForeign(entry.line, std::move(error));
    for (LocatedText& site : of_file.sites) sites.push_back({std::move(site.text), entry.line});
  }
  draft.sites = std::move(sites);
}

// Brings the shadow policy of a completed draft into its Config; relative paths in it are below `directory`, too.
ConfigErrors ReadShadow(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  if (draft.shadow.text.empty()) return {};
  const std::string file = (std::filesystem::path(directory) / draft.shadow.text).string();
  const auto text = ReadFile(file);
  if (!text) {
    errors.Add(draft.shadow.line, "shadow.policy", fmt::format("{}: {}", file, text.error().message));
    return errors.Sorted();
  }
  ErrorList own_errors(file);
  ConfigDraft shadow = draft;
  shadow.lines.clear();
  ReadToml(file, *text, ShadowKeys(), shadow, own_errors);
  if (shadow.lines.contains("dynamic_names.tables")) {
    shadow.policy.dynamic_tables.clear();
  } else {
    shadow.tables.clear();  // they are read already
  }
  ReadSiteFiles(directory, shadow, own_errors);
  if (own_errors.empty()) CompleteDraft(directory, shadow, own_errors);
  if (!own_errors.empty()) return own_errors.Sorted();
  draft.config.shadow = std::make_shared<const rules::Policy>(std::move(shadow.policy));
  // Its lists are tested, too.
  draft.config.no_test_point = std::move(shadow.config.no_test_point);
  draft.config.test_points.merge(shadow.config.test_points);
  return {};
}

// Of the lists that the shadow policy has for itself.
void AddShadowWarnings(Config& config) {
  if (!config.shadow) return;
  for (const std::string& warning : SiteWarnings(*config.shadow)) {
    const bool is_said = std::find(config.warnings.begin(), config.warnings.end(), warning) != config.warnings.end();
    if (!is_said) config.warnings.push_back("shadow.policy: " + warning);
  }
}

}  // namespace

std::variant<Config, ConfigErrors> ParseConfig(const std::string& file, std::string_view text) {
  ErrorList errors(file);
  ConfigDraft draft;
  const std::string directory = std::filesystem::path(file).parent_path().string();
  ReadToml(file, text, ConfigKeys(), draft, errors);
  ReadSiteFiles(directory, draft, errors);
  CompleteDraft(directory, draft, errors);
  if (!errors.empty()) return errors.Sorted();
  if (auto in_shadow = ReadShadow(directory, draft, errors); !in_shadow.empty()) return in_shadow;

  Config& config = draft.config;
  config.policy = std::make_shared<const rules::Policy>(std::move(draft.policy));
  for (auto& warning : ListenWarnings(config)) config.warnings.push_back(std::move(warning));
  for (auto& warning : ResolverWarnings(config, config.dns.servers)) config.warnings.push_back(std::move(warning));
  for (auto& warning : SiteWarnings(*config.policy)) config.warnings.push_back(std::move(warning));
  AddShadowWarnings(config);
  return std::move(config);
}

std::variant<Config, ConfigErrors> LoadConfig(const std::string& file, bool is_default) {
  const bool is_missing_default = is_default && access(file.c_str(), F_OK) != 0;
  const auto text = is_missing_default ? std::string() : ReadFile(file);
  if (!text) return ConfigErrors{fmt::format("{}: {}", file, text.error().message)};

  auto parsed = ParseConfig(file, *text);
  auto* config = std::get_if<Config>(&parsed);
  if (!config || !config->dns.servers.empty()) return parsed;
  if (const auto resolv_conf = ReadFile("/etc/resolv.conf")) {
    for (auto& warning : ResolverWarnings(*config, NameServersOf(*resolv_conf))) {
      config->warnings.push_back(std::move(warning));
    }
  }
  return parsed;
}

std::vector<std::string> NeedsRestart(const Config& running, const Config& next) {
  std::vector<std::string> keys;
  if (running.service.listen != next.service.listen) keys.emplace_back("policy_service.listen");
  if (running.service.threads != next.service.threads) keys.emplace_back("policy_service.threads");
  if (running.http != next.http) keys.emplace_back("http.listen");
  if (running.store.directory != next.store.directory) keys.emplace_back("store.directory");
  if (running.store.max_size != next.store.max_size) keys.emplace_back("store.max_size");
  return keys;
}

}  // namespace policyd
