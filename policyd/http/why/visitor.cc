#include "policyd/http/why/visitor.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "policyd/http/forwarded.h"
#include "rules/values/ascii.h"

namespace policyd::http::why {
namespace {

constexpr std::size_t kStandsOut = 32;  // ... that holds so much of the table: one part in
constexpr std::array<int, 2> kJoinsV4{24, 16};
constexpr std::array<int, 2> kJoinsV6{48, 32};
constexpr int kVisitorV6 = 64;

bool IsTrusted(const Visitor& hop, const std::vector<rules::Network>& proxies) {
  if (!hop || hop->is_loopback()) return true;
  return std::any_of(proxies.begin(), proxies.end(), [&](const rules::Network& proxy) { return proxy.Contains(*hop); });
}

std::array<int, 2> JoinsOf(const rules::IpAddress& address) {
  return address.is_v4() ? kJoinsV4 : kJoinsV6;
}

}  // namespace

Visitor VisitorOf(const HttpRequest& request, const std::vector<rules::Network>& proxies) {
  Visitor visitor = request.peer;
  auto hops = rules::Split(request.Header("x-forwarded-for"), ',');
  while (!hops.empty() && IsTrusted(visitor, proxies)) {
    const auto hop = ReadHop(hops.back());
    if (!hop) break;
    visitor = hop;
    hops.pop_back();
  }
  return visitor;
}

rules::Network NetworkOf(const rules::IpAddress& address) {
  return {address, address.is_v4() ? address.bits() : kVisitorV6};
}

// Its own row, or that of a network that it was joined to.
Tries::Table::iterator Tries::Find(Table& table, const Visitor& visitor) {
  if (!visitor) return table.find(std::nullopt);
  if (const auto own = table.find(NetworkOf(*visitor)); own != table.end()) return own;
  for (const int bits : JoinsOf(*visitor)) {
    if (const auto joined = table.find(rules::Network(*visitor, bits)); joined != table.end()) {
      return joined;
    }
  }
  return table.end();
}

// Times ahead are of a clock that was set back since.
void Tries::Forget(Times& times, rules::TimePoint now) const {
  std::erase_if(times, [&](rules::TimePoint time) { return time > now || now - time >= limits_.within; });
}

bool Tries::Take(const Visitor& visitor, rules::TimePoint now) {
  const auto table = table_.Lock();
  auto row = Find(*table, visitor);
  if (row == table->end()) {
    MakeRoom(*table, now);
    // Its network may have been joined just now.
    row = Find(*table, visitor);
  }
  if (row == table->end()) {
    const auto key = visitor ? std::optional(NetworkOf(*visitor)) : std::nullopt;
    row = table->emplace(key, Times()).first;
  }
  Forget(row->second, now);
  if (row->second.size() >= limits_.tries) return false;
  row->second.push_back(now);
  return true;
}

void Tries::GiveBack(const Visitor& visitor) {
  const auto table = table_.Lock();
  const auto row = Find(*table, visitor);
  if (row == table->end()) return;
  if (!row->second.empty()) row->second.pop_back();
  if (row->second.empty()) table->erase(row);
}

std::size_t Tries::size() const {
  const auto table = table_.Lock();
  return table->size();
}

void Tries::MakeRoom(Table& table, rules::TimePoint now) const {
  if (table.size() < limits_.networks) return;
  for (auto row = table.begin(); row != table.end();) {
    Forget(row->second, now);
    row = row->second.empty() ? table.erase(row) : std::next(row);
  }
  if (table.size() < limits_.networks || JoinLargest(table)) return;
  const auto oldest = std::min_element(table.begin(), table.end(),
                                       [](const auto& a, const auto& b) { return a.second.back() < b.second.back(); });
  table.erase(oldest);
}

// The smallest kind of network first of which one stands out.
bool Tries::JoinLargest(Table& table) const {
  for (std::size_t level = 0; level < kJoinsV4.size(); ++level) {
    std::map<rules::Network, std::size_t> sizes;
    for (const auto& [network, times] : table) {
      if (!network) continue;
      const int bits = JoinsOf(network->base())[level];
      if (network->prefix() > bits) ++sizes[rules::Network(network->base(), bits)];
    }
    const auto largest =
        std::max_element(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (largest == sizes.end() || largest->second < 2 || largest->second * kStandsOut < table.size()) continue;
    Times joined;
    std::erase_if(table, [&](const auto& row) {
      const bool is_part = row.first && largest->first.Contains(row.first->base());
      if (is_part) joined.insert(joined.end(), row.second.begin(), row.second.end());
      return is_part;
    });
    std::sort(joined.begin(), joined.end());
    if (joined.size() > limits_.tries)
      joined.erase(joined.begin(), joined.end() - static_cast<std::ptrdiff_t>(limits_.tries));
    table.emplace(largest->first, std::move(joined));
    return true;
  }
  return false;
}

}  // namespace policyd::http::why
