// Reads what a domain says about the transport of mail to it, and about its logo: the records of MTA-STS (RFC 8461),
// TLS-RPT (RFC 8460) and BIMI.  Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/sender_records/tag_list.h"

namespace rules {

inline constexpr RecordVersion kMtaStsVersion{"STSv1", TagForm::kTransport};
inline constexpr RecordVersion kTlsReportsVersion{"TLSRPTv1", TagForm::kTransport};
inline constexpr RecordVersion kBimiVersion{"BIMI1", TagForm::kBimi};

// What stands in the one record that begins with the version.
struct OneRecord {
  std::string text{};
  unsigned count = 0;  // of those that begin so; only one counts
};
OneRecord FindOne(const std::vector<std::string>& texts, const RecordVersion& version);

// The id of a policy; nothing where the record is wrong: 1 to 32 letters and digits.
std::optional<std::string> MtaStsId(std::string_view record);

// Where reports go: mailto: and https:; empty where the record is wrong.
std::vector<std::string> TlsReportUris(std::string_view record);

struct Bimi {
  std::string logo{};      // https:; empty: the domain wants no logo shown
  std::string evidence{};  // a=: of a certificate

  bool operator==(const Bimi&) const = default;
};
// Nothing where the record is wrong.
std::optional<Bimi> ParseBimi(std::string_view record);

}  // namespace rules
