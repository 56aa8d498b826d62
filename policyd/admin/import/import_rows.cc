#include "policyd/admin/import/import_rows.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "cache/greylist/triplet_store.h"
#include "policyd/runtime/shown.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/mail_address.h"

namespace policyd::admin {
namespace {

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "192.0.2" is how sqlgrey writes a class C network.
std::optional<rules::IpAddress> ParseClient(std::string_view text) {
  if (const auto address = rules::IpAddress::Parse(text)) return *address;
  const bool may_be_network = std::count(text.begin(), text.end(), '.') == 2;
  if (!may_be_network) return std::nullopt;
  const auto network = rules::IpAddress::Parse(std::string(text) + ".0");
  return network ? std::optional(*network) : std::nullopt;
}

}  // namespace

rules::Triplet Joined(const rules::Triplet& a, const rules::Triplet& b) {
  // A try that was told to come back is no pass.
  if (a.is_waiting() != b.is_waiting()) {
    rules::Triplet confirmed = a.is_waiting() ? b : a;
    confirmed.first_seen = std::min(a.first_seen, b.first_seen);
    return confirmed;
  }
  return {.first_seen = std::min(a.first_seen, b.first_seen),
          .last_seen = std::max(a.last_seen, b.last_seen),
          .passes = std::max(a.passes, b.passes)};
}

rules::AutoWhitelistCount Joined(const rules::AutoWhitelistCount& a, const rules::AutoWhitelistCount& b) {
  return {.passes = std::max(a.passes, b.passes), .last_pass = std::max(a.last_pass, b.last_pass)};
}

rules::Result<rules::TimePoint> ParseUnixTime(std::string_view text) {
  constexpr std::int64_t kLatest = 253'402'300'800;  // the year 10000
  const auto number = ParseNumber<std::int64_t>(text);
  if (!number || *number < 0 || *number >= kLatest) {
    return rules::Error{"expected a time in seconds, got \"" + runtime::Shown(text) + "\""};
  }
  return rules::TimePoint{rules::seconds{*number}};
}

rules::Result<std::uint32_t> ParseCount(std::string_view text) {
  const auto number = ParseNumber<std::uint32_t>(text);
  if (!number) return rules::Error{"expected a count, got \"" + runtime::Shown(text) + "\""};
  return *number;
}

void ImportedRows::AddTriplet(std::size_t line, const Mail& mail, rules::Triplet record) {
  const auto client = ParseClient(mail.client);
  if (!client) return Skip(line, "expected the address of a client, got \"" + runtime::Shown(mail.client) + "\"");
  if (mail.recipient.empty()) return Skip(line, "expected a recipient, got none");
  record.first_seen = std::min(record.first_seen, now_);
  record.last_seen = std::clamp(record.last_seen, record.first_seen, now_);
  if (rules::ViewTriplet(record, now_, settings_).is_expired) {
    return Skip(line, record.is_waiting() ? "it waited longer than greylist.retry_window"
                                          : "it was last seen before greylist.remember");
  }
  Add({.client_key = rules::NetworkKey(*client, settings_),
       .sender = rules::NormalizeSender(mail.sender, mail.recipient),
       .recipient = rules::ComparableAddress(mail.recipient),
       .record = record});
}

void ImportedRows::Add(TripletRow row) {
  const auto [place, is_new] =
      triplet_at_.try_emplace(row.client_key + "\n" + row.sender + "\n" + row.recipient, triplets_.size());
  if (is_new) {
    triplets_.push_back(std::move(row));
  } else {
    rules::Triplet& known = triplets_[place->second].record;
    known = Joined(known, row.record);
  }
}

void ImportedRows::AddSender(std::size_t line, std::string_view client, const std::string& sender,
                             rules::TimePoint last) {
  const auto address = ParseClient(client);
  if (!address) return Skip(line, "expected the address of a client, got \"" + runtime::Shown(client) + "\"");
  last = std::min(last, now_);
  if (now_ - last > settings_.remember) return Skip(line, "it was last seen before greylist.remember");
  // "192.0.2" is a network of sqlgrey, "192.0.2.7" one client.
  const bool is_one = rules::IpAddress::Parse(client).has_value();
  const bool is_domain = sender.starts_with('@');
  Add({.client_key = is_one ? rules::EarnedKey(*address) : cache::ClassCKey(*address),
       .sender = is_domain ? rules::ComparableAddress(sender) : rules::NormalizeSender(sender, {}),
       .recipient = std::string(cache::kAnyRecipient),
       .record = {.first_seen = std::min(last, now_ - settings_.delay), .last_seen = last, .passes = 1}});
}

void ImportedRows::AddPasses(std::size_t line, std::string_view client, std::uint32_t passes, rules::TimePoint last) {
  const auto address = ParseClient(client);
  if (!address) return Skip(line, "expected the address of a client, got \"" + runtime::Shown(client) + "\"");
  last = std::min(last, now_);
  if (now_ - last > settings_.remember) return Skip(line, "it was last seen before greylist.remember");
  // "192.0.2" of sqlgrey, "192.0.2.0" of postgrey: what one client earned there would be its neighbours' here.
  const bool is_network = address->is_v4() && (!rules::IpAddress::Parse(client) || address->bytes()[3] == 0);
  if (is_network) return Skip(line, "a whole network: here each client is exempt by itself");
  const PassesRow row{rules::EarnedKey(*address), {.passes = passes, .last_pass = last}};
  const auto [place, is_new] = passes_at_.try_emplace(row.name, passes_.size());
  if (is_new) {
    passes_.push_back(row);
  } else {
    rules::AutoWhitelistCount& known = passes_[place->second].count;
    known = Joined(known, row.count);
  }
}

}  // namespace policyd::admin
