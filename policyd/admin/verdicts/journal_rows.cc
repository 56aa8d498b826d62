#include "policyd/admin/verdicts/journal_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "policyd/admin/stores/facts.h"
#include "policyd/admin/unblock/encodings.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/verdict.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kRoom = 20;  // rows

bool IsNewer(const cache::JournalRow& a, const cache::JournalRow& b) {
  return std::pair(b.last, b.reference) < std::pair(a.last, a.reference);
}

void KeepNewest(std::vector<cache::JournalRow>& rows, std::size_t limit) {
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows.size()));
  std::partial_sort(rows.begin(), middle, rows.end(), IsNewer);
  rows.erase(middle, rows.end());
}

std::string OneForm(std::string_view address) {
  const auto parsed = rules::ParseMailAddress(address);
  return parsed ? parsed->ToString() : rules::ComparableAddress(address);
}

RowFilter AddressFilter(std::string cache::JournalRow::*address, std::string_view text) {
  const auto written = rules::ReadMailAddress(text);
  const std::string wanted = text == "<>" ? std::string() : written ? written->ToString() : OneForm(text);
  const bool is_domain = wanted.starts_with('@');
  return [address, wanted, is_domain](const cache::JournalRow& row) {
    const std::string got = OneForm(row.*address);
    return is_domain ? got.ends_with(wanted) : got == wanted;
  };
}

double NumberOf(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool TurnsAway(std::string_view action) {
  constexpr std::array kActions{rules::Action::kGreylist, rules::Action::kDefer, rules::Action::kReject,
                                rules::Action::kHold, rules::Action::kDiscard};
  return std::ranges::any_of(kActions, [action](rules::Action one) { return action == rules::Name(one); });
}

runtime::Json SignalsToJson(const cache::JournalRow& row) {
  runtime::Json signals = runtime::Json::Array();
  for (const RowSignal& signal : SignalsOf(row)) {
    signals.Append(runtime::Json::Object()
                       .Add("signal", signal.kind)
                       .Add("points", signal.points.tenths / 10.0)
                       .Add("detail", signal.detail));
  }
  return signals;
}

}  // namespace

bool IsTurnedAway(const cache::JournalRow& row) {
  return TurnsAway(row.intended());
}

bool WasTurnedAway(const cache::JournalRow& row) {
  return TurnsAway(row.action);
}

std::optional<rules::Reference> ParseReference(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n()[]<>\"'.,;:#-";
  std::string plain = WithPlainSigns(text);
  const std::size_t begin = plain.find_first_not_of(kAround);
  if (begin == std::string::npos) return std::nullopt;
  plain = plain.substr(begin, plain.find_last_not_of(kAround) - begin + 1);
  const bool says_ref =
      rules::LowerAscii(plain.substr(0, 3)) == "ref" && kAround.find(plain[3]) != std::string_view::npos;
  if (says_ref) plain.erase(0, plain.find_first_not_of(kAround, 3));
  std::erase(plain, ' ');
  return rules::Reference::Parse(plain);
}

rules::Result<RowFilter> ParseClientFilter(std::string_view text) {
  if (const auto network = rules::ReadNetwork(text)) {
    return RowFilter([network = *network](const cache::JournalRow& row) { return network.Contains(row.client); });
  }
  if (const auto name = rules::ReadHostName(text)) {
    return RowFilter([name = *name](const cache::JournalRow& row) { return row.name == name; });
  }
  return rules::Error{"expected an address, a network or a host name, got \"" + runtime::Shown(text) + "\""};
}

RowFilter SenderFilter(std::string_view text) {
  return AddressFilter(&cache::JournalRow::sender, text);
}

RowFilter RecipientFilter(std::string_view text) {
  return AddressFilter(&cache::JournalRow::recipient, text);
}

rules::Result<RowFilter> ParseReasonFilter(std::string_view text) {
  std::string known;
  for (int number = 0; number <= static_cast<int>(rules::kLastReason); ++number) {
    const std::string name = rules::Name(static_cast<rules::Reason>(number));
    if (name == text) return RowFilter([name](const cache::JournalRow& row) { return row.reason == name; });
    known += (known.empty() ? "" : ", ") + name;
  }
  return rules::Error{"expected one of " + known + "; got \"" + runtime::Shown(text) + "\""};
}

rules::Result<RowFilter> ParseActionFilter(std::string_view text) {
  if (rules::ParseAction(text)) {
    return RowFilter(
        [name = std::string(text)](const cache::JournalRow& row) { return row.action == name || row.would == name; });
  }
  std::vector<std::string> known;
  for (const rules::Action action : rules::kAllActions) known.emplace_back(rules::Name(action));
  return rules::Error{"expected one of " + rules::Joined(known) + "; got \"" + runtime::Shown(text) + "\""};
}

