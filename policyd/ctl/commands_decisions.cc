// The commands that say what is or would be decided.
#include "policyd/ctl/commands_decisions.h"

#include <unistd.h>

#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

void AddExplain(Syntax program) {
  const auto explain = Register(program, "explain", "say why a client is let in or turned away", RunExplain);
  explain.syntax.Add("CLIENT|REFERENCE", explain.options->subject, "the client's IP address, or a reference")
      .Required();
  explain.syntax.Add("--helo", explain.options->helo, "its HELO name");
  explain.syntax.Add("--sender", explain.options->sender, "the sender, <> for a bounce; else anybody");
  explain.syntax.Add("--recipient", explain.options->recipient, "the recipient");
  explain.syntax.AddFlag("--now-from-cache", explain.options->is_from_cache,
                         "decide on what is remembered; else DNS is asked afresh");
}

void AddReport(Syntax program) {
  const auto report = Register(program, "report", "say what DNS has of a sender, and what is wrong with it", RunReport);
  admin::ReportOptions& about = report.options->about;
  report.syntax
      .Add("SUBJECT", about.subject,
           "a domain, a host name, an IP address or a mail address; - for a received mail on standard input")
      .Required();
  report.syntax.Add("--client", about.client, "the address that hands in the mail");
  report.syntax.Add("--helo", about.helo, "its HELO name");
  report.syntax.Add("--sender", about.sender, "the sender whose SPF counts, <> for a bounce; else that of SUBJECT");
  report.syntax.Add("--selector", about.selector, "the selector of a DKIM key, s= in a signature");
  report.options->shows_progress = isatty(STDERR_FILENO) == 1;
}

void AddAsk(Syntax program) {
  const auto ask = Register(program, "ask", "put one question to the running daemon, as Postfix would", RunAsk);
  ask.syntax.Add("--client", ask.options->client, "the client's IP address").Required();
  ask.syntax.Add("--name", ask.options->name, "what Postfix sends as its name, never believed").ShowsDefault();
  ask.syntax.Add("--helo", ask.options->helo, "its HELO name").ShowsDefault();
  ask.syntax.Add("--sender", ask.options->sender, "the sender, \"\" for a bounce").ShowsDefault();
  ask.syntax.Add("--recipient", ask.options->recipient, "the recipient").ShowsDefault();
  ask.syntax.Add("--state", ask.options->state, "the protocol state").ShowsDefault();
}

void AddSpf(Syntax program) {
  const auto spf = Register(program, "spf", "ask whether a sender's domain lets a client send (SPF)", RunSpf);
  spf.syntax.Add("--client", spf.options->client, "the client's IP address").Required();
  spf.syntax.Add("--helo", spf.options->helo, "its HELO name");
  spf.syntax.Add("--sender", spf.options->sender, "the sender, <> for a bounce: then the HELO name answers").Required();
}

void AddMeasures(Syntax program) {
  const auto names =
      Register(program, "names", "say which host names look like dynamic or residential addresses", RunNames);
  names.syntax.Add("FILE", names.options->file, "lines IP<TAB>NAME; - for standard input").Required();
  const auto evaluate = Register(program, "evaluate", "say what labelled mail of the past would get", RunEvaluate);
  evaluate.syntax.Add("FILE", evaluate.options->file, "tab separated with a header; - for standard input").Required();
  evaluate.syntax.AddFlag("--lists", evaluate.options->with_lists, "judge the recorded list hits, too");
  evaluate.syntax.Add("--svg", evaluate.options->svg, "draw there how spam and ham are held as the limit moves");
  const auto replay =
      Register(program, "replay", "run past mail through the current configuration and report the delays", RunReplay);
  replay.syntax.Add("TRACE", replay.options->file, "tab separated with a header; - for standard input").Required();
  replay.syntax.AddFlag("--lists", replay.options->with_lists, "judge the recorded list hits, too");
  replay.syntax.Add("--svg", replay.options->svg, "draw there how spam and ham are held as the limit moves");
  replay.syntax
      .Add("--retry-after", replay.options->retry_after,
           "a mail that was told to come back does so this much later, and again; 0s: only as recorded")
      .ShowsDefault();
  replay.syntax.AddFlag("--spam-returns", replay.options->spam_returns,
                        "spam comes back, too; else only the rest does");
}

void AddSetup(Syntax program) {
  const auto setup =
      Register(program, "setup", "propose a first configuration for this machine, and check what it needs", RunSetup);
  setup.syntax.AddFlag("--write", setup.options->writes,
                       "write it: where there is none, or into the sample as it was installed");
  setup.syntax.AddFlag("--ask", setup.options->asks, "ask for what the options leave open");
  setup.syntax.AddFlag("--lists", setup.options->has_lists, "ask the ready set of block lists; its terms are printed");
  setup.syntax.Add("--mode", setup.options->mode, "enforce, tag or monitor").ShowsDefault();
  setup.syntax.Add("--resolver", setup.options->resolver, "the name server; else one on this machine, or the system's");
  setup.syntax.Add("--own-network", setup.options->networks, "a network that always passes; else Postfix's mynetworks");
  setup.syntax.Add("--postconf", setup.options->postconf, "a file with what postconf printed; else it is run");
  setup.syntax.Add("--wait", setup.options->wait, "wait so long for Postfix's first request, such as 5m");
}

}  // namespace

void AddDecisionCommands(Syntax program) {
  AddExplain(program);
  AddReport(program);
  AddAsk(program);
  AddSpf(program);
  AddMeasures(program);
  Register(program, "check-config", "check the configuration", RunCheckConfig);
  const auto postfix =
      Register(program, "postfix", "print the lines for this machine's main.cf; changes nothing", RunPostfix);
  postfix.syntax.Add("FILE", postfix.options->file,
                     "what `postconf -x; postconf -M; postconf -P` printed elsewhere; - for standard input. Else "
                     "postconf is run");
  AddSetup(program);
}

}  // namespace policyd::ctl
