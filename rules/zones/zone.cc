// ENTRY  = ZONE [ "=" FILTER ] [ "*" POINTS ]
// FILTER = OCTET 3( "." OCTET ) | "[" FILTER "]"
// OCTET  = NUMBER | "[" RANGE *( ";" RANGE ) "]"
// RANGE  = NUMBER [ ".." NUMBER ]
#include "rules/zones/zone.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/zones/known_zones.h"

namespace rules {
namespace {

// With the 64 bytes of an IPv6 address in front a longer zone is no DNS name any more.
constexpr std::size_t kMaxZone = kMaxHostName - 64;
constexpr std::size_t kKeyLength = 20;

class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : whole_(text), rest_(text) {}

  Result<std::array<std::bitset<256>, 4>> Read() {
    StripOuterBrackets();
    std::array<std::bitset<256>, 4> octets;
    for (std::size_t i = 0; i < octets.size(); ++i) {
      if (i > 0 && !Skip(".")) return Expected("\".\"");
      auto octet = ReadOctet();
      if (!octet) return octet.error();
      octets[i] = *octet;
    }
    if (!rest_.empty()) return Expected("the end of the filter");
    return octets;
  }

 private:
  // "[[1;2].3.4.5]" is "[1;2].3.4.5", but "[1;2].3.4.[5]" has no outer pair.
  void StripOuterBrackets() {
    if (!rest_.starts_with('[') || !rest_.ends_with(']')) return;
    int depth = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '[') ++depth;
      if (rest_[i] == ']' && --depth == 0 && i + 1 < rest_.size()) return;
    }
    rest_ = rest_.substr(1, rest_.size() - 2);
  }

  Result<std::bitset<256>> ReadOctet() {
    std::bitset<256> numbers;
    if (!Skip("[")) {
      const auto number = ReadNumber();
      if (!number) return Expected("a number from 0 to 255 or \"[\"");
      return numbers.set(*number);
    }
    do {
      const auto first = ReadNumber();
      if (!first) return Expected("a number from 0 to 255");
      auto last = first;
      if (Skip("..")) last = ReadNumber();
      if (!last || *last < *first) return Expected("a number from " + std::to_string(*first) + " to 255");
      for (std::size_t number = *first; number <= *last; ++number) numbers.set(number);
    } while (Skip(";"));
    if (!Skip("]")) return Expected(R"(";" or "]")");
    return numbers;
  }

  std::optional<std::size_t> ReadNumber() {
    std::size_t number = 0;
    std::size_t length = 0;
    while (length < rest_.size() && IsDigit(rest_[length])) {
      number = number * 10 + static_cast<std::size_t>(rest_[length++] - '0');
      if (number > 255) return std::nullopt;
    }
    if (length == 0) return std::nullopt;
    rest_.remove_prefix(length);
    return number;
  }

  bool Skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  Error Expected(std::string_view what) const {
    return Error{"expected " + std::string(what) + " in the reply filter \"" + std::string(whole_) + "\", got \"" +
                 std::string(rest_) + "\""};
  }

  std::string_view whole_;
  std::string_view rest_;
};

struct ParsedEntry {
  std::string zone;
  Zone::Entry entry;
};

Result<ParsedEntry> ParseEntry(std::string_view text) {
  ParsedEntry parsed{.zone = {}, .entry = {.filter = {}, .points = Points{10}}};
  const std::size_t star = text.find('*');
  if (star != std::string_view::npos) {
    const auto points = ParsePoints(text.substr(star + 1));
    if (!points) return points.error();
    parsed.entry.points = *points;
    text = text.substr(0, star);
  }
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) {
    auto filter = ReplyFilter::Parse(text.substr(equals + 1));
    if (!filter) return filter.error();
    parsed.entry.filter = *filter;
    text = text.substr(0, equals);
  }
  auto zone = NormalizeHostName(text);
  const bool is_address = zone && IsNumber(zone->substr(zone->rfind('.') + 1));
  if (!zone || zone->size() > kMaxZone || is_address) {
    return Error{"expected a zone like zen.spamhaus.org, got \"" + std::string(text) + "\""};
  }
  parsed.zone = std::move(*zone);
  return parsed;
}

