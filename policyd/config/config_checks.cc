#include "policyd/config/config_checks.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>

#include "policyd/config/config_sources.h"
#include "policyd/config/config_values.h"
#include "policyd/config/secret_files.h"
#include "policyd/config/shared_settings.h"
#include "policyd/config/warning_rows.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/file.h"
#include "policyd/runtime/shown.h"
#include "rules/tables/pattern_cost.h"
#include "rules/tables/pattern_table.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/public_suffixes.h"
#include "rules/zones/zone.h"

namespace policyd::config {
namespace {

// Debian's package publicsuffix keeps this list newer than the one compiled into libpsl.  The text beside it would cost
// each start 5 ms more.
constexpr const char* kPublicSuffixFile = "/usr/share/publicsuffix/public_suffix_list.dafsa";

void CheckPolicyBands(const ConfigDraft& draft, ErrorList& errors) {
  CheckBands(draft.policy.bands, "policy.",
             [&](std::string_view key, std::string_view milder, const std::string& text) {
               // At least one of the two was given; the defaults increase.
               errors.Add(std::max(draft.LineOf(key), draft.LineOf(milder)), key, text);
             });
}

void CheckGreylist(const ConfigDraft& draft, ErrorList& errors) {
  const rules::GreylistSettings& greylist = draft.policy.greylist;
  if (greylist.delay < greylist.retry_window) return;
  const int line = std::max(draft.LineOf("greylist.delay"), draft.LineOf("greylist.retry_window"));
  errors.Add(line, "greylist.retry_window",
             fmt::format("expected more than greylist.delay ({}), got {}", rules::PrintDuration(greylist.delay),
                         rules::PrintDuration(greylist.retry_window)));
}

// dnsbl.names with normalised zones.
std::map<std::string, std::string> ShownNames(const ConfigDraft& draft, ErrorList& errors) {
  constexpr std::string_view kKey = "dnsbl.names";
  std::map<std::string, std::string> names;
  for (const auto& [zone, shown] : draft.names) {
    const auto normalised = ParseHostName(zone);
    const auto name = ParseHostName(shown.text);
    if (!normalised) errors.Add(shown.line, kKey, normalised.error().message);
    if (!name) errors.Add(shown.line, kKey, name.error().message);
    if (normalised && name) names[*normalised] = *name;
  }
  return names;
}

bool IsOfName(char c) {
  return rules::IsAlphanumeric(c) || c == '.' || c == '-' || c == '_';
}

// A text that is no zone may still hold a key.
std::string WithoutLongLabels(std::string_view text) {
  constexpr std::size_t kKeyLength = 20;
  std::string shown;
  while (!text.empty()) {
    const auto end = std::find_if_not(text.begin(), text.end(), rules::IsAlphanumeric);
    const auto length = static_cast<std::size_t>(end - text.begin());
    shown += length >= kKeyLength ? "KEY" : text.substr(0, length);
    text.remove_prefix(length);
    if (text.empty()) break;
    shown += text.front();
    text.remove_prefix(1);
  }
  return shown;
}

// Zones may hold keys, which no output shows: each is printed as it is shown elsewhere.
std::string WithoutKeys(std::string_view text, const std::map<std::string, std::string>& names) {
  std::string shown;
  while (!text.empty()) {
    const auto end = std::find_if_not(text.begin(), text.end(), IsOfName);
    const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const auto zone = rules::NormalizeHostName(word);
    const std::string of_zone = zone ? rules::ShownZone(*zone, names) : std::string();
    shown += WithoutLongLabels(zone && of_zone != *zone ? of_zone : word);
    text.remove_prefix(word.size());
    if (text.empty()) break;
    shown += text.front();
    text.remove_prefix(1);
  }
  return shown;
}

// Nothing after an error.
std::vector<rules::Zone> ParseZones(std::string_view key, const std::vector<LocatedText>& entries,
                                    const std::map<std::string, std::string>& names, int threshold, ErrorList& errors) {
  std::vector<std::string> texts;
  bool failed = false;
  for (const LocatedText& entry : entries) {
    texts.push_back(entry.text);
    // Each alone first: an error then has the line of its entry, and the others are looked at too.
    const auto alone = rules::ParseZones(std::span(&texts.back(), 1), names, threshold);
    if (alone) continue;
    constexpr std::string_view kPrefix = "entry 1 ";
    const std::string_view message = alone.error().message;
    errors.Add(entry.line, key,
               WithoutKeys(message.starts_with(kPrefix) ? message.substr(kPrefix.size()) : message, names));
    failed = true;
  }
  if (failed || texts.empty()) return {};
  auto zones = rules::ParseZones(texts, names, threshold);
  if (zones) return *std::move(zones);
  errors.Add(entries.front().line, key, zones.error().message);
  return {};
}

std::set<std::string> NamesOf(const std::vector<rules::Zone>& zones) {
  std::set<std::string> names;
  for (const rules::Zone& zone : zones) names.insert(zone.name);
  return names;
}

// The points of one zone: addresses for `sites`, names for `name_sites`.
std::vector<std::string> ParsePoints(const std::vector<LocatedText>& texts, bool of_addresses, ErrorList& errors) {
  std::vector<std::string> points;
  for (const LocatedText& text : texts) {
    const auto name = rules::NormalizeHostName(text.text);
    const bool is_address = rules::IpAddress::Parse(text.text).has_value();
    if (of_addresses ? is_address : name.has_value()) {
      points.push_back(of_addresses ? text.text : *name);
    } else {
      errors.Add(text.line, "dnsbl.test_points",
                 fmt::format("expected {}, got \"{}\"", of_addresses ? "an IP address" : "a name", text.text));
    }
  }
  return points;
}

void ReadTestPoints(ConfigDraft& draft, ErrorList& errors) {
  const auto zones = NamesOf(draft.policy.zones);
  const auto name_zones = NamesOf(draft.policy.name_zones);
  for (const PointRows& row : draft.test_points) {
    const auto zone = rules::NormalizeHostName(row.zone);
    const bool of_names = zone && name_zones.contains(*zone);
    if (!zone || (!of_names && !zones.contains(*zone))) {
      errors.Add(row.line, "dnsbl.test_points", "expected a zone of dnsbl.sites or dnsbl.name_sites");
      continue;
    }
    draft.config.test_points[*zone] = {.must = ParsePoints(row.must, !of_names, errors),
                                       .must_not = ParsePoints(row.must_not, !of_names, errors)};
  }
}

struct TableFile {
  std::filesystem::path path;
  rules::PatternSyntax syntax = rules::PatternSyntax::kPcre;
};

// "regexp:/path", "pcre:/path" or a path; a relative one is below `directory`.
TableFile FindTable(std::string_view text, const std::string& directory) {
  TableFile table;
  for (const std::string_view type : {"regexp:", "pcre:"}) {
    if (!text.starts_with(type)) continue;
    text.remove_prefix(type.size());
    if (type == "regexp:") table.syntax = rules::PatternSyntax::kPosix;
    break;
  }
  table.path = std::filesystem::path(directory) / text;
  return table;
}

// A preset's own tables come with it.
rules::Result<std::string> ReadTableFile(const TableFile& table, const std::string& named_in) {
  if (!IsPreset(named_in)) return runtime::ReadFile(table.path.string());
  if (const auto content = PresetFile(table.path.filename().string())) return std::string(*content);
  return rules::Error{"expected a table of the presets"};
}

void ReadTables(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  constexpr std::string_view kKey = "dynamic_names.tables";
  for (const TableSetting& entry : draft.tables) {
    const TableFile file = FindTable(entry.file.text, directory);
    const auto content = ReadTableFile(file, errors.PlaceOf(entry.file.line).file);
    if (!content) {
      errors.Add(entry.file.line, kKey, fmt::format("{}: {}", file.path.string(), content.error().message));
      continue;
    }
    if (!IsPreset(errors.PlaceOf(entry.file.line).file)) draft.config.files.push_back(file.path.string());
    auto table = rules::PatternTable::Parse(file.path.string(), *content, file.syntax);
    if (const auto cheap =
            rules::CheckTableCost(file.path.string(), *content, file.syntax, runtime::ProcessorNanoseconds);
        table && !cheap) {
      table = cheap.error();
    }
    if (table) {
      draft.policy.dynamic_tables.push_back(
          {.patterns = *std::move(table), .shown = file.path.filename().string(), .decides = entry.decides});
    } else {
      errors.AddForeign(entry.file.line, table.error().message);
    }
  }
}

std::string MachineName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return rules::NormalizeHostName(name.data()).value_or("localhost");
}

void ReadPublicSuffixes(ConfigDraft& draft) {
  draft.policy.suffixes = rules::PublicSuffixes::Builtin();
  const auto content = runtime::ReadFile(kPublicSuffixFile);
  if (!content) return;
  auto list = rules::PublicSuffixes::Parse(*content);
  if (list) {
    draft.policy.suffixes = *std::move(list);
  } else {
    draft.config.warnings.push_back(
        Warning("suffixes", {{"file", std::string(kPublicSuffixFile)}, {"error", list.error().message}}));
  }
}

void ReadToken(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  constexpr std::string_view kKey = "http.token_file";
  if (draft.token_file.text.empty()) return;
  const std::string path = (std::filesystem::path(directory) / draft.token_file.text).string();
  auto read = ReadTokenFile(path);
  if (const auto* error = std::get_if<rules::Error>(&read)) {
    return errors.Add(draft.token_file.line, kKey, error->message);
  }
  draft.config.files.push_back(path);
  if (auto* token = std::get_if<std::string>(&read)) {
    draft.config.http_access.token = std::move(*token);
  } else {
    draft.config.warnings.push_back(Warning("token_file", {{"file", path}}));
  }
}

}  // namespace

