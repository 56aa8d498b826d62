#include "policyd/admin/report/part_writers.h"

#include <algorithm>

#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::RecordType;

constexpr std::size_t kMostHosts = 10, kMostReversed = 4;

bool IsHostName(const std::string& name) {
  return rules::NormalizeHostName(name) == name && name.find('.') != std::string::npos &&
         !rules::IpAddress::Parse(name);
}

std::string Shown(const rules::MailHost& host) {
  return host.name.empty() ? "." : host.name;
}

void Complain(Draft& draft, LineState state, const char* kind, const rules::MailHost& host,
              const std::string& detail = {}) {
  ReportLine& line =
      draft.Add(state, std::string("report.mx.") + kind,
                {{"preference", std::to_string(host.preference)}, {"name", Shown(host)}, {"detail", detail}}, 0);
  line.means = line.what.kind + "_means";
  if (IsHostName(host.name)) line.command = DigCommand(host.name, RecordType::kA);
}

void WriteHost(Draft& draft, const rules::MailHost& host, std::size_t& addresses_left) {
  if (!IsHostName(host.name)) return Complain(draft, LineState::kWrong, "no_name", host);
  const AddressesOf found = LookAddresses(draft, host.name);
  if (!found.aliases.empty()) return Complain(draft, LineState::kWrong, "alias", host, found.aliases.back());
  if (found.is_open) return;
  if (found.addresses.empty()) {
    if (!found.failed.is_missing()) return draft.AddWithoutAnswer(found.failed, host.name, RecordType::kA);
    return Complain(draft, LineState::kWrong, "no_address", host);
  }
  const bool is_public = std::ranges::all_of(found.addresses, &rules::IpAddress::is_public);
  if (!is_public) Complain(draft, LineState::kWrong, "private", host, Joined(found.addresses));
  if (is_public) {
    draft.Add(
        LineState::kFine, "report.mx.host",
        {{"preference", std::to_string(host.preference)}, {"name", host.name}, {"addresses", Joined(found.addresses)}});
  }
  for (const rules::IpAddress& address : found.addresses) {
    if (!address.is_public() || addresses_left == 0) continue;
    --addresses_left;
    WriteAddress(draft, address, 1, true);
  }
}

// Without an MX mail goes to the address of the domain itself (RFC 5321, section 5.1).
void WriteWithoutMx(Draft& draft, const std::string& domain, const Seen& seen) {
  if (seen.state == Seen::State::kNoName) {
    draft.Add(LineState::kWrong, "report.no_domain", {{"name", domain}}).command = DigCommand(domain, RecordType::kMx);
    return;
  }
  const AddressesOf own = LookAddresses(draft, domain);
  if (own.is_open) return;
  if (own.addresses.empty() && !own.failed.is_missing()) {
    return draft.AddWithoutAnswer(own.failed, domain, RecordType::kA);
  }
  const bool is_implicit = !own.addresses.empty();
  ReportLine& line = draft.Add(is_implicit ? LineState::kWarning : LineState::kWrong,
                               is_implicit ? "report.mx.implicit" : "report.mx.nothing",
                               {{"domain", domain}, {"addresses", Joined(own.addresses)}});
  line.means = is_implicit ? "report.mx.implicit_means" : "report.mx.nothing_means";
  line.record = ZoneLine(domain, "MX", "10 mail." + domain + ".");
  line.command = DigCommand(domain, RecordType::kMx);
}

}  // namespace

MailHostNames LookMailHosts(Draft& draft, const std::string& domain) {
  const Seen seen = draft.Look(domain, RecordType::kMx);
  MailHostNames hosts{.is_open = seen.is_open()};
  for (const rules::MailHost& host : seen.reply().mail_hosts) {
    if (IsHostName(host.name) && hosts.names.size() < kMostHosts) hosts.names.push_back(host.name);
  }
  return hosts;
}

void WriteMailHosts(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kMx);
  const Seen seen = draft.Look(domain, RecordType::kMx);
  if (seen.is_open()) return;
  if (seen.is_missing()) return WriteWithoutMx(draft, domain, seen);
  if (!seen.is_present()) return draft.AddWithoutAnswer(seen, domain, RecordType::kMx);
  const rules::MailHosts& hosts = seen.reply().mail_hosts;
  if (hosts.size() == 1 && hosts.front().name.empty()) {
    draft.Add(LineState::kFine, "report.mx.null", {{"domain", domain}}).means = "report.mx.null_means";
    return;
  }
  std::size_t addresses_left = kMostReversed, written = 0;
  for (const rules::MailHost& host : hosts) {
    if (written++ == kMostHosts) break;
    if (host.name.empty()) {
      Complain(draft, LineState::kWrong, "null_beside", host);
    } else {
      WriteHost(draft, host, addresses_left);
    }
  }
}

void WriteDane(Draft& draft, const std::string& domain) {
  draft.Begin(ReportSection::kDane);
  for (const std::string& host : LookMailHosts(draft, domain).names) {
    const std::string name = "_25._tcp." + host;
    const Seen seen = draft.Look(name, RecordType::kTlsa);
    if (seen.is_open()) continue;
    if (!seen.is_present() && !seen.is_missing()) {
      draft.AddWithoutAnswer(seen, name, RecordType::kTlsa);
      continue;
    }
    ReportLine& line = draft.Add(seen.is_present() ? LineState::kFine : LineState::kNotThere,
                                 seen.is_present() ? "report.dane.there" : "report.dane.none",
                                 {{"name", host}, {"record", seen.texts().empty() ? "" : seen.texts().front()}});
    line.means = !seen.is_present()       ? "report.dane.none_means"
                 : seen.reply().is_signed ? "report.dane.signed_means"
                                          : "report.dane.there_means";
    line.command = DigCommand(name, RecordType::kTlsa);
  }
}

}  // namespace policyd::admin