std::vector<cache::JournalRow> NewestRows(const cache::Stores& stores, rules::TimePoint since, std::size_t limit,
                                          const RowFilter& filter, const std::stop_token& stop) {
  std::vector<cache::JournalRow> rows;
  {
    cache::ReadTransaction snapshot(stores.records_environment());
    rules::TimePoint oldest{};  // what was tried before has no place among the newest any more
    const auto visit = [&](const cache::JournalRow& row) {
      if (stop.stop_requested()) return false;
      if (!filter(row)) return true;
      rows.push_back(row);
      // A journal of millions is read with the memory of two pages.
      if (rows.size() < 2 * limit + kRoom) return true;
      KeepNewest(rows, limit);
      if (!rows.empty()) oldest = rows.back().last;
      return true;
    };
    stores.journal().Scan(snapshot, since, visit,
                          [&oldest](const cache::JournalTries& tries) { return tries.last >= oldest; });
  }
  KeepNewest(rows, limit);
  return rows;
}

std::vector<cache::JournalRow> FindRows(const cache::Stores& stores, const std::vector<rules::Reference>& references) {
  cache::ReadTransaction snapshot(stores.records_environment());
  std::vector<cache::JournalRow> rows;
  for (const rules::Reference& reference : references) {
    if (auto row = stores.journal().Find(snapshot, reference)) rows.push_back(*std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
  return rows;
}

std::vector<cache::JournalRow> AwaitRows(const std::string& directory,
                                         const std::function<std::vector<cache::JournalRow>()>& find,
                                         const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kFor{1500};
  constexpr std::chrono::milliseconds kStep{10};
  const auto end = std::chrono::steady_clock::now() + kFor;
  for (;;) {
    auto rows = find();
    const bool may_come = rows.empty() && !stop.stop_requested() && std::chrono::steady_clock::now() < end &&
                          cache::Stores::RunningDaemon(directory);
    if (!may_come) return rows;
    std::this_thread::sleep_for(kStep);
  }
}

std::string WhyOf(const cache::JournalRow& row) {
  std::string text = row.signals;
  const auto add = [&text](const char* key, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : " ") + std::string(key) + '=' + value;
  };
  add("spf", row.spf);
  add("entry", row.entry);
  add("class", row.recipient_class);
  add("table", row.table);
  return text;
}

KeptTime HowLongAreKept(const config::Config& config, const cache::Stores& stores) {
  cache::ReadTransaction snapshot(stores.records_environment());
  return {.time = config.journal.keep, .dropped = stores.journal().GetDropped(snapshot)};
}

std::string HowLongKept(const config::Config& config, const cache::Stores& stores) {
  const KeptTime kept = HowLongAreKept(config, stores);
  std::string text = "verdicts are kept " + rules::PrintDuration(kept.time);
  if (!kept.dropped) return text;
  return text + "; " + std::to_string(kept.dropped->count) + " were dropped earlier, from " +
         rules::PrintTime(kept.dropped->first) + " to " + rules::PrintTime(kept.dropped->last) +
         ", because the journal was full: those of the networks that had most of them";
}

runtime::Json RowToJson(const cache::JournalRow& row) {
  const auto score = rules::ParsePoints(row.score);
  runtime::Json facts = runtime::Json::Array();
  for (const rules::FactText& fact : row.facts) facts.Append(FactToJson(fact));
  return runtime::Json::Object()
      .Add("reference", row.reference.ToString())
      .Add("first", rules::PrintTime(row.first))
      .Add("last", rules::PrintTime(row.last))
      .Add("times", row.times)
      .Add("client", row.client.ToString())
      .Add("name", row.name)
      .Add("reverse_dns", ReverseDnsOf(row))
      .Add("helo", row.helo)
      .Add("sender", row.sender)
      .Add("recipient", row.recipient)
      .Add("action", row.action)
      .Add("would", row.would.empty() ? runtime::Json() : runtime::Json(row.would))
      .Add("reason", row.reason)
      .Add("mode", row.mode)
      .Add("recipient_class", row.recipient_class)
      .Add("score", NumberOf(row.score))
      .Add("signals", SignalsToJson(row))
      .Add("spf", row.spf.empty() ? runtime::Json() : runtime::Json(row.spf))
      .Add("entry", row.entry.empty() ? runtime::Json() : runtime::Json(row.entry))
      .Add("table", row.table.empty() ? runtime::Json() : runtime::Json(row.table))
      .Add("reply", row.reply)
      .Add("shadow", row.shadow)
      .Add("facts", std::move(facts));
}

}  // namespace policyd::admin
