#include <algorithm>

#include "policyd/admin/report/part_writers.h"
#include "rules/sender_records/dkim_key.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::RecordType;

// Is this domain the author's own, as DMARC has it?  Relaxed: any of the same organisation will do, found by a walk of
// its own (RFC 9989, section 4.10.2).  Nothing while an answer is out.
std::optional<bool> IsAligned(Draft& draft, const std::string& domain, const std::string& author,
                              const rules::DmarcFound& found, bool is_strict) {
  if (is_strict || domain == author) return domain == author;
  if (!rules::IsUnder(domain, found.organisation)) return false;
  const auto of_domain = FindDmarcOf(draft, domain);
  if (!of_domain) return std::nullopt;
  return of_domain->organisation == found.organisation;
}

void WriteNames(Draft& draft, const ReportAbout& about, const ReceivedMail& mail) {
  if (!mail.client) {
    draft.Add(LineState::kNotThere, "report.mail.no_client", {}).means = "report.mail.no_client_means";
  } else {
    draft.Add(LineState::kFine, "report.mail.client",
              {{"client", mail.client->ToString()}, {"helo", mail.helo}, {"name", mail.server}});
  }
  if (!about.sender) {
    draft.Add(LineState::kNotThere, "report.mail.no_sender", {});
  } else if (about.sender->empty()) {
    draft.Add(LineState::kFine, "report.mail.bounce", {});
  } else {
    draft.Add(LineState::kFine, "report.mail.sender", {{"name", *about.sender}});
  }
  if (mail.author.empty()) {
    draft.Add(LineState::kWrong, "report.mail.no_author", {});
  } else {
    draft.Add(LineState::kFine, "report.mail.author", {{"name", mail.author}});
  }
  if (mail.has_several_authors) draft.Add(LineState::kWrong, "report.mail.several_authors", {});
}

void WriteAlignment(Draft& draft, const ReportAbout& about) {
  if (about.author_domain.empty()) return;
  const auto found = FindDmarcOf(draft, about.author_domain);
  if (!found) return;
  const rules::DmarcRecord record = found->record.value_or(rules::DmarcRecord{});
  const auto add = [&](const std::string& domain, bool is_strict, const char* method) {
    const auto aligned = IsAligned(draft, domain, about.author_domain, *found, is_strict);
    if (!aligned) return;
    const bool is_aligned = *aligned;
    ReportLine& line = draft.Add(is_aligned ? LineState::kFine : LineState::kWarning,
                                 is_aligned ? "report.mail.aligned" : "report.mail.not_aligned",
                                 {{"method", std::string(method)}, {"name", domain}, {"domain", about.author_domain}});
    if (!is_aligned) line.means = "report.mail.not_aligned_means";
  };
  if (!about.spf_domain.empty()) {
    add(about.spf_domain, record.is_strict_for_spf, "SPF");
  }
  for (const DkimSignature& key : about.keys) {
    add(key.domain, record.is_strict_for_dkim, "DKIM");
  }
}

// Client and names, both ways.
void WriteNameChecks(Draft& draft, const ReportAbout& about, const rules::IpAddress& client,
                     const AddressNames& names) {
  const Seen reverse = draft.Look(client.ArpaName(), RecordType::kPtr);
  if (names.is_open) draft.Wait();
  const bool is_known = reverse.is_present() || reverse.is_missing();
  if (!names.confirmed.empty()) {
    draft.Add(LineState::kFine, "report.mail.iprev_pass", {{"name", names.confirmed}});
  } else if (is_known && !names.is_open) {
    draft.Add(LineState::kWarning, "report.mail.iprev_fail", {{"client", client.ToString()}});
  } else if (!is_known && !reverse.is_open()) {
    draft.AddWithoutAnswer(reverse, client.ArpaName(), RecordType::kPtr);
  }
  const auto helo = HeloHost(about);
  if (!helo) return;
  const AddressesOf found = LookAddresses(draft, *helo);
  const bool is_own = std::ranges::find(found.addresses, client) != found.addresses.end();
  if (is_own) {
    draft.Add(LineState::kFine, "report.mail.helo_pass", {{"name", *helo}});
  } else if (!found.is_open && found.addresses.empty() && !found.failed.is_missing()) {
    draft.AddWithoutAnswer(found.failed, *helo, RecordType::kA);
  } else if (!found.is_open) {
    draft.Add(LineState::kWarning, "report.mail.helo_fail", {{"name", *helo}});
  }
}

void WriteSpfResult(Draft& draft, const rules::SpfRequest& request, const char* kind) {
  const std::string domain = rules::SpfDomainOf(request);
  if (domain.empty()) return;
  const auto seen = LookSpfResult(draft, request);
  if (!seen) return;
  draft.Add(seen->state, kind, {{"name", domain}, {"result", std::string(rules::Name(seen->check.result))}});
}

void WriteKeys(Draft& draft, const ReportAbout& about) {
  if (about.keys.empty()) draft.Add(LineState::kNotThere, "report.dkim.unsigned", {});
  for (const DkimSignature& key : about.keys) {
    const auto state = LookDkimKey(draft, key);
    if (!state) continue;
    const bool is_known = *state == LineState::kFine || *state == LineState::kWarning;
    draft.Add(*state,
              is_known                      ? "report.mail.key"
              : *state == LineState::kWrong ? "report.mail.no_key"
                                            : "report.mail.key_not_known",
              {{"name", key.domain}, {"selector", key.selector}});
  }
}

}  // namespace

// What a verifier would list: SPF, the keys of DKIM, names, and which of them speak for the author.
void WriteMail(Draft& draft, const ReportAbout& about, const ReceivedMail& mail, const AddressNames& names) {
  draft.Begin(ReportSection::kMail);
  WriteNames(draft, about, mail);
  if (mail.client) {
    if (about.sender && !about.sender->empty()) WriteSpfResult(draft, SenderRequest(about), "report.mail.spf");
    const auto helo = HeloHost(about);
    if (helo) WriteSpfResult(draft, HeloRequest(about, *helo), "report.mail.helo_spf");
  }
  WriteKeys(draft, about);
  if (mail.client) WriteNameChecks(draft, about, *mail.client, names);
  WriteAlignment(draft, about);
}

}  // namespace policyd::admin
