#include "policyd/ctl/unblock_subject.h"

#include "policyd/ctl/columns.h"
#include "policyd/ctl/input.h"
#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

using Read = std::variant<Subject, NoSubject>;

Read About(const rules::Reference& reference) {
  return Subject{.reference = reference, .filter = {}, .shown = "reference " + reference.ToString()};
}

Read FindIn(std::string_view text, const std::string& where) {
  if (const auto reference = rules::Reference::FindIn(text)) return About(*reference);
  return NoSubject{kNoSuchThing, where + ": no reference of Sekimori in it, as in \"(ref ABCDE-FGHJK)\""};
}

bool HasBlanks(std::string_view text) {
  return text.find_first_of(" \t\r\n") != std::string_view::npos;
}

// A name without a dot is a mistyped reference, not a host.
bool IsHostName(std::string_view text) {
  return text.find('.') != std::string_view::npos && rules::NormalizeHostName(text).has_value();
}

}  // namespace

Read ReadSubject(Context& context, const std::string& argument) {
  if (argument != "-" && HasBlanks(argument)) return FindIn(argument, "the text");
  if (const auto reference = rules::Reference::Parse(argument)) return About(*reference);
  if (argument == "-" || IsReadableFile(argument)) {
    const auto text = ReadInput(context, argument);
    if (!text) return NoSubject{kBadInput, text.error().message};
    return FindIn(*text, argument == "-" ? "standard input" : argument);
  }
  if (argument.find('@') != std::string::npos && argument.find('/') == std::string::npos) {
    return Subject{.reference = {}, .filter = SenderFilter(argument), .shown = "sender " + Shown(argument)};
  }
  if (rules::IpAddress::Parse(argument) || IsHostName(argument)) {
    return Subject{.reference = {}, .filter = *ParseClientFilter(argument), .shown = "client " + argument};
  }
  return NoSubject{kBadInput,
                   "expected a reference such as ABCDE-FGHJK (its last character checks the others), a mail address, "
                   "a client's address or name, a readable file, - or a text, got \"" +
                       Shown(argument) + "\""};
}

}  // namespace policyd::ctl
