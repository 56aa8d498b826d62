// The tables of sqlgrey 1.8 in an SQL dump:
//
// clang-format off
//   connect      sender_name sender_domain src rcpt first_seen              a mail that was told to come back
//   from_awl     sender_name sender_domain src first_seen last_seen         a sender that came back from this client
//   domain_awl   sender_domain src first_seen last_seen                     ... several senders of one domain
// clang-format on
//
// sqlgrey forgets the recipient of a mail that came back: it no longer greylists that sender, or that domain, from that
// client.
#include <algorithm>
#include <array>
#include <optional>

#include "policyd/admin/import/import_rows.h"
#include "policyd/admin/import/sql_dump.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/runtime/shown.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kNobody = "-undef-";

struct Layout {
  std::string_view table;
  std::array<std::string_view, 5> columns;
};

constexpr std::array<Layout, 3> kLayouts = {
    Layout{"connect", {"sender_name", "sender_domain", "src", "rcpt", "first_seen"}},
    Layout{"from_awl", {"sender_name", "sender_domain", "src", "first_seen", "last_seen"}},
    Layout{"domain_awl", {"sender_domain", "src", "first_seen", "last_seen", ""}}};

// The value of a column by its name; nothing where the row has none.
std::optional<std::string_view> ValueOf(const SqlRow& row, const Layout& layout, std::string_view column) {
  const auto& named = row.columns;
  const auto index = named.empty()
                         ? std::find(layout.columns.begin(), layout.columns.end(), column) - layout.columns.begin()
                         : std::find(named.begin(), named.end(), column) - named.begin();
  if (static_cast<std::size_t>(index) >= row.values.size()) return std::nullopt;
  return row.values[static_cast<std::size_t>(index)];
}

// Seconds (SQLite), or "2026-11-22 01:24:31" with or without fractions (MySQL, PostgreSQL), taken as UTC.
rules::Result<rules::TimePoint> TimeOf(std::string_view text) {
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kDateAndTime = 19;
  if (text.size() < kDateAndTime || text[kDate] != ' ') return ParseUnixTime(text);
  const std::string iso = std::string(text.substr(0, kDate)) + "T" + std::string(text.substr(kDate + 1, 8)) + "Z";
  const auto time = ParseTime(iso);
  if (!time) return rules::Error{"expected a time, got \"" + runtime::Shown(text) + "\""};
  return *time;
}

std::string SenderOf(std::string_view name, std::string_view domain) {
  if (name == kNobody) return {};
  return domain == kNobody ? std::string(name) : std::string(name) + "@" + std::string(domain);
}

void AddWaiting(const SqlRow& row, const Layout& layout, ImportedRows& rows) {
  const auto name = ValueOf(row, layout, "sender_name");
  const auto domain = ValueOf(row, layout, "sender_domain");
  const auto client = ValueOf(row, layout, "src");
  const auto recipient = ValueOf(row, layout, "rcpt");
  const auto seen = TimeOf(ValueOf(row, layout, "first_seen").value_or(""));
  if (!name || !domain || !client || !recipient)
    return rows.Skip(row.line, "expected the columns of sqlgrey's connect");
  if (!seen) return rows.Skip(row.line, seen.error().message);
  const std::string sender = SenderOf(*name, *domain);
  rows.AddTriplet(row.line, {.client = *client, .sender = sender, .recipient = *recipient},
                  {.first_seen = *seen, .last_seen = *seen, .passes = 0});
}

void AddKnownSender(const SqlRow& row, const Layout& layout, ImportedRows& rows) {
  const auto name = ValueOf(row, layout, "sender_name");
  const auto domain = ValueOf(row, layout, "sender_domain");
  const auto client = ValueOf(row, layout, "src");
  const auto last = TimeOf(ValueOf(row, layout, "last_seen").value_or(""));
  if (!client) return rows.Skip(row.line, "expected the columns of sqlgrey's auto-whitelist");
  if (!last) return rows.Skip(row.line, last.error().message);
  if (!domain || (!name && row.table == "from_awl")) {
    return rows.Skip(row.line, "expected the columns of sqlgrey's auto-whitelist");
  }
  const bool is_nobody = *domain == kNobody;
  if (row.table == "domain_awl" && is_nobody) return rows.Skip(row.line, "the null sender has no domain");
  rows.AddSender(row.line, *client, row.table == "from_awl" ? SenderOf(*name, *domain) : "@" + std::string(*domain),
                 *last);
}

}  // namespace

rules::Status ReadSqlgrey(std::string_view text, ImportedRows& rows) {
  const auto names_table = [text](const Layout& layout) {
    return text.find(" " + std::string(layout.table)) != std::string_view::npos ||
           text.find("`" + std::string(layout.table)) != std::string_view::npos ||
           text.find("." + std::string(layout.table)) != std::string_view::npos;
  };
  if (!std::all_of(kLayouts.begin(), kLayouts.end(), names_table)) {
    return rules::Error{
        ":1: expected an SQLite file or an SQL dump with "
        "sqlgrey's tables connect, from_awl and domain_awl"};
  }
  // sqlite3 ends its dump so; without it the end is missing.
  const bool is_of_sqlite = text.starts_with("PRAGMA ");
  if (is_of_sqlite && text.find("COMMIT;") == std::string_view::npos) {
    return rules::Error{":1: expected COMMIT; at the end: the dump is not whole"};
  }
  return ReadSqlDump(text, [&](const SqlRow& row) {
    for (const Layout& layout : kLayouts) {
      if (row.table != layout.table) continue;
      return row.table == "connect" ? AddWaiting(row, layout, rows) : AddKnownSender(row, layout, rows);
    }
  });
}

}  // namespace policyd::admin
