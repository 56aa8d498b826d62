#include "rules/question.h"

#include <cassert>

namespace rules {

bool AsksDns(Question::Kind kind) {
  return static_cast<std::size_t>(kind) < kDnsKinds;
}

bool IsOfName(Question::Kind kind) {
  return kind == Question::Kind::kNameList || kind == Question::Kind::kNameAddresses ||
         kind == Question::Kind::kNameTexts || kind == Question::Kind::kNameMailHosts;
}

bool IsOfList(Question::Kind kind) {
  return kind == Question::Kind::kList || kind == Question::Kind::kNameList;
}

const char* DnsKindName(Question::Kind kind) {
  switch (kind) {
    case Question::Kind::kPtr:
      return "ptr";
    case Question::Kind::kForward:
    case Question::Kind::kNameAddresses:
      return "forward";
    case Question::Kind::kList:
      return "list";
    case Question::Kind::kNameList:
      return "name_list";
    case Question::Kind::kNameTexts:
      return "txt";
    case Question::Kind::kNameMailHosts:
      return "mx";
    case Question::Kind::kClientEntries:
    case Question::Kind::kNameEntries:
    case Question::Kind::kSenderEntries:
    case Question::Kind::kRecipientEntries:
    case Question::Kind::kTriplet:
    case Question::Kind::kAutoWhitelist:
    case Question::Kind::kReputation:
    case Question::Kind::kCorrespondent:
      break;
  }
  assert(false && "only questions of DNS have a DNS kind");
  return "";
}

DnsQuestion ToDns(const Question& question, const IpAddress& client) {
  assert(AsksDns(question.kind) && "only questions of DNS go over the wire");
  switch (question.kind) {
    case Question::Kind::kPtr:
      return {client.ArpaName(), RecordType::kPtr};
    case Question::Kind::kForward:
      return {question.name, client.is_v4() ? RecordType::kA : RecordType::kAaaa};
    case Question::Kind::kNameAddresses:
      return {question.name, question.zone == "A" ? RecordType::kA : RecordType::kAaaa};
    case Question::Kind::kNameTexts:
      return {question.name, RecordType::kTxt};
    case Question::Kind::kNameMailHosts:
      return {question.name, RecordType::kMx};
    case Question::Kind::kList:
      return {client.ReversedLabels() + "." + question.zone, RecordType::kA};
    case Question::Kind::kNameList:
      return {question.name + "." + question.zone, RecordType::kA};
    case Question::Kind::kClientEntries:
    case Question::Kind::kNameEntries:
    case Question::Kind::kSenderEntries:
    case Question::Kind::kRecipientEntries:
    case Question::Kind::kTriplet:
    case Question::Kind::kAutoWhitelist:
    case Question::Kind::kReputation:
    case Question::Kind::kCorrespondent:
      break;
  }
  return {};
}

}  // namespace rules
