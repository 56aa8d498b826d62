// Who is meant: by a subject that people type, or by a mail.
#include "policyd/admin/report/report_subject.h"

#include <utility>

#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/nat64.h"

namespace policyd::admin {
namespace {

using Subject = Result<ReportSubject>;

std::string DomainIn(const std::string& mail_address) {
  return rules::NormalizeHostName(rules::DomainOf(mail_address)).value_or(std::string());
}

Subject OfMail(const std::string& text, const rules::Policy& policy) {
  const auto is_ours = [&policy](const rules::IpAddress& address) { return policy.IsOwn(address); };
  ReportSubject subject{.shown = "-", .mail = ReadReceivedMail(text, is_ours)};
  const ReceivedMail& mail = *subject.mail;
  if (!mail.client && mail.author.empty() && mail.signatures.empty()) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = "expected a received mail with its header, found no Received, From or DKIM-Signature line"};
  }
  subject.about = {.domain = DomainIn(mail.author),
                   .client = mail.client,
                   .helo = mail.helo.empty() ? std::nullopt : std::optional(mail.helo),
                   .sender = mail.sender,
                   .author_domain = DomainIn(mail.author),
                   .keys = mail.signatures,
                   .is_mail = true};
  ReportAbout& about = subject.about;
  if (about.domain.empty() && about.sender) about.domain = DomainIn(*about.sender);
  return subject;
}

Subject OfText(const std::string& text) {
  ReportSubject subject{.shown = text};
  if (const auto address = rules::ReadAddress(text)) {
    subject.about.client = *address;
    return subject;
  }
  if (text.find('@') != std::string::npos) {
    const auto address = rules::ReadMailAddress(text);
    subject.about.domain = address ? DomainIn(address->ToString()) : std::string();
    if (address && !address->local.empty()) subject.about.sender = address->ToString();
  } else if (const auto name = rules::ReadHostName(text)) {
    subject.about.domain = *name;
    subject.is_name = true;
  }
  const std::string& domain = subject.about.domain;
  const std::size_t dot = domain.rfind('.');
  // "192.0.2.999" is no name.
  if (dot != std::string::npos && !rules::IsNumber(domain.substr(dot + 1))) return subject;
  return Error{.kind = Error::Kind::kBadInput,
               .message = "expected a domain, a host name, an address or a mail address, or - for a mail, got \"" +
                          runtime::Shown(text) + "\""};
}

Status AddSender(const std::string& text, ReportAbout& about) {
  if (text == "<>") {
    about.sender.emplace();
    return rules::Done{};
  }
  const auto address = rules::ReadMailAddress(text);
  const std::string domain = address ? DomainIn(address->ToString()) : std::string();
  if (domain.empty() || address->local.empty()) {
    return ErrorIn("sender", "expected a mail address, or <> for a bounce, got \"" + runtime::Shown(text) + "\"");
  }
  about.sender = address->ToString();
  if (about.domain.empty()) about.domain = domain;
  return rules::Done{};
}

Status AddOptions(const ReportOptions& options, ReportSubject& subject) {
  ReportAbout& about = subject.about;
  if (options.sender) {
    if (const auto added = AddSender(*options.sender, about); !added) return added;
  }
  if (options.client) {
    const auto client = rules::ReadAddress(*options.client);
    if (!client) return ErrorIn("client", client.error().message);
    about.client = *client;
  }
  if (const auto checked = CheckHelo(options.helo); !checked) return checked;
  if (options.helo) about.helo = options.helo;
  if (!options.selector) return rules::Done{};
  const auto selector = rules::NormalizeHostName(*options.selector);
  if (!selector)
    return ErrorIn("selector", "expected a selector such as s2026, got \"" + runtime::Shown(*options.selector) + "\"");
  if (about.domain.empty()) return ErrorIn("selector", "expected with a domain or a mail address");
  about.keys.push_back({about.domain, *selector});
  return rules::Done{};
}

}  // namespace

Subject ReadReportSubject(const ReportOptions& options, const rules::Policy& policy) {
  Subject subject = options.mail ? OfMail(*options.mail, policy) : OfText(options.subject);
  if (!subject) return subject;
  if (const auto added = AddOptions(options, *subject); !added) return added.error();
  ReportAbout& about = subject->about;
  if (about.client) about.client = rules::WithoutNat64(*about.client, policy.nat64_prefixes);
  about.spf_domain = about.sender && !about.sender->empty() ? DomainIn(*about.sender) : about.domain;
  if (about.sender && about.sender->empty()) about.spf_domain = HeloHost(about).value_or(std::string());
  return subject;
}

}  // namespace policyd::admin
