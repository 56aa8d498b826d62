// Reads and applies entries of DNS block and allow lists: "zone=127.0.0.[2..11]*8", the syntax of Postfix's
// postscreen_dnsbl_sites.
//
// Source: postconf(5) postscreen_dnsbl_sites; RFC 5782.  An entry adds its points once, however many records match.
#pragma once

#include <array>
#include <bitset>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/ip_address.h"
#include "rules/values/points.h"
#include "rules/values/result.h"

namespace rules {

// "127.0.0.[2..11]", "127.[0;3].0.2": one set of numbers an octet.
class ReplyFilter {
 public:
  // Matches every address.
  ReplyFilter();
  static Result<ReplyFilter> Parse(std::string_view text);
  bool Matches(const IpAddress& address) const;
  bool operator==(const ReplyFilter&) const = default;

 private:
  std::array<std::bitset<256>, 4> octets_;
};

// One zone with all the entries that name it: it is asked once.
struct Zone {
  struct Entry {
    ReplyFilter filter;
    Points points;

    bool operator==(const Entry&) const = default;
  };

  std::string name;   // may hold a key: leaves only in the DNS question
  std::string shown;  // what every output says instead
  std::vector<Entry> entries;

  bool operator==(const Zone&) const = default;

  Points lowest() const;   // the least that any answer can bring: at most 0
  Points highest() const;  // the most: at least 0
  bool has_negative_points() const { return lowest() < Points{}; }

  // Does this entry of the zone count?  What the zone uses as an error code is no match, whatever the filter.
  bool Matches(const Entry& entry, const std::vector<IpAddress>& answer) const;

  // Does an entry with positive points match?  More records never change a yes.
  bool Lists(const std::vector<IpAddress>& answer) const;

  // The points of an answer with these records.
  Points PointsFor(const std::vector<IpAddress>& answer) const;
};

// Parses entries in order and groups them by zone.  `names` maps a zone in lower case to how it is shown; without an
// entry there a first label that is a key is left out (under dq.spamhaus.net and mail.abusix.zone, and wherever it has
// 20 or more letters and digits).  Errors start with the entry's number and text: `entry 2 "zen=1": ...`.  A weight is
// multiplied by 8 / threshold where threshold > 0 (rounded to tenths).
Result<std::vector<Zone>> ParseZones(std::span<const std::string> entries,
                                     const std::map<std::string, std::string>& names, int threshold);

std::string ShownZone(std::string_view zone, const std::map<std::string, std::string>& names);

// How a zone is shown that no configuration names any more: what hid its key may have gone with it.  A known list by
// its own name, of others the last two labels: "*.list.example".
std::string ShownFormerZone(std::string_view zone);

}  // namespace rules
