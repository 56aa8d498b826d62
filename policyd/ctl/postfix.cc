#include "policyd/ctl/postfix.h"

#include <unistd.h>

#include <ostream>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/postconf.h"
#include "policyd/ctl/postfix_advice.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

constexpr const char* kUnitEnabled = "/etc/systemd/system/sockets.target.wants/sekimori-postfix.socket";
constexpr const char* kUnitServer = "unix:private/sekimori";

std::string NameOf(const Endpoint& endpoint) {
  return endpoint.is_unix ? endpoint.ToString() : "inet:" + endpoint.ToString();
}

// Every name by which a line may already ask us.
std::vector<std::string> NamesOf(const std::vector<Endpoint>& listen, const std::string& queue_directory) {
  std::vector<std::string> names{kUnitServer, "unix:" + queue_directory + "/private/sekimori"};
  for (const Endpoint& endpoint : listen) {
    names.push_back(NameOf(endpoint));
    if (!endpoint.is_unix && endpoint.host == "127.0.0.1")
      names.push_back("inet:localhost:" + std::to_string(endpoint.port));
    if (endpoint.is_unix && endpoint.host.starts_with(queue_directory + "/"))
      names.push_back("unix:" + endpoint.host.substr(queue_directory.size() + 1));
  }
  return names;
}

void PrintComments(std::ostream& out, const char* title, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out << "# " << title << '\n';
  for (const std::string& text : texts) out << "#   - " << Shown(text) << '\n';
}

void PrintText(std::ostream& out, const std::string& version, const PostfixAdvice& advice) {
  out << "# Postfix " << (version.empty() ? "of unknown version" : Shown(version)) << ": ";
  if (advice.is_done) {
    out << "it asks Sekimori already, nothing is to be done.\n";
  } else {
    out << "in main.cf, in place of " << advice.parameter << "; then `postfix reload`.\n";
    PrintComments(out, "Why, and why in this order:", advice.reasons);
    out << advice.parameter << " =";
    const char* separator = "";
    for (const std::string& item : advice.items) {
      out << separator << "\n    " << Shown(item);
      separator = ",";
    }
    out << '\n';
  }
  PrintComments(out, "Look at this, too:", advice.notes);
}

Json Texts(const std::vector<std::string>& texts) {
  Json array = Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

}  // namespace

std::string ServerFor(const std::vector<Endpoint>& listen, const std::string& queue_directory, bool has_unit) {
  if (has_unit) return kUnitServer;
  for (const Endpoint& endpoint : listen) {
    if (endpoint.is_unix && endpoint.host.starts_with(queue_directory + "/"))
      return "unix:" + endpoint.host.substr(queue_directory.size() + 1);
  }
  for (const Endpoint& endpoint : listen) {
    if (!endpoint.is_unix) return NameOf(endpoint);
  }
  return listen.empty() ? kUnitServer : NameOf(listen.front());
}

ExitStatus RunPostfix(Context& context, const PostfixOptions& options) {
  const auto text = options.file.empty() ? AskPostconf() : ReadInput(context, options.file);
  if (!text) return Fail(context, options.file.empty() ? kUnreachable : kBadInput, text.error().message);
  const Postconf postconf = ReadPostconf(*text);
  if (postconf.parameters.empty()) {
    return Fail(context, kBadInput, "expected what `postconf` prints, lines \"name = value\", got none");
  }
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const std::string& said = postconf.Get("queue_directory");
  const std::string queue = said.empty() ? "/var/spool/postfix" : said;
  const auto& listen = config->service.listen;
  const std::string server = ServerFor(listen, queue, access(kUnitEnabled, F_OK) == 0);
  const PostfixAdvice advice = AdviseOn(postconf, server, NamesOf(listen, queue));
  if (!context.is_json) {
    PrintText(context.out, postconf.Get("mail_version"), advice);
    return kDone;
  }
  context.out << Json::Object()
                     .Add("done", advice.is_done)
                     .Add("server", server)
                     .Add("parameter", advice.parameter)
                     .Add("items", Texts(advice.items))
                     .Add("reasons", Texts(advice.reasons))
                     .Add("notes", Texts(advice.notes))
                     .Dump()
              << '\n';
  return kDone;
}

}  // namespace policyd::ctl
