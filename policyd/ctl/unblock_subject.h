// What the caller has in hand when mail was turned away.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "policyd/ctl/context.h"
#include "policyd/ctl/journal_rows.h"
#include "rules/reference.h"

namespace policyd::ctl {

struct Subject {
  std::vector<rules::Reference> references;
  RowFilter filter;   // without a reference
  std::string shown;  // "reference ABCDE-FGHJK", "client 192.0.2.1": what the answer is about
};

struct NoSubject {
  ExitStatus status = kBadInput;
  std::string message;
};

// A reference; a text with blanks, a FILE or "-" (standard input), in which references are found, or the client and
// the sender of a line of Postfix's log: a reply, a log line, a whole bounce; a mail address or @domain: that of the
// sender; an IP address or a host name: that of the client.  Reads the file, so it is called before the store is
// opened.
std::variant<Subject, NoSubject> ReadSubject(Context& context, const std::string& argument);

}  // namespace policyd::ctl
