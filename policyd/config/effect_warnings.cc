#include "policyd/config/config_checks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "policyd/config/warning_rows.h"
#include "rules/signal_table.h"
#include "rules/tables/table_action.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/zones/zone.h"

namespace policyd::config {
namespace {

constexpr std::size_t kLinesNamed = 3;  // of one table

class EffectCheck {
 public:
  EffectCheck(const ConfigDraft& draft, const ErrorList& places) : draft_(draft), places_(places) {}

  std::vector<rules::Statement> Run() {
    Bands();
    Greylist();
    Points();
    Lists();
    for (const rules::ClientTable& table : draft_.policy.dynamic_tables) Table(table);
    Classes();
    Why();
    Shared();
    return std::move(warnings_);
  }

 private:
  // "KEY has no effect: WHY (FILE:LINE)", where the key was given.
  void Say(std::string_view key, WarningKind kind, rules::StatementPlaces about = {}) {
    if (const int line = draft_.LineOf(key)) SayAt(line, key, kind, std::move(about));
  }

  void SayAt(int line, std::string_view key, WarningKind kind, rules::StatementPlaces about = {}) {
    const auto place = places_.PlaceOf(line);
    about.emplace_back("key", std::string(key));
    about.emplace_back("place", fmt::format("{}:{}", place.file, place.line));
    warnings_.push_back(Warning(kind, std::move(about)));
  }

  // A band ends where the next one that is on begins.
  void Bands() {
    struct Band {
      std::string_view key;
      std::optional<rules::Points> from;
    };
    const rules::Bands& bands = draft_.policy.bands;
    std::optional<Band> above;
    for (const Band& band : {Band{"policy.reject", bands.reject}, Band{"policy.defer", bands.defer},
                             Band{"policy.greylist", bands.greylist}, Band{"policy.tag", bands.tag}}) {
      if (!band.from) continue;
      if (above && *above->from == *band.from) {
        SayAt(std::max(draft_.LineOf(band.key), draft_.LineOf(above->key)), band.key, "band_is_covered",
              {{"other", std::string(above->key)}, {"points", rules::PrintPoints(*band.from)}});
      }
      above = band;
    }
    const bool all_off = !bands.tag && !bands.greylist && !bands.defer && !bands.reject;
    if (all_off && draft_.recipients.empty()) {
      warnings_.push_back(Warning("all_bands_off"));
    }
  }

  // The page for senders that were turned away: nobody finds it unless a reply names it.
  void Why() {
    const rules::ReplyTexts& texts = draft_.policy.reply;
    bool is_told = false;
    for (const auto text : {&rules::ReplyTexts::defer, &rules::ReplyTexts::greylist, &rules::ReplyTexts::reject,
                            &rules::ReplyTexts::no_ptr, &rules::ReplyTexts::no_forward, &rules::ReplyTexts::mismatch,
                            &rules::ReplyTexts::unavailable_name, &rules::ReplyTexts::dynamic_name,
                            &rules::ReplyTexts::dnsbl, &rules::ReplyTexts::name_list, &rules::ReplyTexts::helo,
                            &rules::ReplyTexts::spf, &rules::ReplyTexts::blocklist, &rules::ReplyTexts::plain}) {
      is_told |= (texts.*text).find("{why_url}") != std::string::npos;
    }
    if (!texts.why_url.empty() && !is_told) Say("why.url", "why_url_in_no_text", {{"why_url", "{why_url}"}});
    if (texts.why_url.empty()) Say("why.listen", "why_url_not_set");
    if (draft_.config.why.listen) return;
    for (const char* key : {"why.requests", "why.contact", "why.proxies"}) Say(key, "why_is_off");
  }

  void Shared() {
    if (draft_.config.shared.is_on()) return;
    for (const auto& [key, line] : draft_.lines) {
      if (key.starts_with("shared.") && key != "shared.servers") SayAt(line, key, "shared_is_off");
    }
  }

  bool Greylists() const {
    if (draft_.policy.bands.greylist) return true;
    return std::any_of(draft_.recipients.begin(), draft_.recipients.end(), [](const RecipientSettings& settings) {
      const auto& actions = settings.actions;
      const bool by_action = actions.tag == rules::Action::kGreylist || actions.defer == rules::Action::kGreylist ||
                             actions.reject == rules::Action::kGreylist;
      return !settings.forwards && (by_action || (settings.greylist && *settings.greylist));
    });
  }

  void Greylist() {
    const rules::GreylistSettings& greylist = draft_.policy.greylist;
    if (greylist.max_pending_per_network > greylist.max_pending) {
      Say("greylist.max_pending_per_network", "more_than_max_pending");
    }
    if (greylist.known_correspondents && !draft_.policy.outbound.is_on()) {
      Say("greylist.known_correspondents", "outbound_is_off");
    }
    if (Greylists()) return;
    for (const auto& [key, line] : draft_.lines) {
      if (key.starts_with("greylist.")) SayAt(line, key, "greylist_is_off");
    }
    Say("reply.greylist", "greylist_is_off");
  }

