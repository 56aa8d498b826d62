#include "policyd/admin/import/sql_dump.h"

#include <gtest/gtest.h>

namespace policyd::admin::sql_dump_test {

struct Case {
  const char* name;
  const char* text;
  std::string want;  // "table/column,column(value|value)" a row; "error" where the text is not whole
};

class SqlDumpTest : public testing::TestWithParam<Case> {};

std::string Joined(const std::vector<std::string>& texts, const char* separator) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : separator) + text;
  return joined;
}

TEST_P(SqlDumpTest, GivesTheRows) {
  std::string got;
  const auto read = ReadSqlDump(GetParam().text, [&got](const SqlRow& row) {
    got += std::to_string(row.line) + ":" + row.table + "/" + Joined(row.columns, ",") + "(" + Joined(row.values, "|") +
           ")";
  });
  EXPECT_EQ(read ? got : "error", GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Dumps, SqlDumpTest,
    testing::Values(
        Case{"nothing", "", ""},
        Case{"sqlite",
             "BEGIN TRANSACTION;\nCREATE TABLE t (a text, PRIMARY KEY (a));\nINSERT INTO t VALUES('o''k',7);\n",
             "3:t/(o'k|7)"},
        Case{"semicolon_in_a_text", "INSERT INTO t VALUES('a;b',NULL);", "1:t/(a;b|)"},
        Case{"mysql", "-- MySQL dump\n/*!40101 SET a=b */;\nINSERT INTO `t` VALUES ('o\\'k',7),\n('b','c');\n",
             "3:t/(o'k|7)4:t/(b|c)"},
        Case{"named_columns", "INSERT INTO public.t (b, \"a\") VALUES ('1', '2');", "1:t/b,a(1|2)"},
        Case{"postgresql", "COPY public.t (a, b) FROM stdin;\n1\tx y\n2\t\\N\n\\.\nSELECT 1;\n",
             "2:t/a,b(1|x y)3:t/a,b(2|)"},
        Case{"cut_off_in_a_text", "INSERT INTO t VALUES('a", "error"},
        Case{"cut_off_in_a_tuple", "INSERT INTO t VALUES('a',", "error"},
        Case{"cut_off_in_a_copy", "COPY t (a) FROM stdin;\n1\n", "error"},
        Case{"no_sql_at_all", "this is a letter", "error"}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::sql_dump_test
