#include "policyd/ctl/audit.h"

#include <ostream>
#include <vector>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/option_values.h"
#include "policyd/json.h"

namespace policyd::ctl {
namespace {

// The entry as it was kept: a line of JSON, or nothing.
Json Kept(const std::string& text) {
  if (text.empty()) return Json();
  auto json = Json::Parse(text);
  return json ? std::move(*json) : Json(text);
}

Json RowToJson(const cache::AuditRow& row) {
  return Json::Object()
      .Add("number", row.number)
      .Add("time", rules::PrintTime(row.time))
      .Add("author", row.author)
      .Add("command", row.command)
      .Add("target", row.target)
      .Add("before", Kept(row.before))
      .Add("after", Kept(row.after));
}

const char* ChangeOf(const cache::AuditRow& row) {
  if (row.after.empty()) return "removed";
  return row.before.empty() ? "added" : "replaced";
}

std::string CommentOf(const cache::AuditRow& row) {
  const Json entry = Kept(row.after);
  const Json* comment = entry.Find("comment");
  const auto* text = comment ? std::get_if<std::string>(&comment->value()) : nullptr;
  return text ? *text : std::string();
}

}  // namespace

ExitStatus RunAudit(Context& context, const AuditOptions& options) {
  const auto since = ParseSince(options.since, context.now);
  if (!since) return Fail(context, kUsage, since.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  std::vector<cache::AuditRow> rows;
  {
    cache::ReadTransaction snapshot(store.stores->lists_environment());
    store.stores->audit().Scan(snapshot, *since, [&](const cache::AuditRow& row) {
      rows.push_back(row);
      return true;
    });
  }
  if (context.is_json) {
    Json array = Json::Array();
    for (const cache::AuditRow& row : rows) array.Append(RowToJson(row));
    context.out << Json::Object().Add("changes", std::move(array)).Dump() << '\n';
    return kDone;
  }
  Columns columns({"number", "time", "author", "command", "change", "comment"});
  for (const cache::AuditRow& row : rows) {
    columns.Add({std::to_string(row.number), rules::PrintTime(row.time), row.author, row.command, ChangeOf(row),
                 CommentOf(row)});
  }
  if (!columns.empty()) columns.Print(context.out);
  return kDone;
}

}  // namespace policyd::ctl