void CheckBands(
    const rules::Bands& bands, std::string_view prefix,
    const std::function<void(std::string_view key, std::string_view milder, const std::string& text)>& tell) {
  struct Band {
    std::string key;
    std::optional<rules::Points> from;
  };
  const auto key = [prefix](std::string_view name) { return std::string(prefix).append(name); };
  const std::array<Band, 4> in_order{{{key("tag"), bands.tag},
                                      {key("greylist"), bands.greylist},
                                      {key("defer"), bands.defer},
                                      {key("reject"), bands.reject}}};
  const Band* milder = nullptr;
  for (const Band& band : in_order) {
    if (!band.from) continue;
    if (milder && *band.from < *milder->from) {
      tell(band.key, milder->key,
           fmt::format("expected at least the {} of {}, got {}", rules::PrintPoints(*milder->from), milder->key,
                       rules::PrintPoints(*band.from)));
    }
    milder = &band;
  }
}

void ErrorList::Add(int line, std::string_view key, std::string_view what) {
  const std::string shown = key.starts_with("dnsbl.") ? WithoutKeys(what, {}) : std::string(what);
  const Place place = PlaceOf(line);
  errors_.emplace_back(line, fmt::format("{}:{}: {}{}{}", place.file, place.line, key, key.empty() ? "" : ": ", shown));
}

