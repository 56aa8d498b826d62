// The commands that tell what is or would be decided: explain, report, ask, spf, evaluate, replay, names, postfix,
// setup, check-config.
//
// A trace holds the mails that a server took, so what "please send again" does to a sender is not in it: a mail that is
// greylisted comes back after --retry-after, and again until it is let in or the retry window is over; spam does not,
// unless --spam-returns.  What is deferred or rejected for good does not come back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/explain/spf_check.h"
#include "policyd/admin/report/report.h"
#include "policyd/admin/status/ask.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::ExplainOptions;

// Why mail of a client is let in or turned away, and what would change it.  Changes nothing.
ExitStatus RunExplain(Context& context, const ExplainOptions& options);

struct ReportCommandOptions {
  admin::ReportOptions about{};  // subject "-": a received mail on standard input
  bool shows_progress = false;
};

// What DNS says of a sender and of whoever hands in its mail, and what we would answer.  Prints each part as soon as it
// will not change any more.  Changes nothing.
ExitStatus RunReport(Context& context, const ReportCommandOptions& options);

using admin::AskOptions;

// Prints what stands behind "action=".  Uses the first address of policy_service.listen and no store.
ExitStatus RunAsk(Context& context, const AskOptions& options);

using admin::SpfOptions;

// Prints the result, then why.  Asks DNS; uses no store.  kDone whatever the result.
ExitStatus RunSpf(Context& context, const SpfOptions& options);

struct EvaluateOptions {
  std::string file;  // labelled mail (policyd/admin/measure/labelled_mail.h); "-": standard input
  bool with_lists = false;
  std::optional<std::string> svg{};  // a picture of the rates is written there
};

// Prints a row for each corpus, label and hop, by band and by signal.  Asks no DNS and opens no store; every mail is a
// first sight.  Without lists none is judged; with them the recorded hits are, by the configured sites or, where there
// are none, by contrib/dnsbl.toml.
ExitStatus RunEvaluate(Context& context, const EvaluateOptions& options);

struct ReplayOptions {
  std::string file{};  // a trace (policyd/admin/measure/labelled_mail.h); "-": standard input
  bool with_lists = false;
  std::optional<std::string> svg{};  // a picture of the rates is written there
  std::string retry_after = "15m";
  bool spam_returns = false;
};

// Prints for each label what the first try gets, by band and by signal, and how long those wait that come back.  As if
// enforced, in any policy.mode; asks no DNS, touches no store but one of its own.
ExitStatus RunReplay(Context& context, const ReplayOptions& options);

struct NamesOptions {
  std::string file;  // "-": standard input
};

// Lines "IP<TAB>NAME", what follows another tab is ignored -> "IP<TAB>NAME<TAB>CLASS<TAB>POINTS<TAB>RULE": the points
// that the configuration gives to such a name.  A line without an address and a tab is bad input: nothing is printed.
ExitStatus RunNames(Context& context, const NamesOptions& options);

struct PostfixOptions {
  std::optional<std::string> file{};  // what postconf printed, "-": standard input; else postconf is run
};

// Prints what can be pasted into main.cf as it stands: all besides is in comments.  Changes nothing.
ExitStatus RunPostfix(Context& context, const PostfixOptions& options);

// A first configuration, out of what the machine says and a few options, and the checks that matter then.
struct SetupOptions {
  bool writes = false;  // into the configuration file; else it is printed
  bool asks = false;    // for what the options leave open, on standard input
  bool has_lists = false;
  std::string mode = "monitor";
  std::optional<std::string> resolver{};  // else found out
  std::vector<std::string> networks{};    // if any, instead of Postfix's mynetworks
  std::optional<std::string> postconf{};  // a file with what postconf printed; else it is run
  std::optional<std::string> wait{};      // for the first request of Postfix
};

ExitStatus RunSetup(Context& context, const SetupOptions& options);

struct CheckConfigOptions {};

// Says every error and ends with kBadConfiguration, or a summary with the warnings.  Opens no store.
ExitStatus RunCheckConfig(Context& context, const CheckConfigOptions& options);

}  // namespace policyd::ctl
