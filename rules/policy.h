// Holds the settings that a decision follows: an immutable snapshot, swapped whole on reload.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/action.h"
#include "rules/greylist/greylist.h"
#include "rules/outbound/settings.h"
#include "rules/people/recipients.h"
#include "rules/signal.h"
#include "rules/spf/settings.h"
#include "rules/tables/pattern_table.h"
#include "rules/values/ip_address.h"
#include "rules/values/public_suffixes.h"
#include "rules/zones/zone.h"

namespace rules {

// Texts of replies: a frame by what is done, and a reason by the Signal that weighs most, which is {why} in the frame.
//
// Placeholders of both: {client} {name} {helo} {sender} {domain} {list} {ref} {seconds} {minutes} {until} {hostname}
// {contact} {why_url}.  A frame begins with a status.
struct ReplyTexts {
  std::string hostname;               // for {hostname}
  std::string contact;                // for {contact}
  std::string header = "X-Sekimori";  // the name of the header that is prepended
  std::string why_url;                // for {why_url}, with the reference behind it
  std::string defer = "4.7.1 Access denied. {why} (ref {ref})";
  std::string greylist = "4.7.1 Greylisted, try again in {seconds} seconds. {why} (ref {ref})";
  std::string reject = "5.7.1 Access denied. {why} (ref {ref})";

  std::string no_ptr = "Cannot resolve PTR record for [{client}]";
  std::string no_forward = "IP name lookup failed [{client}]";
  std::string mismatch = "IP name lookup failed [{client}]";
  std::string unavailable_name = "The reverse zone of [{client}] does not answer";
  std::string dynamic_name = "[{client}] ({name}) looks like a dynamic or residential address";
  std::string dnsbl = "[{client}] is listed by {list}";
  std::string name_list = "{name} is listed by {list}";
  std::string helo = "HELO name {helo} does not belong to [{client}]";
  std::string spf = "{domain} does not let [{client}] send its mail (SPF)";
  std::string blocklist = "[{client}] is blocked here";
  std::string plain;  // where no Signal has one
};

// A Postfix access table of people (check_client_access).
struct ClientTable {
  std::shared_ptr<const PatternTable> patterns;
  std::string shown;     // the file's name
  bool decides = false;  // its own action is what is done; else it counts points
};

struct Policy {
  Mode mode = Mode::kEnforce;
  std::vector<Network> own_networks;
  std::vector<std::string> own_names;   // normalised
  std::vector<Network> nat64_prefixes;  // beside 64:ff9b::/96 (rules/values/nat64.h)
  Bands bands;
  RecipientClasses recipients;  // classes with modes, bands and actions of their own
  PointsTable points{};
  bool has_name_rules = true;                   // names that look dynamic are told by our own rules, too
  std::vector<std::string> ignored_name_words;  // of those rules: words and cloud domains that say nothing here
  std::vector<ClientTable> dynamic_tables;
  std::vector<Zone> zones;
  std::vector<Zone> name_zones;
  GreylistSettings greylist;
  SpfSettings spf;
  OutboundSettings outbound;
  ReplyTexts reply;
  std::shared_ptr<const PublicSuffixes> suffixes;
  seconds stale_for{86400};  // how long a Fact in favour may serve past its end

  Points PointsOf(SignalKind kind) const { return points[static_cast<std::size_t>(kind)]; }
  bool IsOwn(const IpAddress& address) const {
    return std::any_of(own_networks.begin(), own_networks.end(),
                       [&address](const Network& network) { return network.Contains(address); });
  }
};

}  // namespace rules
