// Files of contrib/ that the tool has in itself, so that it needs no place to look for them.
#pragma once

#include <string_view>

namespace policyd::admin {

std::string_view DnsblToml();  // the ready set of lists
std::string_view DnsblTsv();   // what recorded list hits stand for

}  // namespace policyd::admin
