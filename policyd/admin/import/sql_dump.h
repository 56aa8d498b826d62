// The rows of an SQL dump: what sqlite3's .dump, mysqldump and pg_dump write.  Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"

namespace policyd::admin {

struct SqlRow {
  std::size_t line = 0;
  std::string table;
  std::vector<std::string> columns;  // empty: those of the table, in its order
  std::vector<std::string> values;   // NULL is empty
};

// Calls visit for each row of INSERT and COPY statements; other statements are passed over.  Errors begin with
// ":LINE: ": a text that ends within a statement is not whole.
rules::Status ReadSqlDump(std::string_view text, const std::function<void(const SqlRow&)>& visit);

}  // namespace policyd::admin
