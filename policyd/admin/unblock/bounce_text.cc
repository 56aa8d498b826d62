#include "policyd/admin/unblock/pasted_text.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policyd/admin/unblock/encodings.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

constexpr int kDeepest = 8;                      // mails within mails
constexpr std::size_t kMostBytes = 256U << 20U;  // of all readings: a text of the largest size has the first of them
constexpr std::string_view kUnnamed = "windows-1252";  // where no charset is named

// "> > text" -> "text".
std::string WithoutQuoteMarks(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  rules::ForEachLine(text, [&plain](std::string_view line) {
    const std::size_t last_mark = std::min(line.find_first_not_of("> \t|"), line.size());
    // A line of blanks stays: it may be a fold inside the reference.
    const bool is_quoted = line.substr(0, last_mark).find_first_of(">|") != std::string_view::npos;
    plain.append(is_quoted ? line.substr(last_mark) : line).push_back('\n');
  });
  return plain;
}

class Reader {
 public:
  std::vector<std::string> Read(std::string_view text) {
    ReadPart(text, 0);
    return std::move(readings_);
  }

 private:
  void ReadPart(std::string_view bytes, int depth) {
    const auto wide = DecodeWide(bytes);
    const std::string plain = WithoutQuoteMarks(wide ? *wide : bytes);
    NoteCharsets(plain);
    AddForms(plain);
    const std::string decoded = DecodeQuotedPrintable(plain);
    if (decoded != plain) AddForms(decoded);
    if (depth == kDeepest) return;
    for (const std::string& part : Base64PartsOf(plain)) ReadPart(part, depth + 1);
  }

  void NoteCharsets(std::string_view text) {
    for (std::string& name : CharsetsNamedIn(text)) charsets_.insert(std::move(name));
  }

  // In each charset that it may be in.
  void AddForms(std::string text) {
    std::erase(text, '\0');  // remains of a charset that the text does not name
    const bool is_utf8 = IsUtf8(text);
    AddForm(text);
    if (!is_utf8 && charsets_.empty()) AddForm(DecodeCharset(text, std::string(kUnnamed)).value_or(std::string()));
    for (const std::string& charset : charsets_) {
      if (!is_utf8 || IsStateful(charset)) AddForm(DecodeCharset(text, charset).value_or(std::string()));
    }
  }

  void AddForm(const std::string& text) {
    std::string html = WithoutHtml(text);
    const bool has_html = html != text;
    Add(WithPlainSigns(text));
    if (has_html) Add(WithPlainSigns(html));
  }

  void Add(std::string reading) {
    if (reading.empty() || bytes_ + reading.size() > kMostBytes) return;
    bytes_ += reading.size();
    readings_.push_back(std::move(reading));
  }

  std::vector<std::string> readings_;
  std::set<std::string> charsets_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<std::string> ReadingsOf(std::string_view text) {
  return Reader().Read(text);
}

std::vector<rules::Reference> ReferencesIn(const std::vector<std::string>& readings) {
  std::vector<rules::Reference> found;
  std::set<rules::Reference> known;
  for (const std::string& reading : readings) {
    for (const rules::Reference& reference : rules::Reference::FindAllIn(reading)) {
      if (known.insert(reference).second) found.push_back(reference);
    }
  }
  return found;
}

}  // namespace policyd::admin
