// Whatever is sent as a name, classifying ends and keeps the promises of its headers.
//
// Input: 0 or 1 for the family, 4 or 16 bytes of the client's address, then the name as it was received.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/client/address_in_name.h"
#include "rules/client/dynamic_name.h"
#include "rules/tables/pattern_table.h"
#include "rules/tables/posix_pattern.h"
#include "rules/tables/table_action.h"
#include "rules/values/dns_name.h"
#include "rules/values/ip_address.h"

namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

rules::IpAddress ClientOf(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (bytes.size() == 4) {
      text += (i == 0 ? "" : ".") + std::to_string(byte);
    } else {
      if (i > 0 && i % 2 == 0) text += ':';
      text += {kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  const auto client = rules::IpAddress::Parse(text);
  Require(client.has_value());
  return *client;
}

void CheckName(std::string_view text, const rules::IpAddress& client) {
  const auto name = rules::NormalizeHostName(text);
  if (!name) return;
  Require(!name->empty() && name->size() <= 253 && rules::NormalizeHostName(*name) == name);
  const rules::NameVerdict verdict = rules::ClassifyName(*name, client);
  Require(!verdict.rule.empty() && rules::Name(verdict.name_class)[0] != '\0');
  Require(verdict.name_class != rules::NameClass::kDynamic || verdict.weight >= 4);
  static_cast<void>(rules::FindAddressInName(*name, client));
}

void CheckTable(std::string_view text) {
  static const auto kTable =
      *rules::PatternTable::Parse("t", "if /[0-9]/\n/^(.*)\\.example$/ REJECT $1\nendif\n!/a/ DUNNO\n");
  if (const auto match = kTable->Find(text)) {
    const rules::TableAction action = rules::ParseTableAction(match->action);
    Require(action.turns_away() == !action.text.empty() && action.text.size() <= 140);
  }
  const rules::TableAction action = rules::ParseTableAction(text);
  for (const char c : action.text) Require(c >= ' ' && c <= '~' && c != '{' && c != '}');
  static_cast<void>(rules::FromPosix(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const std::size_t family = bytes[0] % 2 == 0 ? 4 : 16;
  if (bytes.size() < 1 + family) return 0;
  const std::string_view name = bytes.substr(1 + family);
  CheckName(name, ClientOf(bytes.substr(1, family)));
  CheckTable(name);
  return 0;
}
