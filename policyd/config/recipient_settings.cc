// Grammar of an element of `match`:
//   match = "user@domain" | "user@" | "@domain" | ".domain" | table
//   table = (type ":")? path        type: as in Postfix; the text is read, never what postmap made of it
#include "policyd/config/recipient_settings.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_values.h"
#include "policyd/config/warning_rows.h"
#include "policyd/runtime/file.h"

namespace policyd::config {
namespace {

using rules::Action;
using rules::BandActions;

constexpr std::string_view kTable = "recipients";

Report Under(std::string_view key, const Report& report) {
  return [key = fmt::format("{}.{}", kTable, key), &report](int line, const std::string& what) {
    report(line, fmt::format("{}: {}", key, what));
  };
}

std::optional<BandActions> ReadBandActions(const ConfigValue& setting, const Report& report) {
  constexpr std::array<std::pair<std::string_view, Action BandActions::*>, 4> kBands{
      {{"tag", &BandActions::tag},
       {"greylist", &BandActions::greylist},
       {"defer", &BandActions::defer},
       {"reject", &BandActions::reject}}};
  const auto* members = std::get_if<ConfigValue::Table>(&setting.value);
  if (!members) {
    ReportMismatch(setting, "a table of BAND = \"ACTION\"", report);
    return std::nullopt;
  }
  BandActions actions;
  bool is_sound = true;
  for (const ConfigValue::Member& given : *members) {
    const auto band =
        std::find_if(kBands.begin(), kBands.end(), [&](const auto& known) { return known.first == given.name; });
    const auto action = band == kBands.end() ? std::nullopt : Text(ParseBandAction)(given.value, report);
    if (band == kBands.end()) {
      report(given.value.line, fmt::format("expected tag, greylist, defer or reject, got {}", given.name));
    } else if (action) {
      actions.*(band->second) = *action;
    }
    is_sound &= action.has_value();
  }
  return is_sound ? std::optional(actions) : std::nullopt;
}

struct Member {
  std::string_view name;
  std::function<void(const ConfigValue&, const Report&, RecipientSettings&)> read;
};

template <class Reader, class T>
Member MemberKey(std::string_view name, Reader read, T RecipientSettings::*member) {
  return {name, [read, member](const ConfigValue& setting, const Report& report, RecipientSettings& settings) {
            if (auto value = read(setting, report)) settings.*member = *std::move(value);
          }};
}

std::vector<Member> Members() {
  return {
      MemberKey("name", Text(ParseClassName), &RecipientSettings::name),
      MemberKey("match", List(ReadText), &RecipientSettings::match),
      MemberKey("mode", Text(ParseMode), &RecipientSettings::mode),
      MemberKey("tag", ReadBand, &RecipientSettings::tag),
      MemberKey("greylist", ReadBand, &RecipientSettings::greylist),
      MemberKey("defer", ReadBand, &RecipientSettings::defer),
      MemberKey("reject", ReadBand, &RecipientSettings::reject),
      MemberKey("greylisting", ReadBool, &RecipientSettings::is_greylisted),
      MemberKey("forwards", ReadBool, &RecipientSettings::forwards),
      MemberKey("actions", ReadBandActions, &RecipientSettings::actions),
  };
}

RecipientSettings ReadOne(int line, const ConfigValue::Table& table, const Report& report) {
  const std::vector<Member> members = Members();
  RecipientSettings settings;
  settings.line = line;
  for (const ConfigValue::Member& given : table) {
    const auto member =
        std::find_if(members.begin(), members.end(), [&](const Member& known) { return known.name == given.name; });
    if (member != members.end()) {
      member->read(given.value, Under(given.name, report), settings);
      continue;
    }
    std::string known;
    for (const Member& each : members) known += fmt::format("{}{}", known.empty() ? "" : ", ", each.name);
    Under(given.name, report)(given.value.line, fmt::format("unknown key, expected one of {}", known));
  }
  return settings;
}

// What would be tagged or greylisted would be passed on, with our name.  Held mail leaves only by a person's hand; what
// is deferred waits at its sender, who is told why and can still be let in, and the more points the less is done for
// it.
Action ForForwarded(Action action) {
  if (action == Action::kTag) return Action::kHold;
  return action == Action::kGreylist ? Action::kDefer : action;
}

BandActions ForForwarded(const BandActions& actions) {
  return {.tag = ForForwarded(actions.tag),
          .greylist = ForForwarded(actions.greylist),
          .defer = ForForwarded(actions.defer),
          .reject = ForForwarded(actions.reject)};
}

rules::Treatment TreatmentOf(const RecipientSettings& settings, const rules::Policy& policy, ErrorList& errors) {
  rules::Treatment treatment{.name = settings.name,
                             .mode = settings.mode.value_or(policy.mode),
                             .bands = {.tag = settings.tag.value_or(policy.bands.tag),
                                       .greylist = settings.greylist.value_or(policy.bands.greylist),
                                       .defer = settings.defer.value_or(policy.bands.defer),
                                       .reject = settings.reject.value_or(policy.bands.reject)},
                             .actions = settings.forwards ? ForForwarded(settings.actions) : settings.actions};
  if (!treatment.name && !settings.match.empty()) treatment.name = settings.match.front().text;
  if (!settings.is_greylisted) treatment.bands.greylist.reset();
  CheckBands(treatment.bands, "", [&](std::string_view key, std::string_view, const std::string& text) {
    errors.Add(settings.line, fmt::format("{}.{}", kTable, key), text);
  });
  return treatment;
}

// The path if the text names a table, else nothing.
std::optional<std::string> TablePath(std::string_view text, const std::string& directory) {
  bool is_table = text.starts_with('/');
  for (const std::string_view type : {"texthash:", "hash:", "btree:", "lmdb:", "cdb:", "dbm:"}) {
    if (!text.starts_with(type)) continue;
    text.remove_prefix(type.size());
    is_table = true;
    break;
  }
  if (!is_table) return std::nullopt;
  return (std::filesystem::path(directory) / text).string();  // a full path stays as it is
}

class Building {
 public:
  Building(std::string directory, ErrorList& errors, std::vector<rules::Statement>& warnings)
      : directory_(std::move(directory)), errors_(errors), warnings_(warnings) {}

