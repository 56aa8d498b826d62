#include "tests/support/config_values.h"

#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "rules/values/points.h"
#include "rules/values/time.h"

namespace support {
namespace {

const char* NameOf(policyd::runtime::Log::Target target) {
  switch (target) {
    case policyd::runtime::Log::Target::kStandardError:
      return "stderr";
    case policyd::runtime::Log::Target::kSyslog:
      return "syslog";
    case policyd::runtime::Log::Target::kJournal:
      return "journald";
  }
  return "";
}

const char* NameOf(policyd::config::LogSettings::Passes passes) {
  switch (passes) {
    case policyd::config::LogSettings::Passes::kAll:
      return "all";
    case policyd::config::LogSettings::Passes::kSampled:
      return "sampled";
    case policyd::config::LogSettings::Passes::kNone:
      return "none";
  }
  return "";
}

template <class Values, class Print>
std::string Join(const Values& values, Print print) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " ") + print(value);
  return text;
}

std::string PrintBand(const std::optional<rules::Points>& band) {
  return band ? rules::PrintPoints(*band) : "off";
}

}  // namespace

policyd::config::Config ParseOrDie(std::string_view text) {
  auto parsed = policyd::config::ParseConfig("/etc/sekimori/test.toml", text);
  if (const auto* errors = std::get_if<policyd::config::ConfigErrors>(&parsed)) {
    for (const std::string& error : *errors) ADD_FAILURE() << error;
    return {};
  }
  return std::get<policyd::config::Config>(std::move(parsed));
}