  void Points() {
    using rules::SignalKind;
    constexpr std::array<std::pair<std::string_view, SignalKind>, 4> kReplies{
        {{"reply.no_ptr", SignalKind::kNoPtr},
         {"reply.no_forward", SignalKind::kNoForward},
         {"reply.mismatch", SignalKind::kMismatch},
         {"reply.unavailable_name", SignalKind::kUnavailableName}}};
    for (const auto& [key, kind] : kReplies) {
      if (draft_.policy.PointsOf(kind) <= rules::Points{}) Say(key, "no_points");
    }
    if (draft_.policy.has_name_rules) return;
    const auto counts = [&](SignalKind kind) { return draft_.policy.PointsOf(kind) > rules::Points{}; };
    if (counts(SignalKind::kCloudName)) Say("points.cloud_name", "own_rules_off");
    if (draft_.policy.dynamic_tables.empty() && counts(SignalKind::kDynamicName)) {
      for (const char* key : {"points.dynamic_name", "reply.dynamic_name"}) {
        Say(key, "own_rules_off_and_no_table");
      }
    }
  }

  void Lists() {
    const rules::Policy& policy = draft_.policy;
    if (policy.zones.empty()) {
      Say("dnsbl.threshold", "no_list");
      Say("reply.dnsbl", "no_list");
    }
    if (policy.name_zones.empty()) Say("reply.name_list", "no_list_of_names");
    std::set<std::string> zones;
    for (const auto* asked : {&policy.zones, &policy.name_zones}) {
      for (const rules::Zone& zone : *asked) zones.insert(zone.name);
    }
    for (const std::string& zone : draft_.config.no_test_point) {
      if (!zones.contains(zone)) Say("dnsbl.no_test_point", "zone_not_asked", {{"zone", rules::ShownZone(zone, {})}});
    }
    for (const auto& [zone, shown] : draft_.names) {
      const auto normalised = rules::NormalizeHostName(zone);
      if (normalised && !zones.contains(*normalised)) {
        // The name that the zone is shown by: its own may hold a key.
        SayAt(shown.line, "dnsbl.names", "zone_not_asked", {{"zone", shown.text}});
      }
    }
  }

  void Table(const rules::ClientTable& table) {
    std::vector<const rules::PatternTable::Match*> idle;
    std::size_t counting = 0;
    const auto actions = table.patterns->Actions();
    for (const rules::PatternTable::Match& rule : actions) {
      const rules::TableAction action = rules::ParseTableAction(rule.action);
      const bool is_next = action.kind == rules::TableAction::Kind::kNextTable;
      if (table.decides ? !is_next : action.turns_away()) ++counting;
      if (is_next && rules::LowerAscii(rule.action) != "dunno") idle.push_back(&rule);
    }
    for (std::size_t i = 0; i < std::min(idle.size(), kLinesNamed); ++i) {
      warnings_.push_back(Warning(table.decides ? WarningKind("table_line_of_deciding") : WarningKind("table_line"),
                                  {{"table", table.shown},
                                   {"line", std::to_string(idle[i]->line)},
                                   {"got", std::string(idle[i]->action.substr(0, 60))}}));
    }
    if (idle.size() > kLinesNamed) {
      warnings_.push_back(
          Warning("table_lines", {{"table", table.shown}, {"count", std::to_string(idle.size() - kLinesNamed)}}));
    }
    if (counting == 0) {
      const WarningKind kind = table.decides ? WarningKind("table_of_deciding_is_idle") : WarningKind("table_is_idle");
      warnings_.push_back(Warning(kind, {{"table", table.shown}}));
    }
  }

  void Classes() {
    for (const RecipientSettings& settings : draft_.recipients) {
      const bool changes = settings.mode || settings.tag || settings.greylist || settings.defer || settings.reject ||
                           !settings.is_greylisted || settings.forwards || settings.actions != rules::BandActions{};
      if (!changes) SayAt(settings.line, "recipients", "class_says_nothing");
      const bool only_tags = settings.mode.value_or(draft_.policy.mode) == rules::Mode::kTag;
      if (settings.forwards && only_tags) SayAt(settings.line, "recipients.forwards", "forwards_tagged");
      const rules::Bands& common = draft_.policy.bands;
      const auto is_off = [](const auto& own, const auto& everybodys) { return !own.value_or(everybodys); };
      const rules::BandActions usual;
      const auto check = [&](std::string_view band, bool off, bool is_set) {
        if (off && is_set) SayAt(settings.line, fmt::format("recipients.actions.{}", band), "band_is_off");
      };
      check("tag", is_off(settings.tag, common.tag), settings.actions.tag != usual.tag);
      check("greylist", is_off(settings.greylist, common.greylist) || !settings.is_greylisted,
            settings.actions.greylist != usual.greylist);
      check("defer", is_off(settings.defer, common.defer), settings.actions.defer != usual.defer);
      check("reject", is_off(settings.reject, common.reject), settings.actions.reject != usual.reject);
    }
  }

  const ConfigDraft& draft_;
  const ErrorList& places_;
  std::vector<rules::Statement> warnings_;
};

}  // namespace

std::vector<rules::Statement> EffectWarnings(const ConfigDraft& draft, const ErrorList& places) {
  return EffectCheck(draft, places).Run();
}

}  // namespace policyd::config