  void Add(const RecipientSettings& settings, const rules::Policy& policy) {
    if (settings.match.empty()) return errors_.Add(settings.line, kMatch, "expected at least one address or domain");
    const auto treatment = std::make_shared<const rules::Treatment>(TreatmentOf(settings, policy, errors_));
    for (const LocatedText& match : settings.match) {
      if (const auto path = TablePath(match.text, directory_)) {
        AddTable(*path, match.line, treatment);
      } else if (const auto key = rules::ParseRecipientKey(match.text)) {
        AddKey({*key, false}, match.line, treatment);
      } else {
        errors_.Add(match.line, kMatch, key.error().message + ", or a table such as texthash:/path");
      }
    }
  }

  rules::RecipientClasses Take() { return std::move(classes_); }

 private:
  static constexpr std::string_view kMatch = "recipients.match";

  void AddTable(const std::string& path, int line, const std::shared_ptr<const rules::Treatment>& treatment) {
    const auto content = runtime::ReadFile(path);
    if (!content) return errors_.Add(line, kMatch, fmt::format("{}: {}", path, content.error().message));
    const auto rows = rules::ParseRecipientTable(path, *content);
    if (!rows) return errors_.AddForeign(line, rows.error().message);
    if (rows->empty()) warnings_.push_back(Warning("names_nobody", {{"file", path}}));
    for (const rules::RecipientRow& row : *rows) AddKey(row, line, treatment);
  }

  void AddKey(const rules::RecipientRow& row, int line, const std::shared_ptr<const rules::Treatment>& treatment) {
    if (classes_.Add(row.key, row.is_exception ? nullptr : treatment)) return;
    errors_.Add(line, kMatch, fmt::format("expected every address and domain once, got {} again", row.key));
  }

  const std::string directory_;
  ErrorList& errors_;
  std::vector<rules::Statement>& warnings_;
  rules::RecipientClasses classes_;
};

}  // namespace

std::optional<std::vector<RecipientSettings>> ReadRecipientSettings(const ConfigValue& setting, const Report& report) {
  const auto* elements = std::get_if<ConfigValue::Array>(&setting.value);
  const auto is_table = [](const ConfigValue& element) {
    return std::holds_alternative<ConfigValue::Table>(element.value);
  };
  if (!elements || !std::all_of(elements->begin(), elements->end(), is_table)) {
    report(setting.line,
           fmt::format("{}: expected tables, each under [[{}]], got {}", kTable, kTable, setting.Describe()));
    return std::nullopt;
  }
  std::vector<RecipientSettings> all;
  for (const ConfigValue& element : *elements) {
    all.push_back(ReadOne(element.line, *std::get_if<ConfigValue::Table>(&element.value), report));
  }
  return all;
}

rules::RecipientClasses BuildRecipientClasses(const std::string& directory,
                                              const std::vector<RecipientSettings>& settings,
                                              const rules::Policy& policy, ErrorList& errors,
                                              std::vector<rules::Statement>& warnings) {
  Building building(directory, errors, warnings);
  for (const RecipientSettings& each : settings) building.Add(each, policy);
  return building.Take();
}

}  // namespace policyd::config
