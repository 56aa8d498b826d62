// The parts of a report, each a pure function from what DNS said so far to lines (draft.h).
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/report/draft.h"
#include "rules/policy.h"
#include "rules/sender_records/dmarc.h"
#include "rules/spf/spf.h"
#include "rules/zones/health.h"

namespace policyd::admin {

// Whom a report is about, as far as that is known without DNS.
struct ReportAbout {
  std::string domain{};  // of mail; empty where only an address was given
  std::optional<rules::IpAddress> client{};
  std::optional<std::string> helo{};
  std::optional<std::string> sender{};  // of the envelope; empty for a bounce
  std::string author_domain{};          // of From:
  std::string spf_domain{};             // whose SPF record counts: the sender's, for a bounce that of HELO
  std::vector<DkimSignature> keys{};    // whose selectors are known
  bool is_mail = false;
};

struct AddressNames {
  std::string confirmed{};  // the first name that leads back; empty where none does
  bool is_open = false;     // an answer is out that may change that
};
// The reverse and forward names of an address, as a tree.  `may_send`: it is not known to send mail, so what is wrong
// is a warning.
AddressNames WriteAddress(Draft& draft, const rules::IpAddress& address, int depth, bool may_send);

// Its HELO name as a host name; nothing where it is none, or not known.
std::optional<std::string> HeloHost(const ReportAbout& about);
void WriteHelo(Draft& draft, const ReportAbout& about);
void WriteMailHosts(Draft& draft, const std::string& domain);  // MX
void WriteDane(Draft& draft, const std::string& domain);
void WriteMtaSts(Draft& draft, const std::string& domain);
void WriteTlsReports(Draft& draft, const std::string& domain);
void WriteBimi(Draft& draft, const std::string& domain);

void WriteSpf(Draft& draft, const ReportAbout& about);
// What is asked of SPF for the client.  REQUIRES: it is known.
rules::SpfRequest HeloRequest(const ReportAbout& about, const std::string& helo);
rules::SpfRequest SenderRequest(const ReportAbout& about);
// Nothing while an answer is out.
struct SpfResultSeen {
  rules::SpfCheck check{};
  LineState state = LineState::kNoAnswer;
};
std::optional<SpfResultSeen> LookSpfResult(Draft& draft, const rules::SpfRequest& request);
// The result, and the term that gave it; null while an answer is out.
ReportLine* WriteSpfCheck(Draft& draft, const rules::SpfRequest& request);

void WriteDkim(Draft& draft, const ReportAbout& about);
// Can signatures be checked with that key?  Nothing while an answer is out.
std::optional<LineState> LookDkimKey(Draft& draft, const DkimSignature& key);
void WriteDmarc(Draft& draft, const std::string& domain);
// Nothing while an answer is out.
std::optional<rules::DmarcFound> FindDmarcOf(Draft& draft, const std::string& domain);

// Of a mail: its names, and what a receiver would make of them.
void WriteMail(Draft& draft, const ReportAbout& about, const ReceivedMail& mail, const AddressNames& names);

struct ListsAsked {
  const rules::Policy& policy;
  const rules::Health& health;
};
// `addresses` and `names`, each in every configured list that can have it.
void WriteLists(Draft& draft, const ListsAsked& lists, const rules::Addresses& addresses,
                const std::vector<std::string>& names);

// The mail hosts of a domain that can be asked about, the preferred first, at most ten; `is_open` while MX is not
// known.
struct MailHostNames {
  std::vector<std::string> names{};
  bool is_open = false;
};
MailHostNames LookMailHosts(Draft& draft, const std::string& domain);

}  // namespace policyd::admin
