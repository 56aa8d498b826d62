// Reads names and addresses as people write and copy them: with blanks, brackets, quotes or a final dot around them.
// One reader for each serves lists, tables, configuration, look-ups and imports.
//
// What comes from Postfix and DNS is read strictly: IpAddress::Parse(), NormalizeHostName().  Errors say what was
// expected and what was there.
#pragma once

#include <string>
#include <string_view>

#include "rules/values/ip_address.h"
#include "rules/values/mail_address.h"
#include "rules/values/result.h"

namespace rules {

// What stands within blanks, invisible characters, quotes, <...> and before , ; or a final dot.
std::string_view WithoutWrapping(std::string_view text);

// Full-width letters, digits and signs (U+FF01 to U+FF5E, as Japanese keyboards write them) and the full stops of CJK
// (U+3002, U+FF61) as ASCII.  Where other letters remain it is a word of that language: the text as it was.
std::string WithoutFullWidth(std::string_view text);

// "192.0.2.1", "[192.0.2.1]", "unknown[192.0.2.1]", "2001:db8::1", "[IPv6:2001:db8::1]", "fe80::1%eth0" (the zone is
// left out).  The IPv4 address within 64:ff9b::/96 (rules/values/nat64.h) is meant where one is written.
Result<IpAddress> ReadAddress(std::string_view text);

// An address, or one with a prefix length or a netmask: "192.0.2.0/24", "192.0.2.0/255.255.255.0", "[2001:db8::]/32",
// "[2001:db8::/32]".  An error where bits beyond the prefix are set.
Result<Network> ReadNetwork(std::string_view text);

// "Mail.Example.COM.", "müller.example": normalised.
Result<std::string> ReadHostName(std::string_view text);

// "ann@a.example", "Ann Smith <ann@a.example>", "ann@a.example (Ann)", "mailto:ann@a.example", "@a.example", "\"x
// y\"@a.example".
Result<MailAddress> ReadMailAddress(std::string_view text);

}  // namespace rules
