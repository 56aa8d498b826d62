// The warnings of a configuration by kind, with what each says in English.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rules/values/statement.h"

namespace policyd::config {

struct WarningRow {
  std::string_view kind, text;
};

inline constexpr WarningRow kWarningRows[] = {
    {"warning.band_is_covered", "{key} has no effect: {other} begins at the same {points} points ({place})"},
    {"warning.why_url_in_no_text", "{key} has no effect: no text of [reply] holds {why_url} ({place})"},
    {"warning.why_url_not_set", "{key} has no effect: why.url is not set, so no reply tells of the page ({place})"},
    {"warning.why_is_off", "{key} has no effect: why.listen is \"\" ({place})"},
    {"warning.more_than_max_pending", "{key} has no effect: it is more than greylist.max_pending ({place})"},
    {"warning.greylist_is_off", "{key} has no effect: policy.greylist is \"off\", and no class greylists ({place})"},
    {"warning.outbound_is_off",
     "{key} has no effect: outbound.mode is \"off\", so nobody learns whom people here write to ({place})"},
    {"warning.no_points", "{key} has no effect: its points are 0 ({place})"},
    {"warning.own_rules_off_and_no_table",
     "{key} has no effect: dynamic_names.own_rules is false, and there is no table ({place})"},
    {"warning.own_rules_off", "{key} has no effect: dynamic_names.own_rules is false ({place})"},
    {"warning.no_list", "{key} has no effect: no list is asked (dnsbl.sites) ({place})"},
    {"warning.no_list_of_names", "{key} has no effect: no list of names is asked (dnsbl.name_sites) ({place})"},
    {"warning.zone_not_asked", "{key} has no effect: {zone}: no list of that zone is asked ({place})"},
    {"warning.class_says_nothing", "{key} has no effect: the class says nothing but whom it matches ({place})"},
    {"warning.forwards_tagged",
     "{key} has no effect: in mode \"tag\" all mail is let in, and forwarded with its header ({place})"},
    {"warning.band_is_off", "{key} has no effect: the band is \"off\" ({place})"},
    {"warning.all_bands_off", "policy: every band is \"off\": no score has any effect"},
    {"warning.table_line_of_deciding",
     "dynamic_names.tables: {table} line {line} has no effect: expected OK, REJECT, DEFER, HOLD, DISCARD or DUNNO, "
     "got {got}"},
    {"warning.table_line",
     "dynamic_names.tables: {table} line {line} has no effect: expected REJECT, DEFER or DUNNO, got {got}"},
    {"warning.table_lines", "dynamic_names.tables: {table}: {count} more lines have no effect"},
    {"warning.table_of_deciding_is_idle",
     "dynamic_names.tables: no line of {table} counts: expected some with an action other than DUNNO"},
    {"warning.table_is_idle", "dynamic_names.tables: no line of {table} counts: expected some with REJECT or DEFER"},
    {"warning.names_nobody", "recipients.match: {file} has no effect: it names nobody"},
    {"warning.zone_is_gone_for", "{key}: {zone} is gone ({what}): use {instead} instead"},
    {"warning.zone_is_gone", "{key}: {zone} is gone ({what}): take it out"},
    {"warning.hit_only_tags_threshold",
     "{key}: a hit of {zone} for {points} points alone only tags: mail is held from {held} points on (a weight of "
     "postscreen_dnsbl_sites needs dnsbl.threshold)"},
    {"warning.hit_only_tags",
     "{key}: a hit of {zone} for {points} points alone only tags: mail is held from {held} points on"},
    {"warning.suffixes", "{file}: {error}; the list built into libpsl is used instead"},
    {"warning.token_file", "http.token_file: {file}: this user may not read it: to this program there is no token"},
    {"warning.shared_file", "{key}: {file}: this user may not read it: this program shares nothing with other hosts"},
    {"warning.shared_elsewhere",
     "shared.servers: {server} is not on this machine, and the way to it is not encrypted: what is sent is sealed, but "
     "whoever listens reads the password; use a private network or a tunnel"},
    {"warning.shared_is_off", "{key} has no effect: shared.servers is empty ({place})"},
    {"warning.listen_verdicts",
     "{key}: {endpoint} is not on loopback: whoever reaches it can ask for verdicts and fill the store"},
    {"warning.listen_health",
     "{key}: {endpoint} is not on loopback: whoever reaches it gets /healthz and /readyz, and nothing else without a "
     "http.token_file"},
    {"warning.listen_token",
     "{key}: {endpoint} is not on loopback: whoever reaches it can try tokens, and reads what is sent: put a web "
     "server with TLS before it"},
    {"warning.public_resolver",
     "dns.servers: {server} is the public resolver of {owner}: Spamhaus answers 127.255.255.254 to it, which counts "
     "as no answer, and other lists refuse it too; run a resolver on this machine"},
    {"warning.resolver_elsewhere",
     "dns.servers: {server} is not on this machine: block lists count queries by resolver and refuse those that ask "
     "for many; run a resolver on this machine"},
    {"warning.shadow_changes_nothing", "shadow.policy: {file} changes nothing"},
    {"warning.cannot_be_read", "{file}: sekimorid, as the owner of {directory}, cannot read it: {error}"},
};

// "band_is_covered" of the row "warning.band_is_covered".  A kind without a row does not compile: the tool and the
// pages would have no words for it.
class WarningKind {
 public:
  consteval WarningKind(const char* name)
      : key_(KeyOf(name)) {}  // NOLINT(google-explicit-constructor): reads as a text

  std::string_view key() const { return key_; }

 private:
  static consteval std::string_view KeyOf(std::string_view name) {
    constexpr std::string_view kPrefix = "warning.";
    for (const WarningRow& row : kWarningRows) {
      if (row.kind.starts_with(kPrefix) && row.kind.substr(kPrefix.size()) == name) return row.kind;
    }
    NoRowOfThisKind();
    return {};
  }

  static void NoRowOfThisKind();  // not constexpr: the compiler stops where it is called

  std::string_view key_;
};

// With those of why a list is gone, which are parts of warnings.
std::span<const rules::StatementRow> WarningRows();

// Control characters in what it is about are escaped.
rules::Statement Warning(WarningKind kind, rules::StatementPlaces about = {});

// As the tool and the log say it.
std::string WarningText(const rules::Statement& warning);

}  // namespace policyd::config
