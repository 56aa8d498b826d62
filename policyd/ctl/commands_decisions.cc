// The commands that say what is or would be decided.
#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

void AddExplain(CLI::App& app, Command& chosen) {
  const auto explain = Register(app, "explain", "say why a client is let in or turned away", chosen, RunExplain);
  explain.app->add_option("CLIENT|REFERENCE", explain.options->subject, "the client's IP address, or a reference")
      ->required();
  explain.app->add_option("--helo", explain.options->helo, "its HELO name");
  explain.app->add_option("--sender", explain.options->sender, "the sender, <> for a bounce; else anybody");
  explain.app->add_option("--recipient", explain.options->recipient, "the recipient");
  explain.app->add_flag("--now-from-cache", explain.options->is_from_cache,
                        "decide on what is remembered; else DNS is asked afresh");
}

void AddAsk(CLI::App& app, Command& chosen) {
  const auto ask = Register(app, "ask", "put one question to the running daemon, as Postfix would", chosen, RunAsk);
  ask.app->add_option("--client", ask.options->client, "the client's IP address")->required();
  ask.app->add_option("--name", ask.options->name, "what Postfix sends as its name, never believed")
      ->capture_default_str();
  ask.app->add_option("--helo", ask.options->helo, "its HELO name")->capture_default_str();
  ask.app->add_option("--sender", ask.options->sender, "the sender, \"\" for a bounce")->capture_default_str();
  ask.app->add_option("--recipient", ask.options->recipient, "the recipient")->capture_default_str();
  ask.app->add_option("--state", ask.options->state, "the protocol state")->capture_default_str();
}

void AddMeasures(CLI::App& app, Command& chosen) {
  const auto names =
      Register(app, "names", "say which host names look like dynamic or residential addresses", chosen, RunNames);
  names.app->add_option("FILE", names.options->file, "lines IP<TAB>NAME; - for standard input")->required();
  const auto evaluate = Register(app, "evaluate", "say what labelled mail of the past would get", chosen, RunEvaluate);
  evaluate.app->add_option("FILE", evaluate.options->file, "tab separated with a header; - for standard input")
      ->required();
  evaluate.app->add_flag("--lists", evaluate.options->with_lists, "judge the recorded list hits, too");
  evaluate.app->add_option("--svg", evaluate.options->svg, "draw there how spam and ham are held as the limit moves");
  const auto replay = Register(app, "replay", "run past mail through the current configuration and report the delays",
                               chosen, RunReplay);
  replay.app->add_option("TRACE", replay.options->file, "tab separated with a header; - for standard input")
      ->required();
  replay.app->add_flag("--lists", replay.options->with_lists, "judge the recorded list hits, too");
  replay.app->add_option("--svg", replay.options->svg, "draw there how spam and ham are held as the limit moves");
  replay.app
      ->add_option("--retry-after", replay.options->retry_after,
                   "a mail that was told to come back does so this much later, and again; 0s: only as recorded")
      ->capture_default_str();
  replay.app->add_flag("--spam-returns", replay.options->spam_returns, "spam comes back, too; else only the rest does");
}

void AddSetup(CLI::App& app, Command& chosen) {
  const auto setup = Register(app, "setup", "propose a first configuration for this machine, and check what it needs",
                              chosen, RunSetup);
  setup.app->add_flag("--write", setup.options->writes,
                      "write it: where there is none, or into the sample as it was installed");
  setup.app->add_flag("--ask", setup.options->asks, "ask for what the options leave open");
  setup.app->add_flag("--lists", setup.options->has_lists, "ask the ready set of block lists; its terms are printed");
  setup.app->add_option("--mode", setup.options->mode, "enforce, tag or monitor")->capture_default_str();
  setup.app->add_option("--resolver", setup.options->resolver,
                        "the name server; else one on this machine, or the system's");
  setup.app->add_option("--own-network", setup.options->networks,
                        "a network that always passes; else Postfix's mynetworks");
  setup.app->add_option("--postconf", setup.options->postconf, "a file with what postconf printed; else it is run");
  setup.app->add_option("--wait", setup.options->wait, "wait so long for Postfix's first request, such as 5m");
}

}  // namespace

void AddDecisionCommands(CLI::App& app, Command& chosen) {
  AddExplain(app, chosen);
  AddAsk(app, chosen);
  AddMeasures(app, chosen);
  Register(app, "check-config", "check the configuration", chosen, RunCheckConfig);
  const auto postfix =
      Register(app, "postfix", "print the lines for this machine's main.cf; changes nothing", chosen, RunPostfix);
  postfix.app->add_option("FILE", postfix.options->file,
                          "what `postconf -x; postconf -M; postconf -P` printed elsewhere; - for standard input. Else "
                          "postconf is run");
  AddSetup(app, chosen);
}

}  // namespace policyd::ctl
