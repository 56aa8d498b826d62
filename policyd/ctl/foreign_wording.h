// Words by which mail is turned away on a mail server, but not by us: whom to ask instead.
#pragma once

#include <string>
#include <string_view>

namespace policyd::ctl {

// "reject_rbl_client in main.cf (...)"; empty where nothing is recognised.  Case and line breaks do not count.
std::string_view WhoTurnedAway(std::string_view text);

}  // namespace policyd::ctl
