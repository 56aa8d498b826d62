// Writes the lines for Postfix's main.cf that make it ask us: the list as it is, with our line in its place.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/setup/postconf.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct PostfixAdvice {
  std::string server{};  // how main.cf names our socket: "unix:private/sekimori"
  // Nothing is to be changed: our line is there, with all that it needs, in its place.
  bool is_done = false;
  std::string parameter = "smtpd_recipient_restrictions";
  std::vector<std::string> items;    // its value, an item a line
  std::vector<std::string> reasons;  // for what was added or moved
  std::vector<std::string> notes;    // what would be asked twice, and what else keeps mail from being asked about
};

// `server`: how main.cf names our socket ("unix:private/sekimori"); `others`: other names of ours, for a line that is
// there already.
PostfixAdvice AdviseOn(const Postconf& postconf, const std::string& server, const std::vector<std::string>& others);

// With the sockets of the configuration, and, where the Postfix `is_here`, with that of systemd: it is looked for.
PostfixAdvice AdviceFor(const config::Config& config, const Postconf& postconf, bool is_here);

// The name by which main.cf reaches us.  A UNIX socket below Postfix's folder comes first: a chrooted smtpd reaches it,
// and systemd's own does without a line in our configuration.
std::string ServerFor(const std::vector<config::Endpoint>& listen, const std::string& queue_directory, bool has_unit);

runtime::Json ToJson(const PostfixAdvice& advice);

}  // namespace policyd::admin
