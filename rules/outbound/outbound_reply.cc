#include "rules/outbound/outbound_reply.h"

namespace rules {
namespace {

using LimitReached = OutboundSeen::LimitReached;

bool IsOfDay(LimitReached::Of of) {
  return of == LimitReached::Of::kRecipientsPerDay || of == LimitReached::Of::kDomainRecipientsPerDay;
}

std::string LimitText(const LimitReached& limit, seconds from_utc) {
  if (!limit.free_at) {
    return "5.7.1 This message has more recipients than the limit of " + Describe(limit) +
           ", send it to fewer at a time";
  }
  return "4.7.1 The limit of " + Describe(limit) + " is reached, try again after " +
         ClockTime(*limit.free_at, from_utc, IsOfDay(limit.of));
}

}  // namespace

std::string Describe(const LimitReached& limit) {
  const std::string most = std::to_string(limit.most);
  switch (limit.of) {
    case LimitReached::Of::kRecipientsPerHour:
      return most + " recipients an hour";
    case LimitReached::Of::kRecipientsPerDay:
      return most + " recipients a day";
    case LimitReached::Of::kMessagesPerHour:
      return most + " messages an hour";
    case LimitReached::Of::kDomainRecipientsPerDay:
      return most + " recipients a day for the whole domain";
  }
  return most;
}

std::string ClockTime(TimePoint time, seconds from_utc, bool has_date) {
  const std::string local = PrintTime(time + from_utc);  // "2026-11-21T08:30:00Z"
  const std::string clock = local.substr(11, 5);
  return has_date ? clock + " on " + local.substr(0, 10) : clock;
}

std::string OutboundFrame(const ReplyTexts& texts, const Verdict& verdict) {
  constexpr const char* kReference = " (ref {ref})";
  if (verdict.outbound->limit) return LimitText(*verdict.outbound->limit, verdict.outbound->from_utc) + kReference;
  if (verdict.reason == Reason::kForeignSender) {
    return std::string("5.7.1 Sending with a foreign address is not allowed: {sender}") + kReference;
  }
  const std::string whom = texts.contact.empty() ? "your postmaster" : "{contact}";
  return "5.7.1 This account is locked after unusual mail, ask " + whom + " to release it" + kReference;
}

}  // namespace rules
