#include <ostream>

#include "policyd/admin/setup/postconf.h"
#include "policyd/admin/setup/postfix_advice.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

void PrintComments(std::ostream& out, const char* title, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out << "# " << title << '\n';
  for (const std::string& text : texts) out << "#   - " << runtime::Shown(text) << '\n';
}

void PrintText(std::ostream& out, const std::string& version, const admin::PostfixAdvice& advice) {
  out << "# Postfix " << (version.empty() ? "of unknown version" : runtime::Shown(version)) << ": ";
  if (advice.is_done) {
    out << "it asks Sekimori already, nothing is to be done.\n";
  } else {
    out << "in main.cf, in place of " << advice.parameter << "; then `postfix reload`.\n";
    PrintComments(out, "Why, and why in this order:", advice.reasons);
    out << advice.parameter << " =";
    const char* separator = "";
    for (const std::string& item : advice.items) {
      out << separator << "\n    " << runtime::Shown(item);
      separator = ",";
    }
    out << '\n';
  }
  PrintComments(out, "Look at this, too:", advice.notes);
}

}  // namespace

ExitStatus RunPostfix(Context& context, const PostfixOptions& options) {
  const auto text = options.file ? ReadInput(context, *options.file) : admin::AskPostconf();
  if (!text) return Fail(context, options.file ? kBadInput : kUnreachable, text.error().message);
  const auto postconf = admin::ReadWholePostconf(*text);
  if (!postconf) return Fail(context, kBadInput, postconf.error().message);
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const admin::PostfixAdvice advice = admin::AdviceFor(*config, *postconf, !options.file);
  if (!context.is_json) {
    PrintText(context.out, postconf->Get("mail_version"), advice);
    return kDone;
  }
  context.out << admin::ToJson(advice).Dump() << '\n';
  return kDone;
}

}  // namespace policyd::ctl
