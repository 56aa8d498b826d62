#include "policyd/config/config_keys.h"

#include "policyd/config/config_values.h"
#include "policyd/config/outbound_settings.h"
#include "policyd/config/shared_settings.h"
#include "rules/signal_table.h"
#include "rules/values/as_written.h"
#include "rules/values/ip_address.h"
#include "rules/values/nat64.h"

namespace policyd::config {
namespace {

using rules::GreylistSettings;
using rules::milliseconds;
using rules::Points;
using rules::ReplyTexts;
using rules::seconds;
using rules::SignalKind;

constexpr seconds kHour{3600};
constexpr seconds kDay{86400};
constexpr seconds kYear = 366 * kDay;

// The value that `read` makes goes to the member of the draft that `member` points at.
template <class Reader, class Member>
ConfigKey Key(std::string_view table, std::string_view name, Reader read, Member member) {
  return {table, name, [read, member](const ConfigValue& setting, const Report& report, ConfigDraft& draft) {
            if (auto value = read(setting, report)) *member(draft) = *std::move(value);
          }};
}

ConfigKey PointsKey(std::string_view name, SignalKind kind) {
  return Key("points", name, ReadPoints,
             [kind](ConfigDraft& draft) { return &draft.policy.points[static_cast<std::size_t>(kind)]; });
}

ConfigKey BandKey(std::string_view name, std::optional<Points> rules::Bands::*band) {
  return Key("policy", name, ReadBand, [band](ConfigDraft& draft) { return &(draft.policy.bands.*band); });
}

ConfigKey ReplyKey(std::string_view name, std::string ReplyTexts::*text,
                   rules::Result<std::string> (*parse)(std::string_view)) {
  return Key("reply", name, Text(parse), [text](ConfigDraft& draft) { return &(draft.policy.reply.*text); });
}

template <class T, class Reader>
ConfigKey ServiceKey(std::string_view name, T ServiceSettings::*member, Reader read) {
  return Key("policy_service", name, read, [member](ConfigDraft& draft) { return &(draft.config.service.*member); });
}

template <class T, class Reader>
ConfigKey WhyKey(std::string_view name, T WhySettings::*member, Reader read) {
  return Key("why", name, read, [member](ConfigDraft& draft) { return &(draft.config.why.*member); });
}

template <class T, class Reader>
ConfigKey WatchKey(std::string_view name, T WatchSettings::*member, Reader read) {
  return Key("watch", name, read, [member](ConfigDraft& draft) { return &(draft.config.watch.*member); });
}

template <class T, class Reader>
ConfigKey SpfKey(std::string_view name, T rules::SpfSettings::*member, Reader read) {
  return Key("spf", name, read, [member](ConfigDraft& draft) { return &(draft.policy.spf.*member); });
}

template <class T, class Reader>
ConfigKey OutboundKey(std::string_view name, T rules::OutboundSettings::*member, Reader read) {
  return Key("outbound", name, read, [member](ConfigDraft& draft) { return &(draft.policy.outbound.*member); });
}

ConfigKey LimitKey(std::string_view name, rules::Limit rules::Limits::*limit) {
  return Key("outbound", name, ReadLimit,
             [limit](ConfigDraft& draft) { return &(draft.policy.outbound.limits.*limit); });
}

template <class T, class Reader>
ConfigKey DnsKey(std::string_view name, T DnsSettings::*member, Reader read) {
  return Key("dns", name, read, [member](ConfigDraft& draft) { return &(draft.config.dns.*member); });
}

ConfigKey TtlKey(std::string_view name, seconds cache::LifetimeLimits::*limit) {
  return Key("dns", name, Duration<seconds>(seconds{0}, kYear),
             [limit](ConfigDraft& draft) { return &(draft.config.dns.lifetime.*limit); });
}

template <class T, class Reader>
ConfigKey GreylistKey(std::string_view name, T GreylistSettings::*member, Reader read) {
  return Key("greylist", name, read, [member](ConfigDraft& draft) { return &(draft.policy.greylist.*member); });
}

template <class T, class Reader>
ConfigKey DraftKey(std::string_view table, std::string_view name, T ConfigDraft::*member, Reader read) {
  return Key(table, name, read, [member](ConfigDraft& draft) { return &(draft.*member); });
}

// The values are added to those of other files of the configuration.
template <class T, class Reader>
ConfigKey AddedKey(std::string_view table, std::string_view name, std::vector<T> ConfigDraft::*member, Reader read) {
  return {table, name,
          [read, member](const ConfigValue& setting, const Report& report, ConfigDraft& draft) {
            auto more = read(setting, report);
            if (more) (draft.*member).insert((draft.*member).end(), more->begin(), more->end());
          },
          true};
}

// The member of a draft's Config, store settings or Policy.
auto InConfig(auto Config::*member) {
  return [member](ConfigDraft& draft) { return &(draft.config.*member); };
}
auto InStore(auto cache::StoreSettings::*member) {
  return [member](ConfigDraft& draft) { return &(draft.config.store.*member); };
}
auto InJournal(auto JournalSettings::*member) {
  return [member](ConfigDraft& draft) { return &(draft.config.journal.*member); };
}
auto InLog(auto LogSettings::*member) {
  return [member](ConfigDraft& draft) { return &(draft.config.log.*member); };
}
auto InPolicy(auto rules::Policy::*member) {
  return [member](ConfigDraft& draft) { return &(draft.policy.*member); };
}

std::vector<ConfigKey> DaemonKeys() {
  // Postfix waits 100 s for an answer, and questions close 300 ms before answer_within.
  const auto answer_within = Duration(milliseconds{500}, milliseconds{90000});
  return {
      ServiceKey("listen", &ServiceSettings::listen, List(Text(ParseListen))),
      ServiceKey("threads", &ServiceSettings::threads, Whole(0U, 256U)),
      ServiceKey("max_connections", &ServiceSettings::max_connections, Whole(1U, 1000000U)),
      ServiceKey("answer_within", &ServiceSettings::answer_within, answer_within),

      Key("http", "listen", Text(ParseHttpListen), InConfig(&Config::http)),
      Key("http", "hosts", List(Text(ParseHostName)),
          [](ConfigDraft& draft) { return &draft.config.http_access.hosts; }),
      DraftKey("http", "token_file", &ConfigDraft::token_file, ReadText),

      Key("store", "directory", Text(ParseDirectory), InStore(&cache::StoreSettings::directory)),
      Key("store", "max_size", Text(ParseSize), InStore(&cache::StoreSettings::max_size)),

      Key("journal", "keep", Duration(kHour, kYear), InJournal(&JournalSettings::keep)),
      Key("journal", "max_verdicts", Whole(std::uint64_t{1000}, std::uint64_t{1'000'000'000}),
          InJournal(&JournalSettings::max_verdicts)),

      Key("log", "target", Text(ParseLogTarget), InLog(&LogSettings::target)),
      Key("log", "passes", Text(ParseLoggedPasses), InLog(&LogSettings::passes)),
      Key("log", "style", Text(ParseLogStyle), InLog(&LogSettings::style)),

      DnsKey("servers", &DnsSettings::servers, List(Text(ParseNameServer))),
      DnsKey("timeout", &DnsSettings::timeout, Duration(milliseconds{10}, milliseconds{30000})),
      DnsKey("tries", &DnsSettings::tries, Whole(1U, 10U)),
      DnsKey("in_flight", &DnsSettings::in_flight, Whole(1U, 60000U)),
      TtlKey("min_ttl", &cache::LifetimeLimits::min_ttl),
      TtlKey("max_ttl", &cache::LifetimeLimits::max_ttl),
      TtlKey("max_negative_ttl", &cache::LifetimeLimits::max_negative_ttl),
      TtlKey("failure_ttl", &cache::LifetimeLimits::failure_ttl),
      Key("dns", "nat64_prefixes", List(Text(rules::ParseNat64Prefix)), InPolicy(&rules::Policy::nat64_prefixes)),
      Key("dns", "stale_for", Duration(seconds{0}, kYear), InPolicy(&rules::Policy::stale_for)),
  };
}

std::vector<ConfigKey> PolicyKeys() {
  return {
      Key("policy", "mode", Text(ParseMode), InPolicy(&rules::Policy::mode)),
      Key("policy", "own_networks", List(Text(rules::ReadNetwork)), InPolicy(&rules::Policy::own_networks)),
      Key("policy", "own_names", List(Text(ParseHostName)), InPolicy(&rules::Policy::own_names)),
      BandKey("tag", &rules::Bands::tag),
      BandKey("greylist", &rules::Bands::greylist),
      BandKey("defer", &rules::Bands::defer),
      BandKey("reject", &rules::Bands::reject),
  };
}

std::vector<ConfigKey> PointsKeys() {
  std::vector<ConfigKey> keys;
  for (std::size_t i = 0; i < rules::kSignalKinds; ++i) {
    const rules::SignalRow& row = rules::RowOf(static_cast<rules::SignalKind>(i));
    if (row.points) keys.push_back(PointsKey(row.name, row.kind));
  }
  return keys;
}

std::vector<ConfigKey> NameAndListKeys() {
  return {
      Key("dynamic_names", "own_rules", ReadBool, InPolicy(&rules::Policy::has_name_rules)),
      Key("dynamic_names", "ignore", List(Text(ParseNameWord)), InPolicy(&rules::Policy::ignored_name_words)),
      DraftKey("dynamic_names", "tables", &ConfigDraft::tables, List(ReadTableSetting)),

      DraftKey("dnsbl", "sites", &ConfigDraft::zones, List(ReadText)),
      DraftKey("dnsbl", "threshold", &ConfigDraft::threshold, Whole(0, 1000)),
      DraftKey("dnsbl", "name_sites", &ConfigDraft::name_zones, List(ReadText)),
      Key("dnsbl", "no_test_point", List(Text(ParseHostName)), InConfig(&Config::no_test_point)),
      AddedKey("dnsbl", "test_points", &ConfigDraft::test_points, ReadPointRows),
      AddedKey("dnsbl", "names", &ConfigDraft::names, ReadTextTable),
  };
}

std::vector<ConfigKey> RecipientAndShadowKeys() {
  return {AddedKey("recipients", "", &ConfigDraft::recipients, ReadRecipientSettings),
          DraftKey("shadow", "policy", &ConfigDraft::shadow, ReadText)};
}

std::vector<ConfigKey> GreylistKeys() {
  const auto time = Duration(seconds{0}, kYear);
  const auto pending = Whole(std::uint64_t{1}, std::uint64_t{1'000'000'000});
  return {
      GreylistKey("delay", &GreylistSettings::delay, time),
      GreylistKey("retry_window", &GreylistSettings::retry_window, time),
      GreylistKey("remember", &GreylistSettings::remember, time),
      GreylistKey("auto_whitelist_after", &GreylistSettings::auto_whitelist_after, Whole(0U, 1000000U)),
      GreylistKey("network_v4", &GreylistSettings::network_v4, Whole(0, 32)),
      GreylistKey("network_v6", &GreylistSettings::network_v6, Whole(0, 128)),
      GreylistKey("spf_domain", &GreylistSettings::spf_domain, ReadBool),
      GreylistKey("known_correspondents", &GreylistSettings::known_correspondents, ReadBool),
      GreylistKey("max_pending", &GreylistSettings::max_pending, pending),
      GreylistKey("max_pending_per_network", &GreylistSettings::max_pending_per_network, pending),
  };
}

std::vector<ConfigKey> ReplyKeys() {
  const auto frame = [](std::string_view name, std::string ReplyTexts::*text) {
    return ReplyKey(name, text, ParseReplyFrame);
  };
  const auto reason = [](std::string_view name, std::string ReplyTexts::*text) {
    return ReplyKey(name, text, ParseReplyReason);
  };
  return {
      ReplyKey("hostname", &ReplyTexts::hostname, ParseOwnName),
      ReplyKey("contact", &ReplyTexts::contact, ParseContact),
      ReplyKey("header", &ReplyTexts::header, ParseHeaderName),
      frame("defer", &ReplyTexts::defer),
      frame("greylist", &ReplyTexts::greylist),
      frame("reject", &ReplyTexts::reject),
      reason("no_ptr", &ReplyTexts::no_ptr),
      reason("no_forward", &ReplyTexts::no_forward),
      reason("mismatch", &ReplyTexts::mismatch),
      reason("unavailable_name", &ReplyTexts::unavailable_name),
      reason("dynamic_name", &ReplyTexts::dynamic_name),
      reason("dnsbl", &ReplyTexts::dnsbl),
      reason("name_list", &ReplyTexts::name_list),
      reason("helo", &ReplyTexts::helo),
      reason("spf", &ReplyTexts::spf),
      reason("blocklist", &ReplyTexts::blocklist),
      reason("plain", &ReplyTexts::plain),
  };
}

std::vector<ConfigKey> SpfKeys() {
  return {
      SpfKey("check", &rules::SpfSettings::check, Text(ParseSpfUse)),
      SpfKey("forwarders", &rules::SpfSettings::forwarders, List(Text(ParseSpfForwarder))),
      SpfKey("header", &rules::SpfSettings::header, ReadBool),
  };
}

std::vector<ConfigKey> OutboundKeys() {
  return {
      OutboundKey("mode", &rules::OutboundSettings::mode, Text(ParseOutboundMode)),
      OutboundKey("networks", &rules::OutboundSettings::networks, List(Text(rules::ReadNetwork))),
      OutboundKey("login_domain", &rules::OutboundSettings::login_domain, Text(ParseLoginDomain)),
      LimitKey("recipients_per_hour", &rules::Limits::recipients_per_hour),
      LimitKey("recipients_per_day", &rules::Limits::recipients_per_day),
      LimitKey("messages_per_hour", &rules::Limits::messages_per_hour),
      OutboundKey("domain_recipients_per_day", &rules::OutboundSettings::domain_recipients_per_day, ReadLimit),
      OutboundKey("own_domains", &rules::OutboundSettings::own_domains, List(Text(ParseOwnDomain))),
      OutboundKey("hold", &rules::OutboundSettings::hold, ReadBand),
      OutboundKey("lock", &rules::OutboundSettings::lock, ReadBand),
      DraftKey("outbound", "sites", &ConfigDraft::outbound_zones, List(ReadText)),
      Key("outbound", "notify", Text(ParseNotify), InConfig(&Config::outbound_notify)),
      OutboundKey("class", &rules::OutboundSettings::classes, ReadOutboundClasses),
  };
}

std::vector<ConfigKey> WhyKeys() {
  return {
      WhyKey("listen", &WhySettings::listen, Text(ParseHttpListen)),
      Key("why", "url", Text(ParseWhyUrl), [](ConfigDraft& draft) { return &draft.policy.reply.why_url; }),
      WhyKey("requests", &WhySettings::requests, ReadBool),
      WhyKey("contact", &WhySettings::contact, Text(ParseWhyContact)),
      WhyKey("proxies", &WhySettings::proxies, List(Text(rules::ReadNetwork))),
  };
}

std::vector<ConfigKey> WatchKeys() {
  return {
      WatchKey("addresses", &WatchSettings::addresses, List(Text(rules::ReadAddress))),
      WatchKey("domains", &WatchSettings::domains, List(Text(ParseHostName))),
      WatchKey("lists", &WatchSettings::lists, List(Text(ParseHostName))),
      WatchKey("every", &WatchSettings::every, Duration(seconds{600}, seconds{7 * 86400})),
  };
}

std::vector<ConfigKey> SharedKeys() {
  const auto in_shared = [](auto SharedSettings::*member) {
    return [member](ConfigDraft& draft) { return &(draft.config.shared.*member); };
  };
  return {
      Key("shared", "servers", List(Text(ParseEngine)), in_shared(&SharedSettings::servers)),
      Key("shared", "user", Text(ParseEngineUser), in_shared(&SharedSettings::user)),
      Key("shared", "password_file", ReadText, [](ConfigDraft& draft) { return &draft.shared_files.password; }),
      Key("shared", "key_file", ReadText, [](ConfigDraft& draft) { return &draft.shared_files.key; }),
      Key("shared", "prefix", Text(ParseKeyPrefix), in_shared(&SharedSettings::prefix)),
      Key("shared", "wait", Duration(milliseconds{1}, milliseconds{1000}), in_shared(&SharedSettings::wait)),
  };
}

std::vector<rules::Network> DefaultOwnNetworks() {
  std::vector<rules::Network> networks;
  for (const char* text : {"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                           "fc00::/7", "fe80::/10"}) {
    networks.push_back(*rules::Network::Parse(text));
  }
  return networks;
}

}  // namespace

ConfigDraft::ConfigDraft() {
  policy.own_networks = DefaultOwnNetworks();
  policy.points = rules::DefaultPoints();
}

int ConfigDraft::LineOf(std::string_view key) const {
  const auto found = lines.find(key);
  return found == lines.end() ? 0 : found->second;
}

std::vector<ConfigKey> ConfigKeys() {
  std::vector<ConfigKey> keys;
  for (auto& part : {DaemonKeys(), PolicyKeys(), PointsKeys(), NameAndListKeys(), GreylistKeys(), ReplyKeys(),
                     WhyKeys(), WatchKeys(), SpfKeys(), OutboundKeys(), SharedKeys(), RecipientAndShadowKeys()}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

}  // namespace policyd::config
