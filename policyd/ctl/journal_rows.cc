#include "policyd/ctl/journal_rows.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ostream>
#include <thread>
#include <utility>

#include "policyd/ctl/colours.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/fact_rows.h"
#include "policyd/ctl/plain_signs.h"
#include "policyd/ctl/row_signals.h"
#include "policyd/ctl/times.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/verdict.h"

namespace policyd::ctl {
namespace {

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

std::string Angled(const std::string& address) {
  return "<" + address + ">";
}

// ", would reject", ", shadow reject": where the mode let in what enforce would not, and where the shadow policy
// differs.
std::string BesideAction(const cache::JournalRow& row) {
  std::string text;
  if (!row.would.empty()) text += ", would " + row.would;
  if (!row.shadow.empty()) text += ", shadow " + row.shadow.substr(0, row.shadow.find(';'));
  return text;
}

std::string ActionOf(const cache::JournalRow& row) {
  return row.action + BesideAction(row);
}

double NumberOf(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Json SignalsToJson(const cache::JournalRow& row) {
  Json signals = Json::Array();
  for (const RowSignal& signal : SignalsOf(row)) {
    signals.Append(Json::Object()
                       .Add("signal", signal.kind)
                       .Add("points", signal.points.tenths / 10.0)
                       .Add("detail", signal.detail));
  }
  return signals;
}

}  // namespace

bool IsTurnedAway(const cache::JournalRow& row) {
  for (const rules::Action action : {rules::Action::kGreylist, rules::Action::kDefer, rules::Action::kReject,
                                     rules::Action::kHold, rules::Action::kDiscard}) {
    if (row.intended() == rules::Name(action)) return true;
  }
  return false;
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
  return rules::Error{"expected an address, a network or a host name, got \"" + Shown(text) + "\""};
}

RowFilter SenderFilter(std::string_view text) {
  return AddressFilter(&cache::JournalRow::sender, text);
}

RowFilter RecipientFilter(std::string_view text) {
  return AddressFilter(&cache::JournalRow::recipient, text);
}

rules::Result<RowFilter> ParseReasonFilter(std::string_view text) {
  std::string known;
  for (int number = 0; number <= static_cast<int>(rules::Reason::kFailOpen); ++number) {
    const std::string name = rules::Name(static_cast<rules::Reason>(number));
    if (name == text) return RowFilter([name](const cache::JournalRow& row) { return row.reason == name; });
    known += (known.empty() ? "" : ", ") + name;
  }
  return rules::Error{"expected one of " + known + "; got \"" + Shown(text) + "\""};
}

std::vector<cache::JournalRow> NewestRows(const cache::Stores& stores, rules::TimePoint since, std::size_t limit,
                                          const RowFilter& filter) {
  std::vector<cache::JournalRow> rows;
  {
    cache::ReadTransaction snapshot(stores.records_environment());
    stores.journal().Scan(snapshot, since, [&](const cache::JournalRow& row) {
      if (!filter(row)) return true;
      rows.push_back(row);
      // A journal of millions is read with the memory of two pages.
      if (rows.size() >= 2 * limit + 1000) KeepNewest(rows, limit);
      return true;
    });
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

std::vector<cache::JournalRow> AwaitRows(const OpenedStore& store,
                                         const std::function<std::vector<cache::JournalRow>()>& find) {
  constexpr std::chrono::milliseconds kFor{1500};
  constexpr std::chrono::milliseconds kStep{10};
  const auto end = std::chrono::steady_clock::now() + kFor;
  for (;;) {
    auto rows = find();
    const bool may_come = rows.empty() && std::chrono::steady_clock::now() < end &&
                          cache::Stores::RunningDaemon(store.config.store.directory);
    if (!may_come) return rows;
    std::this_thread::sleep_for(kStep);
  }
}

std::string WhyOf(const cache::JournalRow& row) {
  std::string text = row.signals;
  const auto add = [&text](const char* key, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : " ") + std::string(key) + '=' + value;
  };
  add("entry", row.entry);
  add("class", row.recipient_class);
  add("table", row.table);
  return text;
}

std::string HowLongKept(const OpenedStore& store) {
  std::string text = "verdicts are kept " + rules::PrintDuration(store.config.journal.keep);
  cache::ReadTransaction snapshot(store.stores->records_environment());
  const auto dropped = store.stores->journal().GetDropped(snapshot);
  if (!dropped) return text;
  return text + "; " + std::to_string(dropped->count) + " were dropped earlier, from " +
         rules::PrintTime(dropped->first) + " to " + rules::PrintTime(dropped->last) +
         ", because the journal was full: those of the networks that had most of them";
}

Json RowToJson(const cache::JournalRow& row) {
  const auto score = rules::ParsePoints(row.score);
  Json facts = Json::Array();
  for (const rules::FactText& fact : row.facts) facts.Append(FactToJson(fact));
  return Json::Object()
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
      .Add("would", row.would.empty() ? Json() : Json(row.would))
      .Add("reason", row.reason)
      .Add("mode", row.mode)
      .Add("recipient_class", row.recipient_class)
      .Add("score", NumberOf(row.score))
      .Add("signals", SignalsToJson(row))
      .Add("entry", row.entry.empty() ? Json() : Json(row.entry))
      .Add("table", row.table.empty() ? Json() : Json(row.table))
      .Add("reply", row.reply)
      .Add("shadow", row.shadow)
      .Add("facts", std::move(facts));
}

void PrintRows(std::ostream& out, const std::vector<cache::JournalRow>& rows) {
  Columns columns(
      {"last", "times", "reference", "client", "name", "sender", "recipient", "action", "reason", "score", "why"});
  for (const cache::JournalRow& row : rows) {
    columns.Add({ShownTime(row.last), std::to_string(row.times), row.reference.ToString(), row.client.ToString(),
                 row.name, Angled(row.sender), Angled(row.recipient), ActionOf(row), row.reason, row.score,
                 WhyOf(row)});
  }
  if (!columns.empty()) columns.Print(out);
}

void PrintLine(std::ostream& out, const cache::JournalRow& row) {
  out << ShownTime(row.last) << "  " << row.reference.ToString() << "  " << ColouredAction(out, Shown(row.action))
      << Shown(BesideAction(row)) << " (" << Shown(row.reason) << ", " << Shown(row.score)
      << (WhyOf(row).empty() ? "" : ", " + Shown(WhyOf(row))) << ")  " << row.client.ToString() << ' '
      << (row.name.empty() ? "-" : Shown(row.name)) << "  " << Shown(Angled(row.sender)) << " to "
      << Shown(Angled(row.recipient));
  if (row.times > 1) out << "  " << row.times << " times";
  out << '\n';
}

void PrintRow(std::ostream& out, const cache::JournalRow& row) {
  const bool is_enforced = row.mode == rules::Name(rules::Mode::kEnforce);
  out << row.reference.ToString() << ": " << ColouredAction(out, Shown(row.action))
      << (row.would.empty() ? "" : ", would " + Shown(row.would)) << ", because of " << Shown(row.reason)
      << (is_enforced ? "" : " (mode " + Shown(row.mode) + ": let in all the same)") << '\n';
  out << "  when       " << ShownTime(row.last);
  if (row.times > 1) out << ", " << row.times << " times since " << ShownTime(row.first);
  out << '\n';
  out << "  client     " << row.client.ToString() << ", " << (row.name.empty() ? "no name" : Shown(row.name))
      << " (reverse DNS: " << Shown(ReverseDnsOf(row)) << ")\n";
  out << "  helo       " << Shown(row.helo) << '\n';
  out << "  sender     " << Shown(Angled(row.sender)) << '\n';
  out << "  recipient  " << Shown(Angled(row.recipient))
      << (row.recipient_class.empty() ? "" : " (class " + Shown(row.recipient_class) + ")") << '\n';
  out << "  score      " << Shown(row.score) << (row.signals.empty() ? "" : ", signals " + Shown(row.signals)) << '\n';
  if (!row.entry.empty()) out << "  entry      " << Shown(row.entry) << '\n';
  if (!row.table.empty()) out << "  table      " << Shown(row.table) << '\n';
  out << "  reply      " << Shown(row.reply) << '\n';
  if (!row.shadow.empty()) out << "  shadow     " << Shown(row.shadow) << '\n';
}

}  // namespace policyd::ctl
