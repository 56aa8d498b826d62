// Reads whom a report is to be about.  Pure.
#pragma once

#include <optional>
#include <string>

#include "policyd/admin/report/part_writers.h"
#include "policyd/admin/report/report.h"
#include "rules/policy.h"

namespace policyd::admin {

struct ReportSubject {
  std::string shown{};
  ReportAbout about{};
  bool is_name = false;  // a name that may be a mail domain or a host
  std::optional<ReceivedMail> mail{};
};

Result<ReportSubject> ReadReportSubject(const ReportOptions& options, const rules::Policy& policy);

}  // namespace policyd::admin
