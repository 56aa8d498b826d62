#include "rules/signal_table.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rules {
namespace {

constexpr const char* kOtherName = "a name that says mail server instead of {name}";
constexpr const char* kOtherHelo = "a HELO name that is a host name of the client";
constexpr const char* kSpfRecord =
    "an SPF record of {list} that lists {client}, or mail through a server that it lists";
constexpr const char* kConduct = "two weeks in which mail of {list} is neither listed nor turned away";

constexpr const char* kLessMail = "an hour with less mail, or a limit of its own for {list}";

using Kind = SignalKind;
using Family = SignalFamily;
using Texts = ReplyTexts;

// clang-format off
constexpr std::array<SignalRow, kSignalKinds> kRows = {{
    {Kind::kNoPtr,           "no_ptr",           Points{40},  Family::kReverseDns, Reason::kNoPtr,           &Texts::no_ptr,
     "a PTR record for {client} with a name that has this address"},
    {Kind::kNoForward,       "no_forward",       Points{40},  Family::kReverseDns, Reason::kNoForward,       &Texts::no_forward,
     "an address record of {name} with {client}"},
    {Kind::kMismatch,        "mismatch",         Points{40},  Family::kReverseDns, Reason::kMismatch,        &Texts::mismatch,
     "the address {client} among those of {name}"},
    {Kind::kUnavailableName, "unavailable_name", Points{30},  Family::kReverseDns, Reason::kUnavailableName, &Texts::unavailable_name,
     "name servers for the reverse zone of {client} and for its name that answer"},
    {Kind::kDynamicName,     "dynamic_name",     Points{30},  Family::kLook,       Reason::kDynamicName,     &Texts::dynamic_name, kOtherName},
    {Kind::kCloudName,       "cloud_name",       Points{10},  Family::kLook,       Reason::kCloudName,       &Texts::plain,        kOtherName},
    {Kind::kTable,           "table",            {},          Family::kLook,       Reason::kTable,           &Texts::dynamic_name, kOtherName},
    {Kind::kDnsbl,           "dnsbl",            {},          Family::kList,       Reason::kDnsbl,           &Texts::dnsbl,
     "taking {client} off the list {list}"},
    {Kind::kNameList,        "name_list",        {},          Family::kList,       Reason::kNameList,        &Texts::name_list,
     "taking {name} off the list {list}"},
    {Kind::kHeloLiteral,     "helo_literal",     Points{30},  Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kHeloNotPublic,   "helo_not_public",  Points{30},  Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kHeloLocalhost,   "helo_localhost",   Points{30},  Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kHeloOwnName,     "helo_own_name",    Points{30},  Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kHeloUnrelated,   "helo_unrelated",   Points{30},  Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kHeloMatch,       "helo_match",       Points{-10}, Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kSenderMatch,     "sender_match",     Points{-30}, Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kMailName,        "mail_name",        Points{-30}, Family::kHelo,       Reason::kHelo,            &Texts::helo,         kOtherHelo},
    {Kind::kReputationPoor,  "reputation_poor",  Points{},    Family::kConduct,    Reason::kReputation,      &Texts::plain,        kConduct},
    {Kind::kReputationGood,  "reputation_good",  Points{},    Family::kConduct,    Reason::kReputation,      &Texts::plain,        kConduct},
    {Kind::kSpfFail,         "spf_fail",         Points{30},  Family::kSpf,        Reason::kSpf,             &Texts::spf,          kSpfRecord},
    {Kind::kSpfSoftfail,     "spf_softfail",     Points{10},  Family::kSpf,        Reason::kSpf,             &Texts::spf,          kSpfRecord},
    {Kind::kHeloSpfFail,     "helo_spf_fail",    Points{30},  Family::kSpf,        Reason::kSpf,             &Texts::spf,
     "an SPF record of the HELO name {list} that lists {client}"},
    {Kind::kSpfPermerror,    "spf_permerror",    Points{},    Family::kSpf,        Reason::kSpf,             &Texts::plain,
     "an SPF record of {list} without an error"},
    {Kind::kKnownCorrespondent, "known_correspondent", {},   Family::kConduct,    Reason::kKnownCorrespondent, &Texts::plain,
     "mail from here to {list}"},
    {Kind::kLimitReached,    "limit_reached",    Points{10},  Family::kOutbound,   Reason::kOutboundLimit,   &Texts::plain,        kLessMail},
    {Kind::kJump,            "jump",             Points{30},  Family::kOutbound,   Reason::kOutboundConduct, &Texts::plain,        kLessMail},
    {Kind::kManyNetworks,    "many_networks",    Points{30},  Family::kOutbound,   Reason::kOutboundConduct, &Texts::plain,
     "an hour in which the login is used from five networks or fewer"},
    {Kind::kStrangers,       "strangers",        Points{20},  Family::kOutbound,   Reason::kOutboundConduct, &Texts::plain,
     "an hour with more recipients that people here wrote to before"},
    {Kind::kForeignDomains,  "foreign_domains",  Points{20},  Family::kOutbound,   Reason::kOutboundConduct, &Texts::plain,
     "an hour with senders of five domains or fewer"},
    {Kind::kBounces,         "bounces",          Points{30},  Family::kOutbound,   Reason::kOutboundConduct, &Texts::plain,
     "an hour in which fewer than 20 messages come back"},
}};
// clang-format on

constexpr bool AreInOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].kind != static_cast<SignalKind>(i)) return false;
  }
  return true;
}
static_assert(AreInOrder());

}  // namespace

const char* Name(SignalKind kind) {
  return RowOf(kind).name;
}

std::optional<SignalKind> ParseSignalKind(std::string_view name) {
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [name](const SignalRow& row) { return name == row.name; });
  if (found == kRows.end()) return std::nullopt;
  return found->kind;
}

const SignalRow& RowOf(SignalKind kind) {
  return kRows[static_cast<std::size_t>(kind)];
}

PointsTable DefaultPoints() {
  PointsTable points{};
  for (const SignalRow& row : kRows) points[static_cast<std::size_t>(row.kind)] = row.points.value_or(Points{});
  return points;
}

}  // namespace rules
