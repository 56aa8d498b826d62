#include "policyd/http/why/texts.h"

namespace policyd::http::why {
namespace {

constexpr Literal kHeloRemedy =
    "Set the name that your server gives in HELO to its full host name, the same as its reverse DNS name (Postfix: "
    "<code>myhostname</code> or <code>smtp_helo_name</code>; Exchange: the FQDN of the send connector). That name must "
    "lead to {client}.";

constexpr Literal kListRemedy =
    "See at {removal} why it is listed. End the cause first (a computer or an account that was taken over, a web form "
    "that is misused, mail to addresses that did not ask for it), then ask there for removal. Most lists remove an "
    "address within hours.";

}  // namespace

constinit const CauseTexts kEnglishCauses{{
    {.title = "{client} has no reverse DNS name",
     .what =
         "We looked up the reverse DNS name (PTR record) of the address that connected to us, and there was none. Mail "
         "servers have one. Computers that send spam without their owners' knowledge usually do not.",
     .remedy =
         "Ask whoever provides the address (your Internet provider, data centre or cloud: reverse DNS belongs to the "
         "address, not to your domain) to set its PTR record to the host name of your mail server, such as "
         "mail.example.com. That name must have an A record, for IPv6 an AAAA record, with the same address."},
    {.title = "{name} has no address",
     .what =
         "The reverse DNS name of {client} is {name}, but there is no A or AAAA record of that name. Anybody can write "
         "any name into the reverse DNS of their addresses. Only a name that leads back to the address proves that "
         "the two belong together.",
     .remedy =
         "Add an A record, for IPv6 an AAAA record, of {name} with {client} in the DNS of that domain. If the name is "
         "wrong, have the PTR record changed to the right one by whoever provides the address."},
    {.title = "{name} does not lead to {client}",
     .what =
         "The reverse DNS name of {client} is {name}, but that name has other addresses, and not this one. So it does "
         "not prove that the address belongs to it.",
     .remedy =
         "Let each lead to the other: add {client} to the addresses of {name}, or have the PTR record of {client} "
         "changed to the host name of your mail server. Where several addresses send mail, each of them needs "
         "this."},
    {.title = "The reverse DNS of {client} does not answer",
     .what =
         "Other names could be resolved at that time, but the name servers of this address, or of its name, gave no "
         "usable answer: none in time, or an error.",
     .remedy =
         "See whether all name servers of the reverse zone, and of the name in it, answer from outside your network, "
         "and whether the delegation leads to them. Where they are your provider's, tell your provider."},
    {.title = "{name} looks like the name of a home or dynamic address",
     .what =
         "The reverse DNS name of {client} looks like a name that providers assign automatically to DSL, cable, fibre "
         "or mobile lines: it holds the numbers of the address, or a word such as dsl, dyn or pool. Most mail that "
         "comes directly from such lines is sent without their owners' knowledge.",
     .remedy =
         "If this is a mail server on a fixed address, have your provider change the PTR record to its host name, "
         "such as mail.example.com, and let that name lead to {client}. If it is not, send your mail with "
         "authentication through the outgoing server of your provider or mail service (a smarthost)."},
    {.title = "{name} is the name that a cloud gives to every machine",
     .what =
         "The reverse DNS name of {client} is the one that a cloud or hosting provider gives by itself. Anybody can "
         "rent such a machine for an hour, so it tells nothing about the sender.",
     .remedy =
         "Set the reverse DNS name of {client} to a host name of your own domain, in the console of your provider or "
         "by asking there, and let that name lead to {client}."},
    {.title = "{client} matches a rule of this server",
     .what = "The administrator of this server has made a rule for addresses and names of this kind.",
     .remedy =
         "If the reverse DNS name is the one that your provider gave to the line, have it changed to the host name of "
         "your mail server. Otherwise write to {contact}, with the reference {ref}."},
    {.title = "{client} is on the block list {list}",
     .what =
         "{list} is a public list of addresses that sent spam, or that are not meant to send mail to others directly. "
         "It is run by others; we cannot remove your address.",
     .remedy = kListRemedy},
    {.title = "A name in this mail is on the block list {list}",
     .what = "{list} is a public list of domain names that are used for spam. The reverse DNS name of your server, the "
             "name "
             "that it gave in HELO, or the domain of the sender is on it. It is run by others; we cannot remove "
             "the name.",
     .remedy = kListRemedy},
    {.title = "Your server gave an address instead of a name in HELO",
     .what = "Your server introduced itself as {helo}. Mail servers give their host name there.",
     .remedy = kHeloRemedy},
    {.title = "Your server gave a name in HELO that is no public host name",
     .what = "Your server introduced itself as {helo}. That is no host name of the public DNS, but one of a local "
             "network or "
             "one that was never set.",
     .remedy = kHeloRemedy},
    {.title = "Your server gave localhost in HELO",
     .what = "Your server introduced itself as {helo}. Every machine is called that, so it names none.",
     .remedy = kHeloRemedy},
    {.title = "Your server gave our own name in HELO",
     .what = "Your server introduced itself as {helo}. That is a name of this server, and no one else's.",
     .remedy = kHeloRemedy},
    {.title = "The name in HELO does not belong to {client}",
     .what =
         "Your server introduced itself as {helo}. That name has nothing to do with its reverse DNS name or with the "
         "domain of the sender, and it does not lead to {client}.",
     .remedy = kHeloRemedy},
    {.title = "The administrator of this server blocks this sender",
     .what = "An entry that a person made in our own block list applies to this mail. No public list is concerned.",
     .remedy = "Only the postmaster here can take the entry out. Write to {contact}, with the reference {ref}."},
    {.title = "This recipient needs a mail of its own",
     .what =
         "The mail has several recipients, and our server does something else with the mail for this one than for the "
         "others.",
     .remedy =
         "There is nothing to do where your server tries again for this recipient alone, as most do. Otherwise send "
         "this recipient a mail of its own."},
    {.title = "This mail was turned away",
     .what = "The reply of our server gives the reason.",
     .remedy = "If it does not tell you what to do, write to {contact}, with the reference {ref}."},
}};

constinit const Words kEnglish{
    .language_name = "English",
    .page_title = "Why your mail was turned away",
    .greylist_title = "Your mail will be accepted when it is sent again",
    .arrived_title = "This mail has arrived",
    .not_the_administrator =
        "This page is for the administrator of the mail server that sent the mail. If that is not you, pass on the "
        "address of this page: you cannot solve this in your mail program.",
    .greylist = {.title = "Your mail is not refused: please let your server send it again (greylisting)",
                 .what =
                     "Because of the reason below, our server accepts this mail only at a second try. Mail servers try "
                     "again by themselves, mostly within minutes. There is nothing that you have to do. From then on, "
                     "mail of this sender to this recipient is accepted at once."},
    .defer =
        {.title = "Your mail is not accepted until the cause is fixed",
         .what =
             "Our server answered with a temporary error (4xx). Your server keeps the mail and tries again, usually "
             "for up to five days. Once the cause is fixed, a later try is accepted."},
    .reject = {.title = "Your mail was refused",
               .what =
                   "Our server answered with a permanent error (5xx). Your server does not try again: fix the cause, "
                   "then send the mail once more."},
    .blocked =
        "Our server answered with a permanent error (5xx). Your server does not try again. Ask the postmaster below.",
    .blocked_without_form =
        "Our server answered with a permanent error (5xx). Your server does not try again. Write to the postmaster: "
        "see below.",
    .comes_back = "A try from {from} on, and until {until}, is accepted.",
    .comes_back_now = "The next try is accepted, until {until}.",
    .arrived = "The same mail has been accepted meanwhile, at {time}.",
    .time = "{utc} UTC",
    .facts_title = "The mail",
    .reference = "Reference",
    .client = "Address of the sending server",
    .name = "Its reverse DNS name",
    .helo = "Name that it gave in HELO",
    .first_try = "First try",
    .last_try = "Last try",
    .tries = "Tries",
    .reply = "Our server answered",
    .no_name = "none",
    .name_not_asked = "not looked up",
    .name_not_confirmed = "{name} (does not lead back to the address)",
    .why_title = "Why",
    .also_title = "We noticed this, too",
    .what_to_do = "What you can do",
    .removal_unknown = "the web site of that list",
    .contact_unknown = "the postmaster of the recipient's domain",
    .checks_title = "How to check it",
    .checks_intro =
        "In a terminal of Linux, BSD or macOS with <code>dig</code>, of Windows with <code>nslookup</code>. The "
        "address must "
        "lead to a name, and that name back to the address.",
    .check_reverse = "The name of the address (reverse look-up)",
    .check_forward = "The addresses of the name (forward look-up)",
    .check_helo = "The addresses of the HELO name",
    .check_list =
        "Is the address on {list}? An answer 127.0.0.x means that it is; 127.255.255.x means that the list refuses "
        "your name server: ask through your own",
    .check_name_list = "Is the name on {list}? An answer 127.0.x.x means that it is",
    .now_title = "What we see now",
    .now_intro =
        "Have you fixed it? Our server asks DNS again, without its cache. Other name servers may return the old answer "
        "until its TTL ends.",
    .look_now = "Look again now",
    .looked_at = "Looked up at {time}.",
    .now_no_ptr = "{client} has no reverse DNS name.",
    .now_no_answer = "The name servers of the reverse zone of {client} do not answer.",
    .now_name = "The reverse DNS name of {client} is {name}.",
    .now_no_address = "{name} has no address.",
    .now_confirms = "{name} leads back to {client}.",
    .now_elsewhere = "{name} leads to {addresses}, and not to {client}.",
    .now_not_on_list = "{client} is not on {list}.",
    .now_on_list = "It is on {list}.",
    .now_list_silent = "{list} does not answer.",
    .now_passes = "The same mail would be accepted now.",
    .now_greylisted = "The same mail would be accepted now, on its second try (greylisting).",
    .now_turned_away = "The same mail would still be turned away.",
    .looked_too_often = "Your network has made us look too often. Try again in an hour.",
    .request_title = "Ask the postmaster to let you in",
    .request_intro =
        "If you cannot fix the cause soon, or think that we are wrong: a person reads your request and decides. You "
        "may not "
        "get an answer. There is one request for each mail.",
    .request_label = "Who are you, how can we reach you, and why should we take your mail? At most 300 characters",
    .request_button = "Send the request",
    .request_received = "We have received your request. The postmaster will look at it.",
    .request_waiting = "You asked on {time}. The postmaster has not decided yet.",
    .request_allowed = "The postmaster has let you in: send the mail again.",
    .request_ended = "The postmaster had let you in, but that has ended.",
    .request_refused = "The postmaster has looked at your request and does not let you in.",
    .request_of_network = "Too many requests came from your network today. Try again tomorrow.",
    .request_full = "Too many requests are waiting. Try again in a few days, or write to {contact}.",
    .request_failed = "Your request could not be kept. Try again in a minute.",
    .request_foreign = "This request did not come from this page. Open the page anew and send it from there.",
    .your_text = "Your text",
    .unknown_title = "Nothing is known of this reference",
    .unknown_what =
        "The reference stands in the reply of our server: ten letters and digits with a hyphen, as in J4FHQ-X9T82. It "
        "is known for some days after the last try. Check that it is complete.",
    .enter_reference = "Reference",
    .show = "Show",
    .too_many_title = "Too many tries",
    .too_many_what = "Your network has asked for too many references that are not known. Try again in an hour.",
    .footer = "Mail server {host}",
};

}  // namespace policyd::http::why
