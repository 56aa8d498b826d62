#include "policyd/admin/report/report.h"

namespace policyd::admin {
namespace {

using Rows = std::vector<rules::StatementRow>;

// Names both ways, and what all parts have in common.
const Rows& NameRows() {
  static const Rows kRows{
      {"report.no_answer", "No answer about {type} of {name}"},
      {"report.not_asked", "Not asked: {type} of {name}; the report had no time or no questions left"},
      {"report.no_domain", "There is no such name: {name}"},
      {"report.alias", "{name} is an alias of {alias}"},
      {"report.record", "{name}: {record}"},
      {"report.bad_record", "{name}: {record}, which is not a right record"},
      {"report.bad_record_means", "Receivers ignore it as if it were not there"},
      {"report.several_means", "More than one record counts as none: leave one of them"},
      {"report.client.host", "{name} has the addresses {addresses}; its mail records are those of {domain}"},
      {"report.client.confirmed", "{client} is {name}, both ways"},
      {"report.client.mismatch", "{client} says {name}, which has other addresses: {addresses}"},
      {"report.client.no_forward", "{client} says {name}, which has no address"},
      {"report.client.forward_means",
       "Servers that look both ways refuse or delay mail from {client}: give {name} this address, or let the provider "
       "enter the right name"},
      {"report.client.no_ptr", "{client} has no name (PTR)"},
      {"report.client.no_ptr_means",
       "Most servers refuse or delay mail from an address without a name. Only the owner of the address, usually the "
       "provider, can enter one: the name of the mail server"},
      {"report.helo.not_given", "The HELO name is not known: name it with --helo"},
      {"report.helo.no_name", "HELO {helo} is not a host name of the Internet"},
      {"report.helo.means",
       "Let the mail server say the name that its address has in reverse DNS, and that has this address (Postfix: "
       "myhostname)"},
      {"report.helo.fine", "HELO {helo} has the address {client}"},
      {"report.helo.addresses", "HELO {helo} has the addresses {addresses}"},
      {"report.helo.other", "HELO {helo} has other addresses than {client}: {addresses}"},
      {"report.helo.no_address", "HELO {helo} has no address"},
      {"report.helo.no_spf", "No SPF record for the HELO name {helo}"},
      {"report.helo.no_spf_means", "Bounces have no other name that SPF can look at"},
      {"report.now", "Mail of {client} gets {action} here now ({reason})"},
  };
  return kRows;
}

// Where mail goes.
const Rows& MailHostRows() {
  static const Rows kRows{
      {"report.mx.null", "{domain} takes no mail (null MX)"},
      {"report.mx.null_means", "Right for a domain that sends no mail; where it does, bounces and answers are lost"},
      {"report.mx.implicit", "{domain} has no MX: mail goes to its own address {addresses}"},
      {"report.mx.implicit_means", "Often that is the web server: say with an MX who takes mail"},
      {"report.mx.nothing", "{domain} has neither MX nor address"},
      {"report.mx.nothing_means", "Nobody can answer or return its mail; many servers refuse senders of such a domain"},
      {"report.mx.host", "MX {preference} {name}: {addresses}"},
      {"report.mx.no_name", "MX {preference} {name} is not a host name"},
      {"report.mx.no_name_means", "An MX names a host; an address or anything else takes no mail"},
      {"report.mx.alias", "MX {preference} {name} is an alias of {detail}"},
      {"report.mx.alias_means",
       "An MX must name a host with addresses of its own (RFC 2181): some servers do not deliver to an alias"},
      {"report.mx.no_address", "MX {preference} {name} has no address"},
      {"report.mx.no_address_means", "No mail can be delivered there: correct the name or give it an address"},
      {"report.mx.private", "MX {preference} {name} has an address that nobody outside can reach: {detail}"},
      {"report.mx.private_means", "Servers elsewhere try it in vain, and mail is late: take it out of the public zone"},
      {"report.mx.null_beside", "A null MX stands beside others"},
      {"report.mx.null_beside_means",
       "It says that the domain takes no mail at all (RFC 7505): some servers refuse mail to it and from it. Remove "
       "it"},
  };
  return kRows;
}

// What is asked of those who bring it, and the logo.
const Rows& TransportRows() {
  static const Rows kRows{
      {"report.mta_sts.none", "No MTA-STS record at {name}"},
      {"report.mta_sts.none_means",
       "Mail to the domain may be sent without TLS by who stands between; it needs a policy file on a web server, too"},
      {"report.mta_sts.several", "More than one MTA-STS record at {name}"},
      {"report.mta_sts.policy", "The policy file of {name} is not fetched here"},
      {"report.tls_reports.none", "No TLS reports are asked for at {name}"},
      {"report.tls_reports.none_means", "Nobody tells the domain when mail to it fails for its certificates"},
      {"report.tls_reports.several", "More than one TLS-RPT record at {name}"},
      {"report.bimi.none", "No logo (BIMI) at {name}"},
      {"report.bimi.none_means", "Nothing depends on it"},
      {"report.bimi.several", "More than one BIMI record at {name}"},
      {"report.bimi.without_policy", "The logo of {name} is not shown: DMARC has to ask for quarantine or reject"},
      {"report.dane.there", "{name}: {record}"},
      {"report.dane.there_means",
       "It is not known to be signed (DNSSEC), and counts only where it is: the resolver does not say so"},
      {"report.dane.signed_means",
       "It is signed (DNSSEC), as the resolver says: senders that know DANE want this certificate, and TLS"},
      {"report.dane.none", "No TLSA record for {name}"},
      {"report.dane.none_means", "Only a signed zone can have one; it keeps TLS from being taken off"},
  };
  return kRows;
}

// Lists, and a mail that was piped in.
const Rows& ListRows() {
  static const Rows kRows{
      {"report.list.none", "No list is configured (presets = [\"dnsbl\"])"},
      {"report.list.none_means", "The report says nothing of block lists"},
      {"report.list.in_doubt", "{list} is {state}: not asked"},
      {"report.list.not_asked", "Not asked: {name} in {list}"},
      {"report.list.no_answer", "No answer of {list} about {name}"},
      {"report.list.clean", "{name} is not on {list}"},
      {"report.list.without_points", "{name} is on {list}, with an answer that counts for nothing here"},
      {"report.list.in_favour", "{name} is on the allow list {list}"},
      {"report.list.listed", "{name} is listed by {list}"},
      {"report.list.listed_means",
       "Servers that ask this list refuse the mail: end the cause, then ask for removal there"},
      {"report.mail.client", "{client} gave it to {name}, as HELO {helo}"},
      {"report.mail.no_client", "No Received line names a client that is not ours"},
      {"report.mail.no_client_means",
       "Client, HELO and SPF cannot be looked at: take the mail as it lies in the mailbox, with its whole header"},
      {"report.mail.sender", "Sender {name}"},
      {"report.mail.bounce", "The null sender: a bounce"},
      {"report.mail.no_sender", "The envelope sender is not in the header (Return-Path)"},
      {"report.mail.author", "From: {name}"},
      {"report.mail.no_author", "There is no address in From:"},
      {"report.mail.several_authors", "From: stands more than once: people and DMARC may see different ones"},
      {"report.mail.iprev_pass", "Reverse and forward DNS agree: {name}"},
      {"report.mail.iprev_fail", "Reverse and forward DNS of {client} do not agree"},
      {"report.mail.helo_pass", "HELO {name} has the address of the client"},
      {"report.mail.helo_fail", "HELO {name} has not the address of the client"},
      {"report.mail.spf", "SPF of the sender's domain {name}: {result}"},
      {"report.mail.helo_spf", "SPF of the HELO name {name}: {result}"},
      {"report.mail.key", "DKIM of {name}: the key {selector} is there; the signature is not checked here"},
      {"report.mail.no_key", "DKIM of {name}: no usable key {selector}, so the signature fails"},
      {"report.mail.key_not_known", "DKIM of {name}: whether there is a key {selector} is not known"},
      {"report.mail.aligned", "{method} is about {name}, of the same organisation as From: ({domain})"},
      {"report.mail.not_aligned", "{method} is about {name}, not about the domain of From: ({domain})"},
      {"report.mail.not_aligned_means",
       "A pass of it does not count for DMARC: SPF or DKIM of the domain in From: has to pass"},
  };
  return kRows;
}

const Rows& SpfRows() {
  static const Rows kRows{
      {"report.spf.none", "{domain} has no SPF record"},
      {"report.spf.none_means",
       "Anybody can send with this domain, and large providers refuse or sort out its mail: name all machines that "
       "send for it"},
      {"report.spf.several", "{domain} has more than one SPF record"},
      {"report.spf.several_means", "That is an error, and SPF never passes: merge them into one"},
      {"report.spf.record", "{domain}: {record}"},
      {"report.spf.include_of_none", "{term}: {domain} has no SPF record"},
      {"report.spf.include_of_several", "{term}: {domain} has more than one SPF record"},
      {"report.spf.include_of_none_means", "That makes the whole record an error: take the term out, or ask its owner"},
      {"report.spf.too_long", "The TXT records of {domain} are longer than is read"},
      {"report.spf.too_long_means",
       "Receivers read no more than some kilobytes: an SPF record that lies behind counts as an error"},
      {"report.spf.loop", "{term}: {domain} includes itself"},
      {"report.spf.macro", "{domain} depends on the mail, so it was not asked"},
      {"report.spf.left_out", "The tree of includes is too large to be looked at whole"},
      {"report.spf.count", "{count} of 10 look-ups"},
      {"report.spf.too_many", "{count} look-ups, at most 10 are allowed"},
      {"report.spf.too_many_means",
       "Whoever is not matched by the first ten gets an error instead of a pass: merge includes, or name networks with "
       "ip4: and ip6:"},
      {"report.spf.bad_terms", "Not a right term of SPF: {terms}"},
      {"report.spf.bad_terms_means", "One wrong term makes the whole record an error"},
      {"report.spf.anybody", "The record of {domain} lets anybody send"},
      {"report.spf.anybody_means", "A pass of it proves nothing: end with ~all or -all"},
      {"report.spf.ptr", "The term ptr is used"},
      {"report.spf.ptr_means", "It is slow, and RFC 7208 says not to use it: name the addresses"},
      {"report.spf.neutral", "The record says nothing of other machines"},
      {"report.spf.neutral_means", "It protects against no forgery: end with ~all or -all"},
      {"report.spf.no_mail", "{domain} sends no mail (v=spf1 -all)"},
      {"report.spf.no_mail_means", "Mail with this domain as sender is refused"},
      {"report.spf.result", "Mail of {name} from {client}: {result}, no term matches ({count} look-ups)"},
      {"report.spf.result_by",
       "Mail of {name} from {client}: {result}, by {term} of {domain} ({count} look-ups, {voids} in vain)"},
      {"report.spf.refused_means",
       "Servers that look at SPF refuse mail of {name} from {client} or sort it out. Where that machine sends for the "
       "domain, name it in the record"},
      {"report.spf.fault_no_answer", "Mail of {name} from {client}: {result}, no answer about {domain} {term}"},
      {"report.spf.fault_syntax", "Mail of {name} from {client}: {result}, {term} of {domain} is no right term"},
      {"report.spf.fault_several_records",
       "Mail of {name} from {client}: {result}, {domain} has more than one SPF record"},
      {"report.spf.fault_too_long",
       "Mail of {name} from {client}: {result}, the TXT records of {domain} are longer than is read"},
      {"report.spf.fault_no_record",
       "Mail of {name} from {client}: {result}, {term} of {domain} leads to no SPF record"},
      {"report.spf.fault_too_many_terms",
       "Mail of {name} from {client}: {result}, {term} of {domain} is one look-up more than the 10 that are allowed"},
      {"report.spf.fault_too_many_voids",
       "Mail of {name} from {client}: {result}, {term} of {domain} is the third that asks for what is not there"},
      {"report.spf.fault_too_many_mail_hosts",
       "Mail of {name} from {client}: {result}, {term} of {domain} leads to more than 10 mail servers"},
      {"report.spf.fault_means", "SPF never passes with this fault, and some servers refuse the mail for it"},
  };
  return kRows;
}

const Rows& DkimRows() {
  static const Rows kRows{
      {"report.dkim.none", "There are no DKIM keys below {domain}"},
      {"report.dkim.none_means",
       "Its mail is not signed, or cannot be checked: large providers want a signature. Switch signing on in the mail "
       "server"},
      {"report.dkim.other_selectors", "Other selectors of {domain} were not asked: they cannot be listed"},
      {"report.dkim.other_selectors_means",
       "Name one with --selector (s= of a DKIM-Signature), or pipe a mail into report -"},
      {"report.dkim.unsigned", "The mail has no DKIM signature"},
      {"report.dkim.unsigned_means", "Large providers refuse or sort out mail that is not signed"},
      {"report.dkim.not_verified", "Whether the signature fits the mail is not checked here"},
      {"report.dkim.rsa", "{name}: RSA key of {bits} bits"},
      {"report.dkim.ed25519", "{name}: Ed25519 key"},
      {"report.dkim.none_at", "There is no key at {name}"},
      {"report.dkim.none_at_means",
       "Signatures with this selector fail for everybody: publish the key that the signer printed"},
      {"report.dkim.several", "More than one TXT record at {name}"},
      {"report.dkim.several_means", "Which one is taken is left to chance: leave one"},
      {"report.dkim.no_key", "What stands at {name} is not a DKIM key"},
      {"report.dkim.no_key_means", "Signatures with this selector fail for everybody"},
      {"report.dkim.revoked", "The key at {name} is revoked (p= is empty)"},
      {"report.dkim.revoked_means", "Signatures with this selector fail: sign with another key"},
      {"report.dkim.broken", "The key at {name} cannot be read"},
      {"report.dkim.broken_means",
       "A part is missing or was changed: publish it again, long keys as several strings of one record"},
      {"report.dkim.other_kind", "The key at {name} is of a kind that few know"},
      {"report.dkim.other_kind_means", "Add a signature with RSA"},
      {"report.dkim.short", "{name}: RSA key of {bits} bits"},
      {"report.dkim.short_means", "Less than 1024 bits counts for nobody (RFC 8301): make a key of 2048 bits"},
      {"report.dkim.weak", "{name}: RSA key of {bits} bits"},
      {"report.dkim.weak_means", "2048 bits are recommended"},
      {"report.dkim.test", "The key at {name} says that it is a test (t=y)"},
      {"report.dkim.test_means", "Receivers treat the mail as if it were not signed: take t=y out"},
      {"report.dkim.sha1", "The key at {name} is for SHA-1 alone"},
      {"report.dkim.sha1_means", "SHA-1 is not accepted any more (RFC 8301): take h=sha1 out and sign with rsa-sha256"},
  };
  return kRows;
}

const Rows& DmarcRows() {
  static const Rows kRows{
      {"report.dmarc.none", "{name} has no DMARC record, nor has a domain above it"},
      {"report.dmarc.none_means", "Large providers want one from everybody who sends much; begin by watching"},
      {"report.dmarc.several", "{name} has more than one DMARC record"},
      {"report.dmarc.no_answer_above", "No answer about DMARC records above {name}"},
      {"report.dmarc.inherited", "{name} has none of its own: that of {at} holds"},
      {"report.dmarc.void", "No receiver applies it: a wrong value of {tags}"},
      {"report.dmarc.void_means", "p=, sp= and np= are none, quarantine or reject"},
      {"report.dmarc.bad_tags", "A wrong value of {tags}"},
      {"report.dmarc.bad_tags_means", "Receivers ignore these"},
      {"report.dmarc.former_tags", "No longer part of DMARC (RFC 9989): {tags}"},
      {"report.dmarc.former_tags_means", "They can be taken out; t=y took the place of pct=0"},
      {"report.dmarc.unknown_tags", "Not known: {tags}"},
      {"report.dmarc.unknown_tags_means", "Receivers ignore these"},
      {"report.dmarc.policy", "{name}: {policy} is asked for; organisational domain {organisation}"},
      {"report.dmarc.policy_means",
       "Mail in the name of the domain has to pass SPF or DKIM with a domain of the same organisation"},
      {"report.dmarc.watching",
       "{name}: nothing is asked for but reports (p=none); organisational domain {organisation}"},
      {"report.dmarc.watching_means",
       "Forged mail is not stopped. When the reports show that all own mail passes, go on to p=quarantine"},
      {"report.dmarc.test", "The policy of {name} is a test (t=y): receivers do less than it says"},
      {"report.dmarc.no_reports", "{name} asks for no reports (rua=)"},
      {"report.dmarc.no_reports_means", "Nobody learns whose mail fails"},
      {"report.dmarc.receiver", "{name} has agreed to take reports of {at}"},
      {"report.dmarc.no_receiver", "{name} has not agreed to take reports of {at}"},
      {"report.dmarc.no_receiver_means", "No reports are sent there until {name} publishes this"},
  };
  return kRows;
}

}  // namespace

const std::vector<rules::StatementRow>& ReportRows() {
  static const Rows kRows = [] {
    Rows rows;
    for (const Rows* part :
         {&NameRows(), &MailHostRows(), &TransportRows(), &ListRows(), &SpfRows(), &DkimRows(), &DmarcRows()})
      rows.insert(rows.end(), part->begin(), part->end());
    return rows;
  }();
  return kRows;
}

}  // namespace policyd::admin