std::map<std::string, std::string> PrintValues(const policyd::config::Config& config) {
  const rules::Policy& policy = *config.policy;
  const rules::GreylistSettings& greylist = policy.greylist;
  const auto endpoint = [](const policyd::config::Endpoint& e) { return e.ToString(); };
  const auto same = [](const std::string& text) { return text; };
  const auto points = [&](rules::SignalKind kind) { return rules::PrintPoints(policy.PointsOf(kind)); };
  const auto zone = [](const rules::Zone& s) {
    return s.name + "(" + s.shown + ")" + rules::PrintPoints(s.lowest()) + ".." + rules::PrintPoints(s.highest());
  };
  const auto spf_use = [](rules::SpfUse use) {
    return use == rules::SpfUse::kOff ? "off" : use == rules::SpfUse::kAlways ? "always" : "when_needed";
  };
  const auto limit = [](const rules::Limit& most) { return most ? std::to_string(*most) : "off"; };
  const auto outbound_class = [&](const rules::OutboundClass& made) {
    const auto wish = [&](const std::optional<rules::Limit>& one) { return one ? limit(*one) : "-"; };
    return made.name + "(" + Join(made.match, [](const rules::OutboundTarget& t) { return t.text; }) + ")" +
           wish(made.limits.recipients_per_hour) + "/" + wish(made.limits.recipients_per_day) + "/" +
           wish(made.limits.messages_per_hour);
  };
  const auto table = [](const auto& t) { return std::to_string(t.patterns->size()); };
  return {
      {"policy_service.listen", Join(config.service.listen, endpoint)},
      {"policy_service.threads", std::to_string(config.service.threads)},
      {"policy_service.max_connections", std::to_string(config.service.max_connections)},
      {"policy_service.answer_within", rules::PrintDuration(config.service.answer_within)},
      {"http.listen", config.http ? config.http->ToString() : "off"},
      {"http.hosts", Join(config.http_access.hosts, same)},
      {"log.target", NameOf(config.log.target)},
      {"log.style", config.log.style == policyd::runtime::Log::Style::kPostgrey ? "postgrey" : "key_value"},
      {"log.passes", NameOf(config.log.passes)},
      {"store.directory", config.store.directory},
      {"store.max_size", std::to_string(config.store.max_size)},
      {"journal.keep", rules::PrintDuration(config.journal.keep)},
      {"journal.max_verdicts", std::to_string(config.journal.max_verdicts)},
      {"dns.servers", Join(config.dns.servers, endpoint)},
      {"dns.timeout", rules::PrintDuration(config.dns.timeout)},
      {"dns.tries", std::to_string(config.dns.tries)},
      {"dns.in_flight", std::to_string(config.dns.in_flight)},
      {"dns.min_ttl", rules::PrintDuration(config.dns.lifetime.min_ttl)},
      {"dns.max_ttl", rules::PrintDuration(config.dns.lifetime.max_ttl)},
      {"dns.max_negative_ttl", rules::PrintDuration(config.dns.lifetime.max_negative_ttl)},
      {"dns.failure_ttl", rules::PrintDuration(config.dns.lifetime.failure_ttl)},
      {"dns.nat64_prefixes", Join(policy.nat64_prefixes, [](const rules::Network& n) { return n.ToString(); })},
      {"dns.stale_for", rules::PrintDuration(policy.stale_for)},
      {"policy.mode", rules::Name(policy.mode)},
      {"policy.own_networks", Join(policy.own_networks, [](const rules::Network& n) { return n.ToString(); })},
      {"policy.own_names", Join(policy.own_names, same)},
      {"policy.tag", PrintBand(policy.bands.tag)},
      {"policy.greylist", PrintBand(policy.bands.greylist)},
      {"policy.defer", PrintBand(policy.bands.defer)},
      {"policy.reject", PrintBand(policy.bands.reject)},
      {"points.no_ptr", points(rules::SignalKind::kNoPtr)},
      {"points.no_forward", points(rules::SignalKind::kNoForward)},
      {"points.mismatch", points(rules::SignalKind::kMismatch)},
      {"points.unavailable_name", points(rules::SignalKind::kUnavailableName)},
      {"points.dynamic_name", points(rules::SignalKind::kDynamicName)},
      {"points.cloud_name", points(rules::SignalKind::kCloudName)},
      {"points.helo_literal", points(rules::SignalKind::kHeloLiteral)},
      {"points.helo_not_public", points(rules::SignalKind::kHeloNotPublic)},
      {"points.helo_localhost", points(rules::SignalKind::kHeloLocalhost)},
      {"points.helo_own_name", points(rules::SignalKind::kHeloOwnName)},
      {"points.helo_unrelated", points(rules::SignalKind::kHeloUnrelated)},
      {"points.helo_match", points(rules::SignalKind::kHeloMatch)},
      {"points.sender_match", points(rules::SignalKind::kSenderMatch)},
      {"points.mail_name", points(rules::SignalKind::kMailName)},
      {"points.reputation_poor", points(rules::SignalKind::kReputationPoor)},
      {"points.reputation_good", points(rules::SignalKind::kReputationGood)},
      {"points.spf_fail", points(rules::SignalKind::kSpfFail)},
      {"points.spf_softfail", points(rules::SignalKind::kSpfSoftfail)},
      {"points.helo_spf_fail", points(rules::SignalKind::kHeloSpfFail)},
      {"points.spf_permerror", points(rules::SignalKind::kSpfPermerror)},
      {"points.limit_reached", points(rules::SignalKind::kLimitReached)},
      {"points.jump", points(rules::SignalKind::kJump)},
      {"points.many_networks", points(rules::SignalKind::kManyNetworks)},
      {"points.strangers", points(rules::SignalKind::kStrangers)},
      {"points.foreign_domains", points(rules::SignalKind::kForeignDomains)},
      {"points.bounces", points(rules::SignalKind::kBounces)},
      {"dynamic_names.ignore", Join(policy.ignored_name_words, same)},
      {"dynamic_names.own_rules", policy.has_name_rules ? "true" : "false"},
      {"dynamic_names.tables", Join(policy.dynamic_tables, table)},
      {"dnsbl.sites", Join(policy.zones, zone)},
      {"dnsbl.name_sites", Join(policy.name_zones, zone)},
      {"dnsbl.no_test_point", Join(config.no_test_point, same)},
      {"spf.check", spf_use(policy.spf.check)},
      {"spf.forwarders", Join(policy.spf.forwarders,
                              [](const rules::SpfForwarder& f) { return f.network ? f.network->ToString() : f.name; })},
      {"spf.header", policy.spf.header ? "true" : "false"},
      {"greylist.delay", rules::PrintDuration(greylist.delay)},
      {"greylist.retry_window", rules::PrintDuration(greylist.retry_window)},
      {"greylist.remember", rules::PrintDuration(greylist.remember)},
      {"greylist.auto_whitelist_after", std::to_string(greylist.auto_whitelist_after)},
      {"greylist.network_v4", std::to_string(greylist.network_v4)},
      {"greylist.network_v6", std::to_string(greylist.network_v6)},
      {"greylist.spf_domain", greylist.spf_domain ? "true" : "false"},
      {"greylist.known_correspondents", greylist.known_correspondents ? "true" : "false"},
      {"greylist.max_pending", std::to_string(greylist.max_pending)},
      {"greylist.max_pending_per_network", std::to_string(greylist.max_pending_per_network)},
      {"reply.hostname", policy.reply.hostname},
      {"reply.no_ptr", policy.reply.no_ptr},
      {"reply.no_forward", policy.reply.no_forward},
      {"reply.mismatch", policy.reply.mismatch},
      {"reply.unavailable_name", policy.reply.unavailable_name},
      {"reply.dynamic_name", policy.reply.dynamic_name},
      {"reply.dnsbl", policy.reply.dnsbl},
      {"reply.name_list", policy.reply.name_list},
      {"reply.helo", policy.reply.helo},
      {"reply.spf", policy.reply.spf},
      {"reply.blocklist", policy.reply.blocklist},
      {"reply.plain", policy.reply.plain},
      {"reply.contact", policy.reply.contact},
      {"reply.header", policy.reply.header},
      {"reply.defer", policy.reply.defer},
      {"reply.greylist", policy.reply.greylist},
      {"reply.reject", policy.reply.reject},
      {"outbound.mode", policy.outbound.mode ? rules::Name(*policy.outbound.mode) : "off"},
      {"outbound.networks", Join(policy.outbound.networks, [](const rules::Network& n) { return n.ToString(); })},
      {"outbound.login_domain", policy.outbound.login_domain.value_or("")},
      {"outbound.recipients_per_hour", limit(policy.outbound.limits.recipients_per_hour)},
      {"outbound.recipients_per_day", limit(policy.outbound.limits.recipients_per_day)},
      {"outbound.messages_per_hour", limit(policy.outbound.limits.messages_per_hour)},
      {"outbound.domain_recipients_per_day", limit(policy.outbound.domain_recipients_per_day)},
      {"outbound.own_domains", Join(policy.outbound.own_domains, same)},
      {"outbound.hold", PrintBand(policy.outbound.hold)},
      {"outbound.lock", PrintBand(policy.outbound.lock)},
      {"outbound.sites", Join(policy.outbound.zones, zone)},
      {"outbound.notify", config.outbound_notify.value_or("")},
      {"outbound.class", Join(policy.outbound.classes, outbound_class)},
      {"shared.servers", Join(config.shared.servers, [](const auto& server) { return server.ToString(); })},
      {"shared.user", config.shared.user},
      {"shared.password_file", config.shared.password ? "read" : ""},
      {"shared.key_file", config.shared.key ? "read" : ""},
      {"shared.prefix", config.shared.prefix},
      {"shared.wait", rules::PrintDuration(config.shared.wait)},
      {"watch.addresses", Join(config.watch.addresses, [](const rules::IpAddress& a) { return a.ToString(); })},
      {"watch.domains", Join(config.watch.domains, same)},
      {"watch.lists", Join(config.watch.lists, same)},
      {"watch.every", rules::PrintDuration(config.watch.every)},
      {"why.listen", config.why.listen ? config.why.listen->ToString() : "off"},
      {"why.url", policy.reply.why_url},
      {"why.requests", config.why.requests ? "true" : "false"},
      {"why.contact", config.why.contact.value_or("")},
      {"why.proxies", Join(config.why.proxies, [](const rules::Network& n) { return n.ToString(); })},
  };
}

}  // namespace support
