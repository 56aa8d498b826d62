// Splits a mail address into its parts, in the one form in which entries, classes and mail are compared.
//
// Postfix sends the sender and the recipient unquoted: "x y"@a.example is "x y@a.example" in a request.  Whatever
// stands before the last '@' is a local part, so that a domain is found for every address that has one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct MailAddress {
  std::string local;   // lower case, quoted as RFC 5321 wants it where it must be; may be empty: "@a.example"
  std::string domain;  // lower case, no final dot, U-labels as A-labels

  std::string ToString() const { return local + "@" + domain; }
};

// An address as Postfix sends it or as people write it.  The source route of "@a,@b:user@dom" is left out.  A domain
// that IDNA does not allow is kept as bytes.  Nothing where there is no '@' or no domain in the form of a name.
std::optional<MailAddress> ParseMailAddress(std::string_view text);

// "user" of "user+tag" (recipient_delimiter = +); an address that begins with '+' has no extension.
std::string_view WithoutExtension(std::string_view local);

// The address with its domain in one form.  Nothing else is changed; an address in ASCII is not touched at all.
void UseALabels(std::string& address);

// For comparisons with the addresses of past requests: lower case, the domain in one form; "@domain" stays one.
std::string ComparableAddress(std::string_view text);

}  // namespace rules
