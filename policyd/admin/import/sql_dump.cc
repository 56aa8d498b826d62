// clang-format off
//   DUMP      = *STATEMENT
//   STATEMENT = INSERT ";" / COPY / any text without ";" outside of quotes ";"
//   INSERT    = "INSERT INTO" NAME [ "(" NAME *( "," NAME ) ")" ] "VALUES" TUPLE *( "," TUPLE )
//   TUPLE     = "(" VALUE *( "," VALUE ) ")"         VALUE: a quoted text, or a word such as 12 or NULL
//   COPY      = "COPY" NAME "(" NAME *( "," NAME ) ")" "FROM stdin;" LF *( VALUE *( TAB VALUE ) LF ) "\." LF
// clang-format on
//
// A quote within a text is doubled; MySQL also puts a backslash before it.  "--" begins a comment, as does "/*" up to
// "*/".
#include "policyd/admin/import/sql_dump.h"

#include <algorithm>
#include <cctype>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

class Reader {
 public:
  // MySQL alone quotes names with `: there a backslash escapes.
  explicit Reader(std::string_view text) : text_(text), has_backslashes_(text.find('`') != std::string_view::npos) {}

  rules::Status Read(const std::function<void(const SqlRow&)>& visit) {
    for (SkipBlanks(); at_ < text_.size(); SkipBlanks()) {
      const std::string verb = rules::LowerAscii(Word());
      bool is_read = true;
      if (verb == "insert") {
        is_read = ReadInsert(visit);
      } else if (verb == "copy") {
        is_read = ReadCopy(visit);
      } else {
        is_read = SkipStatement();
      }
      if (!is_read) return rules::Error{":" + std::to_string(Line()) + ": expected an SQL dump, and the whole of it"};
    }
    return rules::Done{};
  }

 private:
  std::size_t Line() {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    counted_ = at_;
    return line_;
  }

  bool StartsWith(std::string_view wanted) const { return text_.substr(at_).starts_with(wanted); }

  void SkipTo(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (StartsWith("--") || StartsWith("\\restrict") || StartsWith("\\unrestrict")) {
        SkipTo("\n");
      } else if (StartsWith("/*")) {
        SkipTo("*/");
      } else {
        return;
      }
    }
  }

  bool Take(char wanted) {
    SkipBlanks();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  std::string_view Word() {
    SkipBlanks();
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n(),;'\"`", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    return word;
  }

  bool TakeWord(std::string_view wanted) { return rules::LowerAscii(Word()) == wanted; }

  // Of a text in quotes; false where it does not end.
  bool Quoted(std::string& out) {
    const char quote = text_[at_++];
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool has_more = at_ + 1 < text_.size();
      const bool is_doubled = c == quote && has_more && text_[at_ + 1] == quote;
      if (has_more && (is_doubled || (has_backslashes_ && c == '\\'))) {
        out += text_[++at_];
      } else if (c != quote) {
        out += c;
      } else {
        ++at_;
        return true;
      }
    }
    return false;
  }

  // A name or a value.
  bool Item(std::string& out) {
    SkipBlanks();
    if (at_ == text_.size()) return false;
    if (text_[at_] == '\'' || text_[at_] == '"' || text_[at_] == '`') return Quoted(out);
    out = Word();
    if (rules::LowerAscii(out) == "null") out.clear();
    return true;
  }

  bool Items(std::vector<std::string>& out) {
    if (!Take('(')) return false;
    do {
      if (!Item(out.emplace_back())) return false;
    } while (Take(','));
    return Take(')');
  }

  // "public.connect" is connect.
  bool Table(SqlRow& row) {
    if (!Item(row.table)) return false;
    row.table = rules::LowerAscii(row.table.substr(row.table.rfind('.') + 1));
    return true;
  }

  bool ReadInsert(const std::function<void(const SqlRow&)>& visit) {
    SqlRow row;
    if (!TakeWord("into") || !Table(row)) return false;
    SkipBlanks();
    if (StartsWith("(") && !Items(row.columns)) return false;
    if (!TakeWord("values")) return false;
    do {
      SkipBlanks();
      row.line = Line();
      row.values.clear();
      if (!Items(row.values)) return false;
      visit(row);
    } while (Take(','));
    return Take(';');
  }

  bool ReadCopy(const std::function<void(const SqlRow&)>& visit) {
    SqlRow row;
    if (!Table(row) || !Items(row.columns) || !TakeWord("from") || !TakeWord("stdin") || !Take(';')) return false;
    SkipTo("\n");
    while (at_ < text_.size()) {
      row.line = Line();
      const std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
      SkipTo("\n");
      if (line == "\\.") return true;
      row.values.clear();
      for (const std::string_view field : rules::Split(line, '\t'))
        row.values.emplace_back(field == "\\N" ? "" : field);
      visit(row);
    }
    return false;
  }

  bool SkipStatement() {
    while (at_ < text_.size()) {
      SkipBlanks();
      if (at_ == text_.size()) return false;
      std::string ignored;
      if (text_[at_] == ';') {
        ++at_;
        return true;
      }
      if (text_[at_] == '\'' || text_[at_] == '"' || text_[at_] == '`') {
        if (!Quoted(ignored)) return false;
      } else {
        ++at_;
      }
    }
    return false;
  }

  const std::string_view text_;
  const bool has_backslashes_;
  std::size_t at_ = 0, counted_ = 0, line_ = 1;
};

}  // namespace

rules::Status ReadSqlDump(std::string_view text, const std::function<void(const SqlRow&)>& visit) {
  return Reader(text).Read(visit);
}

}  // namespace policyd::admin
