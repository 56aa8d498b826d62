// Words by which mail is turned away on a mail server, but not by us: what to look at instead.
#pragma once

#include <string>
#include <string_view>

namespace policyd::admin {

struct ForeignRefusal {
  std::string host;              // the server that refused, as the text names it; empty where it does not
  std::string_view here;         // "reject_rbl_client in main.cf (...)", where that is this server
  std::string_view of_our_mail;  // "the PTR record of our outgoing address ...", where it is another one
};

// `here` and `of_our_mail` are empty where nothing is recognised.  Case and line breaks do not count.
ForeignRefusal ForeignRefusalIn(std::string_view text);

}  // namespace policyd::admin
