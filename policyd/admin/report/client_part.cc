#include "policyd/admin/report/part_writers.h"

#include <algorithm>

#include "rules/spf/record.h"
#include "rules/values/as_written.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::RecordType;

// A name of the reverse zone, and whether it leads back.
class NameWriter {
 public:
  NameWriter(Draft& draft, const rules::IpAddress& address, int depth, LineState bad)
      : draft_(draft), address_(address), depth_(depth), bad_(bad) {}

  // Is it confirmed?
  bool Write(const std::string& name) {
    const RecordType type = address_.is_v4() ? RecordType::kA : RecordType::kAaaa;
    const Seen seen = draft_.Look(name, type);
    is_open_ |= seen.is_open();
    if (seen.is_open()) return false;
    if (!seen.is_present() && !seen.is_missing()) {
      draft_.AddWithoutAnswer(seen, name, type, depth_);
      return false;
    }
    const rules::Addresses& addresses = seen.reply().addresses;
    const bool is_confirmed = std::ranges::find(addresses, address_) != addresses.end();
    const std::string client = address_.ToString();
    if (is_confirmed) {
      draft_.Add(LineState::kFine, "report.client.confirmed", {{"client", client}, {"name", name}}, depth_);
    } else {
      Complain(name, addresses);
    }
    for (const std::string& alias : seen.reply().aliases) {
      draft_.Add(LineState::kFine, "report.alias", {{"name", name}, {"alias", alias}}, depth_ + 1);
    }
    return is_confirmed;
  }

  bool is_open() const { return is_open_; }

 private:
  void Complain(const std::string& name, const rules::Addresses& addresses) {
    const RecordType type = address_.is_v4() ? RecordType::kA : RecordType::kAaaa;
    const std::string client = address_.ToString();
    const bool has_none = addresses.empty();
    ReportLine& line = draft_.Add(bad_, has_none ? "report.client.no_forward" : "report.client.mismatch",
                                  {{"client", client}, {"name", name}, {"addresses", Joined(addresses)}}, depth_);
    line.means = "report.client.forward_means";
    line.record = ZoneLine(name, address_.is_v4() ? "A" : "AAAA", client);
    line.command = DigCommand(name, type);
  }

  Draft& draft_;
  const rules::IpAddress& address_;
  const int depth_;
  const LineState bad_;
  bool is_open_ = false;
};

void WriteHeloRecord(Draft& draft, const ReportAbout& about, const std::string& helo) {
  const Seen seen = draft.Look(helo, RecordType::kTxt);
  if (seen.is_open()) return;
  if (!seen.is_present() && !seen.is_missing()) return draft.AddWithoutAnswer(seen, helo, RecordType::kTxt);
  const auto found = std::ranges::find_if(seen.texts(), rules::IsSpfRecord);
  if (found != seen.texts().end()) {
    draft.Add(LineState::kFine, "report.spf.record", {{"domain", helo}, {"record", *found}});
    if (about.client) WriteSpfCheck(draft, HeloRequest(about, helo));
    return;
  }
  ReportLine& line = draft.Add(LineState::kNotThere, "report.helo.no_spf", {{"helo", helo}});
  line.means = "report.helo.no_spf_means";
  line.record = TextLine(helo, "v=spf1 a -all");
  line.command = DigCommand(helo, RecordType::kTxt);
}

}  // namespace

AddressNames WriteAddress(Draft& draft, const rules::IpAddress& address, int depth, bool may_send) {
  const LineState bad = may_send ? LineState::kWarning : LineState::kWrong;
  const std::string client = address.ToString(), arpa = address.ArpaName();
  const Seen seen = draft.Look(arpa, RecordType::kPtr);
  if (seen.is_open()) return {.is_open = true};
  const std::vector<std::string>& aliases = seen.reply().aliases;
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    draft.Add(LineState::kFine, "report.alias", {{"name", i == 0 ? arpa : aliases[i - 1]}, {"alias", aliases[i]}},
              depth);
  }
  if (seen.is_missing()) {
    ReportLine& line = draft.Add(bad, "report.client.no_ptr", {{"client", client}}, depth);
    line.means = "report.client.no_ptr_means";
    // RFC 2317: the record stands where the alias leads.
    line.record = ZoneLine(aliases.empty() ? arpa : aliases.back(), "PTR", "mail.example.com.");
    line.command = "dig +short -x " + client;
    return {};
  }
  if (!seen.is_present()) {
    draft.AddWithoutAnswer(seen, arpa, RecordType::kPtr, depth);
    return {};
  }
  AddressNames names;
  NameWriter writer(draft, address, depth, bad);
  for (const std::string& name : seen.reply().names) {
    if (writer.Write(name) && names.confirmed.empty()) names.confirmed = name;
  }
  names.is_open = writer.is_open();
  return names;
}

std::optional<std::string> HeloHost(const ReportAbout& about) {
  return about.helo ? rules::NormalizeHostName(*about.helo) : std::nullopt;
}

void WriteHelo(Draft& draft, const ReportAbout& about) {
  if (!about.helo) {
    draft.Add(LineState::kNotAsked, "report.helo.not_given", {});
    return;
  }
  const std::string& helo = *about.helo;
  const auto name = HeloHost(about);
  if (!name || name->find('.') == std::string::npos || rules::ReadAddress(helo)) {
    draft.Add(LineState::kWarning, "report.helo.no_name", {{"helo", helo}}).means = "report.helo.means";
    return;
  }
  const AddressesOf found = LookAddresses(draft, *name);
  const std::string client = about.client ? about.client->ToString() : std::string();
  const bool is_own = about.client && std::ranges::find(found.addresses, *about.client) != found.addresses.end();
  if (is_own) {
    draft.Add(LineState::kFine, "report.helo.fine", {{"helo", *name}, {"client", client}});
  } else if (!found.is_open && found.addresses.empty() && !found.failed.is_missing()) {
    draft.AddWithoutAnswer(found.failed, *name, RecordType::kA);
  } else if (!found.is_open) {
    const bool has_none = found.addresses.empty();
    ReportLine& line = draft.Add(has_none ? LineState::kWrong : LineState::kWarning,
                                 has_none         ? "report.helo.no_address"
                                 : client.empty() ? "report.helo.addresses"
                                                  : "report.helo.other",
                                 {{"helo", *name}, {"client", client}, {"addresses", Joined(found.addresses)}});
    if (client.empty() && !has_none) line.state = LineState::kFine;
    if (line.state != LineState::kFine) line.means = "report.helo.means";
    if (!client.empty()) line.record = ZoneLine(*name, about.client->is_v4() ? "A" : "AAAA", client);
    line.command = DigCommand(*name, RecordType::kA);
  }
  WriteHeloRecord(draft, about, *name);
}

}  // namespace policyd::admin
