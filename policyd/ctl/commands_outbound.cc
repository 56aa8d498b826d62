#include "policyd/ctl/commands_outbound.h"

#include "policyd/ctl/command_line.h"

namespace policyd::ctl {
namespace {

constexpr const char* kLogin = "a login, or sender:user@domain where mail comes without one";

void AddCommon(const Registered<OutboundWish>& command) {
  command.syntax.Add("--comment", command.options->comment, "why; for the audit");
  command.syntax.Add("--by", command.options->by, "name of the person; default: the login");
}

}  // namespace

void AddOutboundCommands(Syntax program) {
  const auto outbound =
      Register(program, "outbound", "print what logins send, and what speaks against them", RunOutbound);
  outbound.syntax.Add("LOGIN", outbound.options->login, "all that is known of this one");
  outbound.syntax.Add("--limit", outbound.options->limit, "at most so many, the busiest")
      .Between(0, kMostCounted)
      .ShowsDefault();
  const auto allow =
      Register(outbound.syntax, "allow", "give a login, a domain or a network limits of its own", RunOutboundAllow);
  allow.syntax.Add("TARGET", allow.options->target, "a login, sender:user@domain, @domain or a network").Required();
  allow.syntax.Add("--recipients-per-hour", allow.options->recipients_per_hour, "a number, or off");
  allow.syntax.Add("--recipients-per-day", allow.options->recipients_per_day, "a number, or off");
  allow.syntax.Add("--messages-per-hour", allow.options->messages_per_hour, "a number, or off");
  allow.syntax.Add("--until", allow.options->until, "a duration such as 7d, or a date; default: for good");
  AddCommon(allow);
  const auto lock = Register(outbound.syntax, "lock", "let a login send nothing", RunOutboundLock);
  lock.syntax.Add("LOGIN", lock.options->target, kLogin).Required();
  lock.syntax.Add("--until", lock.options->until, "a duration such as 7d, or a date; default: until it is released");
  AddCommon(lock);
  const auto release = Register(outbound.syntax, "release", "let a locked login send again", RunOutboundRelease);
  release.syntax.Add("LOGIN", release.options->target, kLogin).Required();
  AddCommon(release);
  const auto forget = Register(outbound.syntax, "forget", "forget what a login has sent", RunOutboundForget);
  forget.syntax.Add("LOGIN", forget.options->target, kLogin).Required();
  AddCommon(forget);
  const auto forwards = Register(program, "forwards",
                                 "print which names of Postfix's alias maps lead outside, to nobody, or several times "
                                 "to one address",
                                 RunForwards);
  forwards.syntax.Add("FILE", forwards.options->files, "texts of aliases(5) and virtual(5) maps; - for standard input")
      .Required();
  forwards.syntax.Add("--domain", forwards.options->domains,
                      "a domain of ours, .DOMAIN for all below, too; those of outbound.own_domains are known");
  forwards.syntax.Add("--mailboxes", forwards.options->mailboxes,
                      "a table with the addresses that have a mailbox, as virtual_mailbox_maps; users of this machine "
                      "are known");
}

}  // namespace policyd::ctl