int ErrorList::AddSource(std::string file, std::string_view text) {
  const int moved = end_;
  sources_.push_back({std::move(file), moved});
  end_ += static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
  return moved;
}

ErrorList::Place ErrorList::PlaceOf(int line) const {
  auto source = std::find_if(sources_.rbegin(), sources_.rend(), [line](const Place& s) { return s.line < line; });
  if (source == sources_.rend()) return {sources_.front().file, line};
  return {source->file, line - source->line};
}

void ErrorList::AddForeign(int line, std::string text) {
  errors_.emplace_back(line, std::move(text));
}

ConfigErrors ErrorList::Sorted() const {
  auto sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  ConfigErrors texts;
  for (const auto& [line, text] : sorted) texts.push_back(runtime::Shown(text));
  return texts;
}

// Each costs a question to each list, and a label of a metric.
void CheckWatch(const ConfigDraft& draft, ErrorList& errors) {
  constexpr std::size_t kMost = 64;
  const WatchSettings& watch = draft.config.watch;
  const auto check = [&](const char* key, std::size_t count) {
    if (count <= kMost) return;
    errors.Add(draft.LineOf(key), key, fmt::format("expected at most {}, got {}", kMost, count));
  };
  check("watch.addresses", watch.addresses.size());
  check("watch.domains", watch.domains.size());
  check("watch.lists", watch.lists.size());
}

// Mail that is held must not be locked out before.
void CheckOutbound(const ConfigDraft& draft, ErrorList& errors) {
  const rules::OutboundSettings& outbound = draft.policy.outbound;
  if (!outbound.hold || !outbound.lock || *outbound.hold <= *outbound.lock) return;
  errors.Add(std::max(draft.LineOf("outbound.hold"), draft.LineOf("outbound.lock")), "outbound.lock",
             fmt::format("expected {} (outbound.hold) or more, got {}", rules::PrintPoints(*outbound.hold),
                         rules::PrintPoints(*outbound.lock)));
}

void CompleteDraft(const std::string& directory, ConfigDraft& draft, ErrorList& errors) {
  rules::Policy& policy = draft.policy;
  CheckPolicyBands(draft, errors);
  CheckGreylist(draft, errors);
  const auto names = ShownNames(draft, errors);
  policy.zones = ParseZones("dnsbl.sites", draft.zones, names, draft.threshold, errors);
  policy.name_zones = ParseZones("dnsbl.name_sites", draft.name_zones, names, 0, errors);
  policy.outbound.zones = ParseZones("outbound.sites", draft.outbound_zones, names, 0, errors);
  ReadTestPoints(draft, errors);
  ReadTables(directory, draft, errors);
  ReadToken(directory, draft, errors);
  CheckWatch(draft, errors);
  CheckOutbound(draft, errors);
  CompleteShared(directory, draft, errors);
  policy.points[static_cast<std::size_t>(rules::SignalKind::kTable)] = policy.PointsOf(rules::SignalKind::kDynamicName);
  if (policy.own_names.empty()) policy.own_names.push_back(MachineName());
  if (policy.reply.hostname.empty()) policy.reply.hostname = MachineName();
  ReadPublicSuffixes(draft);
  policy.recipients = BuildRecipientClasses(directory, draft.recipients, policy, errors, draft.config.warnings);
}

}  // namespace policyd::config
