#include "policyd/admin/watch/watch.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <utility>

#include "policyd/admin/setup/postconf.h"
#include "policyd/dns/resolver.h"
#include "policyd/dns/watch/watch_round.h"
#include "policyd/runtime/shown.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/watch/watched_lists.h"

namespace policyd::admin {
namespace {

using rules::WatchCheck;
using State = rules::WatchFinding::State;

const char* Name(State state) {
  switch (state) {
    case State::kWell:
      return "well";
    case State::kProblem:
      return "problem";
    case State::kUnknown:
      return "unknown";
  }
  return "";
}

runtime::Json ToJsonOrNull(const std::string& text) {
  return text.empty() ? runtime::Json() : runtime::Json(text);
}

runtime::Json EpisodesToJson(const std::vector<cache::WatchEpisode>& episodes) {
  runtime::Json array = runtime::Json::Array();
  for (const cache::WatchEpisode& one : episodes) {
    array.Append(runtime::Json::Object()
                     .Add("subject", one.subject)
                     .Add("check", rules::Name(one.check))
                     .Add("list", ToJsonOrNull(one.list))
                     .Add("detail", one.detail)
                     .Add("says", ToJsonOrNull(runtime::Shown(one.says)))
                     .Add("from", rules::PrintTime(one.from))
                     .Add("until", one.until ? runtime::Json(rules::PrintTime(*one.until)) : runtime::Json())
                     .Add("removal", ToJsonOrNull(WatchRemoval(one.list))));
  }
  return array;
}

runtime::Json TextsToJson(const std::vector<std::string>& texts) {
  runtime::Json array = runtime::Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

std::vector<std::string> TextsOf(const std::vector<rules::IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const rules::IpAddress& address : addresses) texts.push_back(address.ToString());
  return texts;
}

// Until nothing is open any more.
std::vector<rules::WatchFinding> RunRound(const config::Config& config, dns::WatchRound::Look look) {
  runtime::Loop loop;
  dns::Resolver resolver(loop.get(), config.dns, {});
  std::vector<rules::WatchFinding> found;
  bool is_done = false;
  dns::WatchRound round(loop.get(), resolver, std::move(look), [&](std::vector<rules::WatchFinding> findings) {
    found = std::move(findings);
    is_done = true;
  });
  while (!is_done) uv_run(loop.get(), UV_RUN_ONCE);
  return found;
}

void AddSource(const rules::IpAddress& address, const std::string& from, WatchSuggestion& suggestion) {
  if (!address.is_public()) return;
  std::vector<std::string>& sources = suggestion.addresses[address];
  if (std::ranges::find(sources, from) == sources.end()) sources.push_back(from);
}

std::string Quoted(const std::vector<std::string>& texts) {
  std::string line;
  for (const std::string& text : texts) line += (line.empty() ? "\"" : ", \"") + text + "\"";
  return "[" + line + "]";
}

}  // namespace

WatchStatus ReadWatch(const config::Config& config, const cache::Stores& stores) {
  WatchStatus status{.addresses = TextsOf(config.watch.addresses), .domains = config.watch.domains};
  cache::ReadTransaction snapshot(stores.records_environment());
  status.last = stores.watch_log().LastLook(snapshot);
  for (cache::WatchEpisode& episode : stores.watch_log().All(snapshot)) {
    (episode.until ? status.before : status.now).push_back(std::move(episode));
  }
  std::ranges::stable_sort(status.before, std::greater<>(),
                           [](const cache::WatchEpisode& episode) { return *episode.until; });
  return status;
}

runtime::Json ToJson(const WatchStatus& status) {
  return runtime::Json::Object()
      .Add("addresses", TextsToJson(status.addresses))
      .Add("domains", TextsToJson(status.domains))
      .Add("last_look", status.last ? runtime::Json(rules::PrintTime(*status.last)) : runtime::Json())
      .Add("now", EpisodesToJson(status.now))
      .Add("before", EpisodesToJson(status.before));
}

std::vector<rules::WatchFinding> LookNow(const config::Config& config) {
  const rules::WatchPlan plan = dns::WatchPlanOf(config);
  return RunRound(config, [&plan](const rules::WatchAnswers& answers) { return rules::ViewWatch(plan, answers); });
}

runtime::Json ToJson(const std::vector<rules::WatchFinding>& findings) {
  runtime::Json array = runtime::Json::Array();
  for (const rules::WatchFinding& one : findings) {
    array.Append(
        runtime::Json::Object()
            .Add("subject", one.subject)
            .Add("check", rules::Name(one.check))
            .Add("list", ToJsonOrNull(one.list))
            .Add("state", Name(one.state))
            .Add("detail", one.detail)
            .Add("says", ToJsonOrNull(runtime::Shown(one.says)))
            .Add("removal", one.state == State::kProblem ? ToJsonOrNull(WatchRemoval(one.list)) : runtime::Json()));
  }
  return runtime::Json::Object().Add("findings", std::move(array));
}

std::string WatchRemoval(const std::string& list) {
  const rules::WatchedList* known = rules::FindWatchedList(list);
  return known ? std::string(known->removal) : std::string();
}

std::string WatchText(WatchCheck check, const std::string& list, const std::string& detail) {
  const std::string seen = detail.empty() ? std::string() : " (" + detail + ")";
  switch (check) {
    case WatchCheck::kList:
      return "listed by " + list + seen;
    case WatchCheck::kPtr:
      return "no PTR record";
    case WatchCheck::kForward:
      return "no name of its PTR record has this address" + seen;
    case WatchCheck::kHelo:
      return "the name in HELO has none of the watched addresses";
    case WatchCheck::kSpf:
      return "SPF does not let our mail pass" + seen;
    case WatchCheck::kDmarc:
      return "no valid DMARC record holds" + seen;
    case WatchCheck::kMx:
      return "mail to the domain cannot be delivered as its MX records say" + seen;
  }
  return "";
}

std::string WatchHint(WatchCheck check, const std::string& subject, const std::string& list) {
  switch (check) {
    case WatchCheck::kList: {
      const std::string removal = WatchRemoval(list);
      if (removal.empty()) return "end the cause; then look for the list's own page for removals";
      return "end the cause, then ask for removal: " + removal;
    }
    case WatchCheck::kPtr:
      return "have the provider of the address set its PTR record; check: dig +short -x " + subject;
    case WatchCheck::kForward:
      return "let that name lead to the address; check: dig +short -x " + subject;
    case WatchCheck::kHelo:
      return "let it lead to one, or set reply.hostname to the name that Postfix says (smtp_helo_name); check: dig "
             "+short " +
             subject;
    case WatchCheck::kSpf:
      return "name each address in the domain's record (ip4:, ip6:); check: sekimorictl spf --client ADDRESS --sender "
             "postmaster@" +
             subject;
    case WatchCheck::kDmarc:
      return "publish one record, such as \"v=DMARC1; p=none; rua=mailto:postmaster@" + subject +
             "\"; check: dig +short TXT _dmarc." + subject;
    case WatchCheck::kMx:
      return "let each MX name a host that has addresses and is no CNAME; check: dig +short MX " + subject;
  }
  return "";
}

WatchSuggestion SuggestWatch(const Postconf& postconf, std::span<const rules::IpAddress> interfaces) {
  WatchSuggestion suggestion;
  for (const rules::IpAddress& address : interfaces) AddSource(address, "interface", suggestion);
  for (const char* key : {"mynetworks", "smtp_bind_address", "smtp_bind_address6", "inet_interfaces"}) {
    std::string text = postconf.Get(key);
    std::ranges::replace(text, ',', ' ');
    for (const std::string_view word : rules::Split(text, ' ')) {
      const auto network = rules::ReadNetwork(word);
      const bool is_single = network && network->prefix() == network->base().bits();
      if (is_single) AddSource(network->base(), key, suggestion);
    }
  }
  const auto domain = rules::ReadHostName(postconf.Get("mydomain"));
  if (domain && domain->find('.') != std::string::npos && *domain != "localdomain") suggestion.domains = {*domain};
  return suggestion;
}

void AddSpfSenders(const std::vector<rules::SpfSender>& senders, WatchSuggestion& suggestion) {
  for (const rules::SpfSender& sender : senders) {
    AddSource(sender.address, "SPF of " + sender.domain + ": " + sender.term, suggestion);
  }
}

std::vector<rules::SpfSender> LookForSpfSenders(const config::Config& config, const std::string& domain) {
  rules::SpfSenders found;
  RunRound(config, [&](const rules::WatchAnswers& answers) {
    found = rules::FindSpfSenders(domain, answers);
    return rules::WatchView{.findings = {}, .open = found.open};
  });
  return std::move(found.senders);
}

std::vector<rules::IpAddress> InterfaceAddresses() {
  std::vector<rules::IpAddress> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return addresses;
  for (const ifaddrs* one = first; one; one = one->ifa_next) {
    if (!one->ifa_addr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4->sin_addr);
      addresses.push_back(rules::IpAddress::FromBytes({bytes, 4}));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      addresses.push_back(rules::IpAddress::FromBytes({v6->sin6_addr.s6_addr, 16}));
    }
  }
  freeifaddrs(first);
  return addresses;
}

std::string ConfigLines(const WatchSuggestion& suggestion) {
  std::string lines = "[watch]\naddresses = [";
  for (const auto& [address, sources] : suggestion.addresses) {
    lines += (lines.ends_with('[') ? "\n  \"" : "  \"") + address.ToString() + "\",  # " +
             runtime::Shown(rules::Joined(sources)) + "\n";
  }
  return lines + "]\ndomains = " + Quoted(suggestion.domains) + "\n";
}

runtime::Json ToJson(const WatchSuggestion& suggestion) {
  runtime::Json addresses = runtime::Json::Array(), found_in = runtime::Json::Array();
  for (const auto& [address, sources] : suggestion.addresses) {
    std::vector<std::string> shown;
    for (const std::string& source : sources) shown.push_back(runtime::Shown(source));
    addresses.Append(address.ToString());
    found_in.Append(runtime::Json::Object().Add("address", address.ToString()).Add("found_in", TextsToJson(shown)));
  }
  return runtime::Json::Object()
      .Add("addresses", std::move(addresses))
      .Add("domains", TextsToJson(suggestion.domains))
      .Add("sources", std::move(found_in));
}

}  // namespace policyd::admin
