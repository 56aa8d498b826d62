// What is decided by: an immutable snapshot, swapped whole on reload.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/action.h"
#include "rules/dnsbl_site.h"
#include "rules/greylist.h"
#include "rules/ip_address.h"
#include "rules/pattern_table.h"
#include "rules/public_suffixes.h"
#include "rules/recipients.h"
#include "rules/signal.h"

namespace rules {

// Reply texts by the Signal that gave them; placeholders {client} {name} {helo} {sender} {list} {ref} {seconds}
// {hostname}.
struct ReplyTexts {
  std::string hostname;  // for {hostname}
  std::string no_ptr = "4.7.1 Access denied. Cannot resolve PTR record for [{client}] (ref {ref})";
  std::string no_forward = "4.7.1 Access denied. IP name lookup failed [{client}] (ref {ref})";
  std::string mismatch = "4.7.1 Access denied. IP name lookup failed [{client}] (ref {ref})";
  std::string unavailable_name = "4.7.1 Access denied. Cannot resolve PTR record for [{client}] (ref {ref})";
  std::string dynamic_name =
      "4.7.1 Please send again in {seconds} s: [{client}] ({name}) looks like an end user's line (ref {ref})";
  std::string dnsbl = "4.7.1 Access denied. [{client}] is listed by {list} (ref {ref})";
  std::string name_list = "4.7.1 Access denied. {name} is listed by {list} (ref {ref})";
  std::string helo = "4.7.1 Access denied. HELO name {helo} is not acceptable (ref {ref})";
  std::string blocklist = "4.7.1 Access denied for [{client}] (ref {ref})";
  std::string greylist = "4.2.0 Please send again in {seconds} s (ref {ref})";
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
  std::vector<Network> nat64_prefixes;  // beside 64:ff9b::/96 (rules/nat64.h)
  Bands bands;
  RecipientClasses recipients;  // for whom other modes, bands and actions hold
  PointsTable points{};
  bool has_name_rules = true;                   // names that look dynamic are told by our own rules, too
  std::vector<std::string> ignored_name_words;  // of those rules: words and cloud domains that say nothing here
  std::vector<ClientTable> dynamic_tables;
  std::vector<DnsblSite> sites;
  std::vector<DnsblSite> name_sites;
  GreylistSettings greylist;
  ReplyTexts reply;
  std::shared_ptr<const PublicSuffixes> suffixes;
  seconds stale_for{86400};  // how long a Fact in favour may serve past its end

  Points PointsOf(SignalKind kind) const { return points[static_cast<std::size_t>(kind)]; }
};

}  // namespace rules
