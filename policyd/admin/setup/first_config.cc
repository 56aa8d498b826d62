#include "policyd/admin/setup/first_config.h"

#include <algorithm>

#include "policyd/config/config.h"
#include "rules/policy.h"
#include "rules/values/ascii.h"
#include "rules/values/ip_address.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kBetweenNetworks = ", \t\r\n";

// A key in its table; "" is before the first.
struct Setting {
  std::string table, key, value;
};

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string ArrayOf(const std::vector<std::string>& texts) {
  std::string array;
  for (const std::string& text : texts) array += (array.empty() ? "[" : ", ") + Quoted(text);
  return array + "]";
}

// Of a configuration that says nothing.
std::vector<rules::Network> Defaults() {
  const auto nothing = config::ParseConfig("", "");
  const auto* config = std::get_if<config::Config>(&nothing);
  return config ? config->policy->own_networks : std::vector<rules::Network>();
}

std::vector<std::string> DefaultNetworks() {
  std::vector<std::string> networks;
  for (const rules::Network& network : Defaults()) networks.push_back(network.ToString());
  return networks;
}

std::vector<Setting> SettingsOf(const FirstConfig& config) {
  std::vector<Setting> settings;
  if (config.wants_lists) settings.push_back({"", "presets", "[\"dnsbl\"]"});
  if (config.resolver) settings.push_back({"dns", "servers", ArrayOf({*config.resolver})});
  settings.push_back({"policy", "mode", Quoted(config.mode)});
  if (!config.own_networks.empty()) {
    std::vector<std::string> all = DefaultNetworks();
    all.insert(all.end(), config.own_networks.begin(), config.own_networks.end());
    settings.push_back({"policy", "own_networks", ArrayOf(all)});
  }
  return settings;
}

// "[::1]/128" and "[::1]" of Postfix without the brackets.
std::string WithoutBrackets(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '[' && c != ']') plain += c;
  }
  return plain;
}

bool IsHeld(const rules::Network& network) {
  const auto defaults = Defaults();
  return std::any_of(defaults.begin(), defaults.end(), [&network](const rules::Network& known) {
    return known.base().is_v4() == network.base().is_v4() && known.prefix() <= network.prefix() &&
           known.Contains(network.base());
  });
}

void AddNetwork(std::string_view word, OwnNetworks& found) {
  constexpr int kWidestV4 = 8;
  constexpr int kWidestV6 = 16;
  const auto leave_out = [&](const std::string& why) { found.left_out.push_back(std::string(word) + ": " + why); };
  if (word.starts_with('!')) return leave_out("an exception: there is none in own_networks");
  const bool is_table = word.starts_with('/') || (word.find(':') != std::string_view::npos && !word.starts_with('['));
  if (is_table) return leave_out("a table: list its networks in policy.own_networks");
  const std::string plain = WithoutBrackets(word);
  if (plain.starts_with("::ffff:")) return;  // IPv4 in another form
  const auto network = rules::Network::Parse(plain);
  if (!network) return leave_out(network.error().message);
  if (network->prefix() < (network->base().is_v4() ? kWidestV4 : kWidestV6)) {
    return leave_out("so wide that strangers are in it: nothing of theirs would be checked");
  }
  const std::string text = network->ToString();
  const bool is_new = std::find(found.networks.begin(), found.networks.end(), text) == found.networks.end();
  if (is_new && !IsHeld(*network)) found.networks.push_back(text);
}

}  // namespace

OwnNetworks ReadMynetworks(std::string_view mynetworks) {
  OwnNetworks found;
  while (true) {
    const std::size_t begin = mynetworks.find_first_not_of(kBetweenNetworks);
    if (begin == std::string_view::npos) return found;
    mynetworks.remove_prefix(begin);
    const std::size_t end = std::min(mynetworks.find_first_of(kBetweenNetworks), mynetworks.size());
    AddNetwork(mynetworks.substr(0, end), found);
    mynetworks.remove_prefix(end);
  }
}

std::string FirstConfigText(const FirstConfig& config) {
  std::string text, table;
  for (const Setting& setting : SettingsOf(config)) {
    if (setting.table != table) text += (text.empty() ? "[" : "\n[") + setting.table + "]\n";
    table = setting.table;
    text += setting.key + " = " + setting.value + "\n";
  }
  return text;
}

rules::Result<std::string> SetInSample(std::string_view sample, const FirstConfig& config) {
  std::vector<Setting> open = SettingsOf(config);
  std::string text, table;
  for (const std::string_view line : rules::SplitLines(sample)) {
    std::string written(line);
    const bool is_comment = line.empty() || line.starts_with('#');
    if (line.starts_with('[') && line.ends_with(']')) {
      table = line.substr(1, line.size() - 2);
    } else if (!is_comment) {
      return rules::Error{"it has settings already: \"" + written + "\""};
    }
    const auto set = std::find_if(open.begin(), open.end(), [&](const Setting& setting) {
      return setting.table == table && line.starts_with("#" + setting.key + " = ");
    });
    if (set != open.end()) {
      written = set->key + " = " + set->value;
      open.erase(set);
    }
    text += written + "\n";
  }
  if (!open.empty()) return rules::Error{"it has no line \"#" + open.front().key + " = ...\" in its place"};
  return text;
}

}  // namespace policyd::admin
