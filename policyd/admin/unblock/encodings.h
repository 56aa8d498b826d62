// Undoes the encodings of mail: charsets (by iconv(3)), the transfer encodings (RFC 2045 section 6), HTML and
// typography.  Does not rely on headers, which are often missing from a pasted text.  Pure; linear in the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policyd::admin {

bool IsUtf8(std::string_view bytes);

// UTF-16 or UTF-32 with a byte order mark, or UTF-16 without one, known by the zero bytes that ASCII has in it; the
// byte order mark of UTF-8 is dropped.  Nothing for all else.
std::optional<std::string> DecodeWide(std::string_view bytes);

// Bytes that cannot be converted become "?".  Nothing where the charset is not known.
std::optional<std::string> DecodeCharset(std::string_view bytes, const std::string& charset);

// The charsets that the headers of its parts name, each once and in lower case, at most four; without UTF-8 and ASCII.
std::vector<std::string> CharsetsNamedIn(std::string_view text);

// May ASCII bytes stand for other signs in it, as in UTF-7 and ISO-2022-JP?
bool IsStateful(std::string_view charset);

// A text that is no quoted-printable stays as it is.
std::string DecodeQuotedPrintable(std::string_view text);

// Each block of lines that looks like base64, decoded.
std::vector<std::string> Base64PartsOf(std::string_view text);

// UTF-8 with hyphens and blanks of any kind and full-width letters in ASCII, and without what is invisible: soft
// hyphens, zero-width signs, marks of direction.
std::string WithPlainSigns(std::string_view text);

// The text of an HTML document: without tags and comments, entities replaced.  A text between angle brackets that is no
// tag stays: "<bob@here.example>".
std::string WithoutHtml(std::string_view text);

}  // namespace policyd::admin
