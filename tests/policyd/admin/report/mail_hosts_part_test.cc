#include <gtest/gtest.h>

#include "policyd/admin/report/part_writers.h"

namespace policyd::admin::mail_hosts_part_test {

using rules::RecordType;
using Status = dns::DnsReply::Status;

// What the part says of the certificate of a.example's one mail host.
std::string MeansOfCertificate(const dns::DnsReply& certificates) {
  ReportAnswers answers;
  const rules::DnsQuestion hosts{"a.example", RecordType::kMx}, tlsa{"_25._tcp.mail.a.example", RecordType::kTlsa};
  answers.Ask({hosts, tlsa});
  answers.Add(hosts, {.reply = {.status = Status::kPresent, .mail_hosts = {{10, "mail.a.example"}}}, .was_sent = true});
  answers.Add(tlsa, {.reply = certificates, .was_sent = true});
  Draft draft(answers);
  WriteDane(draft, "a.example");
  const auto parts = draft.TakeParts();
  if (parts.empty() || parts.front().lines.size() != 1) return "another number of lines";
  return parts.front().lines.front().means.value_or(std::string());
}

TEST(Dane, SaysWhetherTheCertificateIsSigned) {
  const rules::Texts certificate{.whole = {"3 1 1 0A1B"}, .begun = {}};
  EXPECT_EQ(MeansOfCertificate({.status = Status::kPresent, .texts = certificate, .is_signed = true}),
            "report.dane.signed_means");
  EXPECT_EQ(MeansOfCertificate({.status = Status::kPresent, .texts = certificate}), "report.dane.there_means");
  EXPECT_EQ(MeansOfCertificate({.status = Status::kAbsent, .is_signed = true}), "report.dane.none_means");
}

}  // namespace policyd::admin::mail_hosts_part_test
