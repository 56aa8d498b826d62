// Reads the subject that a caller names when mail was turned away: a reference, an address, a name or a whole bounce.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/admin/unblock/bounce_claims.h"
#include "policyd/admin/unblock/pasted_text.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/reference.h"

namespace policyd::admin {

// Verdicts that are chosen by what they are about.
struct Selection {
  enum class By : std::uint8_t {
    kClient,       // its address, which nobody can forge
    kName,         // a host name or a domain: of the client, the sender or the recipient
    kMailAddress,  // of the sender or the recipient, which anybody can claim
  } by = By::kClient;
  RowFilter filter;
  std::string named;  // the name, the mail address or "@domain"
  std::string shown;  // "client 192.0.2.1": what the answer is about
};

struct Subject {
  std::vector<rules::Reference> references;  // all that may be one; the journal knows which are
  std::optional<Selection> selection;        // where none of these is known
  ForeignRefusal foreign;                    // what the text reads like where nothing is known
  BounceClaims claims;                       // what the text says of the mail
  std::string where;                         // "standard input", "the text"; empty where the argument itself says it

  std::string shown() const;
};

// The argument of a command or the field of a form: a reference; a text with blanks; a mail address or @domain: that of
// the sender or the recipient; an IP address: that of the client; a host name or a domain; in any form in which people
// copy these.
Result<Subject> ReadSubject(const std::string& argument);
// A reply, a log line, a whole bounce: references are found in it, or the client and the sender of a line of Postfix's
// log.  `where` it comes from, for people.
Subject ReadSubjectText(std::string_view text, std::string where);

}  // namespace policyd::admin