// Half a tenth goes away from zero, so that a weight and its negative stay equal in size.
Points Scale(Points points, int threshold) {
  if (threshold <= 0) return points;
  const int eight_times = points.tenths * 8;
  const int half = eight_times < 0 ? -threshold / 2 : threshold / 2;
  return Points{(eight_times + half) / threshold};
}

bool IsKey(std::string_view label) {
  return label.size() >= kKeyLength && std::all_of(label.begin(), label.end(), IsAlphanumeric);
}

}  // namespace

ReplyFilter::ReplyFilter() {
  for (auto& octet : octets_) octet.set();
}

Result<ReplyFilter> ReplyFilter::Parse(std::string_view text) {
  auto octets = FilterReader(text).Read();
  if (!octets) return octets.error();
  ReplyFilter filter;
  filter.octets_ = *octets;
  return filter;
}

bool ReplyFilter::Matches(const IpAddress& address) const {
  if (!address.is_v4()) return false;
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i < octets_.size(); ++i) {
    if (!octets_[i][bytes[i]]) return false;
  }
  return true;
}

Points Zone::lowest() const {
  Points sum;
  for (const Entry& entry : entries) sum += std::min(entry.points, Points{});
  return sum;
}

Points Zone::highest() const {
  Points sum;
  for (const Entry& entry : entries) sum += std::max(entry.points, Points{});
  return sum;
}

bool Zone::Matches(const Entry& entry, const std::vector<IpAddress>& answer) const {
  return std::any_of(answer.begin(), answer.end(), [this, &entry](const IpAddress& record) {
    return !IsListError(name, record) && entry.filter.Matches(record);
  });
}

bool Zone::Lists(const std::vector<IpAddress>& answer) const {
  return std::any_of(entries.begin(), entries.end(),
                     [this, &answer](const Entry& entry) { return entry.points > Points{} && Matches(entry, answer); });
}

Points Zone::PointsFor(const std::vector<IpAddress>& answer) const {
  Points sum;
  for (const Entry& entry : entries) {
    if (Matches(entry, answer)) sum += entry.points;
  }
  return sum;
}

Result<std::vector<Zone>> ParseZones(std::span<const std::string> entries,
                                     const std::map<std::string, std::string>& names, int threshold) {
  std::vector<Zone> zones;
  std::unordered_map<std::string, std::size_t> place_of;  // by zone
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto parsed = ParseEntry(entries[i]);
    if (!parsed) {
      return Error{"entry " + std::to_string(i + 1) + " \"" + entries[i] + "\": " + parsed.error().message};
    }
    parsed->entry.points = Scale(parsed->entry.points, threshold);
    const auto [place, is_new] = place_of.try_emplace(parsed->zone, zones.size());
    if (is_new) zones.push_back({.name = parsed->zone, .shown = ShownZone(parsed->zone, names), .entries = {}});
    zones[place->second].entries.push_back(parsed->entry);
  }
  return zones;
}

std::string ShownZone(std::string_view zone, const std::map<std::string, std::string>& names) {
  if (const auto shown = names.find(std::string(zone)); shown != names.end()) return shown->second;
  const std::size_t dot = zone.find('.');
  if (dot == std::string_view::npos) return std::string(zone);
  const std::string_view rest = zone.substr(dot + 1);
  // combined.mail.abusix.zone holds no key: there must be a list's own label behind it.
  const bool is_below_a_keyed_list = rest.ends_with(".dq.spamhaus.net") || rest.ends_with(".mail.abusix.zone");
  return std::string(is_below_a_keyed_list || IsKey(zone.substr(0, dot)) ? rest : zone);
}

std::string ShownFormerZone(std::string_view zone) {
  if (const KnownZone* known = FindKnownZone(zone)) return std::string(known->zone);
  const std::size_t last = zone.rfind('.');
  if (last == std::string_view::npos || last == 0) return std::string(zone);
  const std::size_t before = zone.rfind('.', last - 1);
  return before == std::string_view::npos ? std::string(zone) : std::string("*").append(zone.substr(before));
}

}  // namespace rules
