// The table of all keys of the configuration: one line a key, which says where its value goes and how it is read.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/config/config_value.h"
#include "policyd/config/recipient_settings.h"
#include "rules/policy.h"

namespace policyd::config {

// A configuration half read: what needs a second key, a file or the machine's name waits as text with its line.
struct ConfigDraft {
  Config config;
  rules::Policy policy;
  std::vector<LocatedText> zones, name_zones, outbound_zones;
  std::vector<TableSetting> tables;                        // dynamic_names.tables
  std::vector<std::pair<std::string, LocatedText>> names;  // dnsbl.names
  std::vector<PointRows> test_points;                      // dnsbl.test_points
  std::vector<RecipientSettings> recipients;
  LocatedText shadow;      // shadow.policy
  LocatedText token_file;  // http.token_file
  struct {
    LocatedText password, key;
  } shared_files;  // shared.password_file and key_file
  int threshold = 0;
  std::map<std::string, int, std::less<>> lines;  // "policy.tag": where a key that was given stands, the last time

  ConfigDraft();
  int LineOf(std::string_view key) const;  // 0 if the key was not given
};

struct ConfigKey {
  std::string_view table, name;
  // Where the name is empty: reads what stands under `table` as a whole, and reports with the key.
  std::function<void(const ConfigValue&, const Report&, ConfigDraft&)> read;
  bool is_added = false;  // a second text's value is added to the first's; else it takes its place
};

std::vector<ConfigKey> ConfigKeys();

}  // namespace policyd::config
