// TOML -> Settings -> the table of config_keys.cc -> a draft -> Config.
#include "policyd/config/config.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_keys.h"
#include "policyd/config/config_sources.h"
#include "policyd/config/config_value.h"
#include "policyd/config/shared_settings.h"
#include "policyd/config/warning_rows.h"
#include "policyd/runtime/file.h"
#include "policyd/runtime/shown.h"

namespace policyd::config {
namespace {

int LineOf(const toml::source_region& source) {
  return static_cast<int>(source.begin.line);
}

// `moved` is added to all lines.
ConfigValue ToSetting(const toml::node& node, int moved) {
  ConfigValue setting{.line = LineOf(node.source()) + moved, .value = {}};
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
      ConfigValue::Array elements;
      for (const toml::node& element : *node.as_array()) elements.push_back(ToSetting(element, moved));
      setting.value = std::move(elements);
      break;
    }
    case toml::node_type::table: {
      ConfigValue::Table members;
      for (const auto& [key, value] : *node.as_table()) {
        members.push_back({std::string(key.str()), ToSetting(value, moved)});
      }
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

// The keys of the file itself that name other texts; they stand before its tables.
constexpr std::string_view kPresets = "presets";
constexpr std::string_view kInclude = "include";

// The keys that a text may hold, and how its lines are counted.
struct Form {
  std::vector<ConfigKey> keys;
  int moved = 0;               // added to its lines
  bool names_others = false;   // it may say presets and include
  bool skips_unknown = false;  // tables that `keys` does not know are of no matter
};

class Reading {
 public:
  Reading(Form form, ConfigDraft& draft, ErrorList& errors) : form_(std::move(form)), draft_(draft), errors_(errors) {}

  void ReadRoot(const toml::table& root) {
    for (const auto& [name, node] : root) {
      const std::string_view table_name = name.str();
      if (form_.names_others && (table_name == kPresets || table_name == kInclude)) continue;
      const auto is_of_table = [&](const ConfigKey& key) { return key.table == table_name; };
      const bool is_known = std::any_of(form_.keys.begin(), form_.keys.end(), is_of_table);
      const int line = LineOf(name.source()) + form_.moved;
      const auto whole = std::find_if(form_.keys.begin(), form_.keys.end(),
                                      [&](const ConfigKey& key) { return is_of_table(key) && key.name.empty(); });
      if (!is_known) {
        if (!form_.skips_unknown) ReportUnknown(line, table_name);
      } else if (whole != form_.keys.end()) {
        whole->read(
            ToSetting(node, form_.moved), [&](int at, const std::string& what) { errors_.Add(at, "", what); }, draft_);
      } else if (const toml::table* table = node.as_table()) {
        ReadTable(table_name, *table);
      } else {
        errors_.Add(line, table_name, fmt::format("expected a table, got {}", ToSetting(node, 0).Describe()));
      }
    }
  }

 private:
  void ReportUnknown(int line, std::string_view name) {
    if (name == kPresets || name == kInclude) return errors_.Add(line, name, "only the configuration itself has it");
    errors_.Add(line, name, fmt::format("unknown, expected one of the tables {}", Known(form_.keys, "")));
  }

  void ReadTable(std::string_view table_name, const toml::table& table) {
    for (const auto& [name, node] : table) {
      const std::string_view key_name = name.str();
      const std::string full_name = fmt::format("{}.{}", table_name, key_name);
      const int line = LineOf(name.source()) + form_.moved;
      const auto key = std::find_if(form_.keys.begin(), form_.keys.end(), [&](const ConfigKey& candidate) {
        return candidate.table == table_name && candidate.name == key_name;
      });
      if (key == form_.keys.end()) {
        errors_.Add(line, full_name, fmt::format("unknown key, expected one of {}", Known(form_.keys, table_name)));
        continue;
      }
      NoteLine(full_name, line, *key);
      const Report report = [&](int at, const std::string& what) { errors_.Add(at, full_name, what); };
      key->read(ToSetting(node, form_.moved), report, draft_);
    }
  }

  // Warns which place counts if a key is given in two texts.
  void NoteLine(const std::string& key_name, int line, const ConfigKey& key) {
    const auto [known, is_new] = draft_.lines.try_emplace(key_name, line);
    if (is_new) return;
    const int before = std::exchange(known->second, line);
    if (key.is_added) return;
    const auto now = errors_.PlaceOf(line);
    const auto old = errors_.PlaceOf(before);
    draft_.config.overridden.push_back(
        fmt::format("{}: {}:{} counts, not {}:{}", key_name, now.file, now.line, old.file, old.line));
  }

  const Form form_;
  ConfigDraft& draft_;
  ErrorList& errors_;
};

// The keys of a file of sites.
std::vector<ConfigKey> ZoneFileKeys() {
  std::vector<ConfigKey> keys = ConfigKeys();
  std::erase_if(keys, [](const ConfigKey& key) { return key.table != "dnsbl" || key.name != "sites"; });
  return keys;
}

// The keys of a shadow policy; the rest is as in the configuration that names it.
std::vector<ConfigKey> ShadowKeys() {
  std::vector<ConfigKey> keys = ConfigKeys();
  std::erase_if(keys, [](const ConfigKey& key) {
    return key.table != "policy" && key.table != "points" && key.table != "dynamic_names" && key.table != "dnsbl" &&
           key.table != "greylist";
  });
  return keys;
}

std::optional<toml::table> ParseToml(const std::string& file, std::string_view text, int moved, ErrorList& errors) {
  if (const auto line = LineOfDeepKey(text)) {
    errors.Add(*line + moved, "", fmt::format("expected a key of at most {} dots", kMostDotsOfKey));
    return std::nullopt;
  }
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    // TOML is not read past its first error.
    errors.Add(LineOf(error.source()) + moved, "", error.description());
    return std::nullopt;
  }
}

std::vector<LocatedText> TextsOf(const toml::table& root, std::string_view key, ErrorList& errors) {
  const toml::node* node = root.get(key);
  if (!node) return {};
  const Report report = [&](int line, const std::string& what) { errors.Add(line, key, what); };
  return List(ReadText)(ToSetting(*node, 0), report).value_or(std::vector<LocatedText>{});
}

// Reads `text` after the texts that it names.  `skips_unknown`: tables that `keys` does not know are ignored, as for a
// preset.
void ReadToml(const std::string& file, std::string_view text, const Form& form, ConfigDraft& draft, ErrorList& errors) {
  const auto root = ParseToml(file, text, 0, errors);
  if (!root) return;
  if (form.names_others) {
    const std::string directory = std::filesystem::path(file).parent_path().string();
    for (const ConfigSource& source :
         NamedSources(directory, TextsOf(*root, kPresets, errors), TextsOf(*root, kInclude, errors), errors)) {
      Form named{.keys = form.keys, .moved = errors.AddSource(source.file, source.text)};
      named.skips_unknown = form.skips_unknown && IsPreset(source.file);
      if (!IsPreset(source.file)) draft.config.files.push_back(source.file);
      if (const auto other = ParseToml(source.file, source.text, named.moved, errors)) {
        Reading(std::move(named), draft, errors).ReadRoot(*other);
      }
    }
  }
  Form own = form;
  own.skips_unknown = false;
  Reading(std::move(own), draft, errors).ReadRoot(*root);
}

// Puts the sites of a file in the place of each "file:NAME" among dnsbl.sites: a ready set is switched on by one line.
// Relative names are below `directory`.
void ReadZoneFiles(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  constexpr std::string_view kPrefix = "file:";
  std::vector<LocatedText> zones;
  for (LocatedText& entry : draft.zones) {
    if (!entry.text.starts_with(kPrefix)) {
      zones.push_back(std::move(entry));
      continue;
    }
    const std::string file = (std::filesystem::path(directory) / entry.text.substr(kPrefix.size())).string();
    const auto text = runtime::ReadFile(file);
    if (!text) {
      errors.Add(entry.line, "dnsbl.sites", fmt::format("{}: {}", file, text.error().message));
      continue;
    }
    ErrorList own_errors(file);
    ConfigDraft of_file;
    draft.config.files.push_back(file);
    ReadToml(file, *text, {.keys = ZoneFileKeys()}, of_file, own_errors);
    for (std::string& error : own_errors.Sorted()) errors.AddForeign(entry.line, std::move(error));
    for (LocatedText& zone : of_file.zones) zones.push_back({std::move(zone.text), entry.line});
  }
  draft.zones = std::move(zones);
}

// Of the lists that the shadow policy has for itself.
void AddShadowWarnings(const std::vector<rules::Statement>& of_shadow, Config& config) {
  const std::vector<rules::Statement> said = config.warnings;
  for (rules::Statement warning : of_shadow) {
    if (std::ranges::find(said, warning) != said.end()) continue;
    for (auto& [place, value] : warning.about) {
      if (place == "key") value = "shadow.policy: " + rules::PrintValue(value);
    }
    config.warnings.push_back(std::move(warning));
  }
}

// Brings the shadow policy of a completed draft into its Config; relative paths in it are below `directory`, too.
ConfigErrors ReadShadow(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  if (draft.shadow.text.empty()) return {};
  const std::string file = (std::filesystem::path(directory) / draft.shadow.text).string();
  const auto text = runtime::ReadFile(file);
  if (!text) {
    errors.Add(draft.shadow.line, "shadow.policy", fmt::format("{}: {}", file, text.error().message));
    return errors.Sorted();
  }
  draft.config.files.push_back(file);
  ErrorList own_errors(file, *text);
  ConfigDraft shadow = draft;
  shadow.lines.clear();
  shadow.config.overridden.clear();
  ReadToml(file, *text, {.keys = ShadowKeys(), .names_others = true, .skips_unknown = true}, shadow, own_errors);
  if (shadow.lines.contains("dynamic_names.tables")) {
    shadow.policy.dynamic_tables.clear();
  } else {
    shadow.tables.clear();  // they are read already
  }
  ReadZoneFiles(directory, shadow, own_errors);
  if (own_errors.empty()) CompleteDraft(directory, shadow, own_errors);
  if (!own_errors.empty()) return own_errors.Sorted();
  if (shadow.lines.empty()) draft.config.warnings.push_back(Warning("shadow_changes_nothing", {{"file", file}}));
  AddShadowWarnings(ZoneWarnings(shadow.policy, shadow.threshold > 0), draft.config);
  draft.config.shadow = std::make_shared<const rules::Policy>(std::move(shadow.policy));
  draft.config.files = std::move(shadow.config.files);
  // Its lists are tested, too.
  draft.config.no_test_point = std::move(shadow.config.no_test_point);
  draft.config.test_points.merge(shadow.config.test_points);
  return {};
}

}  // namespace

std::variant<Config, ConfigErrors> ParseConfig(const std::string& file, std::string_view text) {
  ErrorList errors(file, text);
  ConfigDraft draft;
  const std::string directory = std::filesystem::path(file).parent_path().string();
  ReadToml(file, text, {.keys = ConfigKeys(), .names_others = true}, draft, errors);
  ReadZoneFiles(directory, draft, errors);
  CompleteDraft(directory, draft, errors);
  if (!errors.empty()) return errors.Sorted();

  Config& config = draft.config;
  config.files.insert(config.files.begin(), file);
  for (auto& warnings :
       {ListenWarnings(config), SharedWarnings(config.shared), ResolverWarnings(draft.policy, config.dns.servers),
        ZoneWarnings(draft.policy, draft.threshold > 0), EffectWarnings(draft, errors)}) {
    config.warnings.insert(config.warnings.end(), warnings.begin(), warnings.end());
  }
  if (auto in_shadow = ReadShadow(directory, draft, errors); !in_shadow.empty()) return in_shadow;
  config.policy = std::make_shared<const rules::Policy>(std::move(draft.policy));
  return std::move(config);
}

std::variant<Config, ConfigErrors> LoadConfig(const std::string& file, bool is_default) {
  const bool is_missing_default = is_default && access(file.c_str(), F_OK) != 0;
  const auto text = is_missing_default ? std::string() : runtime::ReadFile(file);
  if (!text) return ConfigErrors{runtime::Shown(fmt::format("{}: {}", file, text.error().message))};

  auto parsed = ParseConfig(file, *text);
  auto* config = std::get_if<Config>(&parsed);
  if (!config || !config->dns.servers.empty()) return parsed;
  if (const auto resolv_conf = runtime::ReadFile("/etc/resolv.conf")) {
    for (auto& warning : ResolverWarnings(*config->policy, NameServersOf(*resolv_conf))) {
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
  if (running.why.listen != next.why.listen) keys.emplace_back("why.listen");
  if (running.store.directory != next.store.directory) keys.emplace_back("store.directory");
  if (running.store.max_size != next.store.max_size) keys.emplace_back("store.max_size");
  for (std::string& key : SharedKeysThatDiffer(running.shared, next.shared)) keys.push_back(std::move(key));
  if (running.log.target != next.log.target) keys.emplace_back("log.target");
  if (running.log.style != next.log.style) keys.emplace_back("log.style");
  return keys;
}

}  // namespace policyd::config
