// All that DNS says of somebody who sends mail, or cannot: names both ways, MX, SPF, DKIM, DMARC, the transport's
// records, every DNS list, and what we would answer now.  Changes nothing.
//
// Each line says a state, what that means and for whom, the record to publish and the command to check it.  A line is a
// value that knows no language: the tool words it in English, the page in its reader's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/admin/explain/explain.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/report/received_mail.h"
#include "rules/values/statement.h"

namespace policyd::admin {

// In the order in which they are shown.
enum class ReportSection : std::uint8_t {
  kMail,    // who handed in the mail that was piped in
  kClient,  // reverse and forward
  kHelo,
  kSpf,
  kDkim,
  kDmarc,
  kMx,
  kMtaSts,
  kTlsReports,
  kDane,
  kBimi,
  kLists,
  kNow,  // what we would answer
};
inline constexpr std::size_t kReportSections = static_cast<std::size_t>(ReportSection::kNow) + 1;
const char* Name(ReportSection section);  // "mail", "client", ...: in JSON, and the key of its title

enum class LineState : std::uint8_t {
  kFine,
  kWarning,   // works, and should be another
  kWrong,     // mail is lost or refused for it
  kNotThere,  // DNS says that there is none
  kNotAsked,  // nobody was asked: the line says why
  kNoAnswer,  // asked, and nobody answered in time
};
const char* Name(LineState state);  // "fine", "not_there", ...

struct ReportLine {
  LineState state = LineState::kFine;
  int depth = 0;                         // a line below another one is about what that one led to
  rules::Statement what;                 // of ReportRows()
  std::optional<std::string> means{};    // a kind of ReportRows(): what that means for whom, about the same things
  std::optional<std::string> record{};   // to be published, as a line of a zone file
  std::optional<std::string> command{};  // that shows it
  std::optional<std::string> link{};     // where a list takes requests for removal
};

struct ReportPart {
  ReportSection section;
  std::vector<ReportLine> lines{};
};

struct ReportOptions {
  std::string subject;                        // a domain, a host name, an address or a mail address
  OptionalText client{}, helo{}, selector{};  // of a mail, where they are known
  OptionalText sender{};                      // of its envelope, "<>" of a bounce; else the subject's or the mail's own
  std::optional<std::string> mail{};          // a received mail, or its beginning, instead of a subject
  std::stop_token stop{};                     // requested: no more is waited for
};

struct Report {
  std::string subject;  // as it is shown
  std::optional<rules::IpAddress> client{};
  std::optional<std::string> domain{}, helo{};
  std::optional<std::string> sender{};  // empty for a bounce
  std::optional<ReceivedMail> mail{};
  std::vector<ReportPart> parts{};      // without those that say nothing
  std::set<ReportSection> open{};       // answers are still out that they want
  std::size_t asked = 0, answered = 0;  // questions of DNS
  std::optional<Explained> now{};       // where a client is known
};

inline constexpr std::size_t kMostReportQuestions = 400;
inline constexpr std::chrono::milliseconds kReportTime{4000};  // the decision comes after it

// Is the subject one of those, and are the options what they should be?
Status Check(const ReportOptions& options);

// Asks DNS, for kReportTime at most.  `progress` is told of each answer: what stands in parts that are not open any
// more will not change.  An error where the subject is none, or the mail has no header of a server here.
Result<Report> MakeReport(const config::Config& config, const cache::Stores& stores, const ReportOptions& options,
                          rules::TimePoint now, const std::function<void(const Report&)>& progress = nullptr);

// Of all kinds of lines, in English.
const std::vector<rules::StatementRow>& ReportRows();

runtime::Json ToJson(const config::Config& config, const Report& report, rules::TimePoint now);

}  // namespace policyd::admin
