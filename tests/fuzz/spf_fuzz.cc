// Whatever strangers publish as SPF records, with whatever names they use, evaluating ends soon and keeps the promises
// of its headers.
//
// Input: one byte that picks the client's family and what DNS answers; then texts between line feeds: the HELO name,
// the sender, and records.  The first record is that of the sender's domain; other names have one of them by their
// length.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rules/spf/macro.h"
#include "rules/spf/spf.h"
#include "rules/spf/terms.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

struct World {
  unsigned choice = 0;
  rules::SpfRequest request;
  std::vector<std::string> records;
};

rules::Fact AnswerOf(const World& world, const rules::Question& question) {
  using Kind = rules::Question::Kind;
  if (question.kind != Kind::kPtr) Require(rules::IsAskable(question.name));
  const std::size_t turn = question.name.size() + world.choice;
  switch (question.kind) {
    case Kind::kNameTexts: {
      if (world.records.empty()) return rules::Fact::Absent();
      const bool is_senders = question.name == rules::SpfDomainOf(world.request);
      auto kept = rules::KeepTexts({world.records[is_senders ? 0 : turn % world.records.size()]});
      return rules::Fact::Present(std::move(kept.texts));
    }
    case Kind::kNameMailHosts:
      return rules::Fact::Present(rules::MailHosts(turn % 12, {.preference = 1, .name = question.name}));
    case Kind::kPtr:
      return rules::Fact::Present(rules::HostNames{"a.example", "b.sender.example"});
    default:
      if (turn % 5 == 0) return rules::Fact::Unavailable();
      if (turn % 5 == 1) return rules::Fact::Absent();
      return rules::Fact::Present(rules::Addresses{world.request.client});
  }
}

void CheckPromises(const World& world) {
  rules::Facts facts;
  const rules::SpfOptions options{.explains = true, .receiver = "mx.example"};
  for (int round = 0; round < 120; ++round) {
    const rules::SpfOutcome outcome = rules::EvaluateSpf(world.request, facts, options);
    Require(outcome.check.has_value() == outcome.open.empty());
    if (!outcome.check) {
      for (const rules::Question& question : outcome.open) Require(facts.Add(question, AnswerOf(world, question)));
      continue;
    }
    const rules::SpfCheck& check = *outcome.check;
    Require(check.lookups <= options.max_terms + 1 && check.voids <= options.max_voids + 1);
    Require(check.explanation.size() <= rules::kMaxExplanation);
    Require(std::ranges::all_of(check.explanation, [](char c) { return c >= ' ' && c <= '~'; }));
    Require(check.explanation.empty() || check.result == rules::SpfResult::kFail);
    const bool is_error = check.result == rules::SpfResult::kTemperror || check.result == rules::SpfResult::kPermerror;
    Require((check.fault != rules::SpfFault::kNone) == is_error);
    Require(facts.all().size() <= 130);
    return;
  }
  Require(false);
}

void CheckTexts(const World& world) {
  const rules::SpfMacroValues values{.local = world.request.sender,
                                     .sender_domain = world.request.helo,
                                     .domain = "sender.example",
                                     .client = world.request.client,
                                     .validated = "unknown",
                                     .helo = world.request.helo,
                                     .receiver = {}};
  for (const std::string& text : world.records) {
    if (rules::IsMacroString(text, rules::SpfText::kRecord)) {
      const std::string name = rules::ExpandName(text, values);
      Require(name.size() <= 253 && name == rules::LowerAscii(name));
    }
    if (rules::IsMacroString(text, rules::SpfText::kExplanation)) {
      Require(rules::ExpandExplanation(text, values).size() <= rules::kMaxExplanation);
    }
    if (!rules::IsSpfRecord(text)) continue;
    const rules::ParsedSpf parsed = rules::ParseSpfRecord(text);
    Require(parsed.record.has_value() == parsed.bad_term.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::string_view> texts =
      rules::Split(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1), '\n');
  if (texts.size() < 3) return 0;
  World world{.choice = data[0], .request = {}, .records = {}};
  world.request = {.client = *rules::IpAddress::Parse(world.choice % 2 == 0 ? "203.0.113.45" : "2001:db8::45"),
                   .helo = std::string(texts[0]),
                   .sender = std::string(texts[1])};
  for (std::size_t i = 2; i < texts.size() && i < 20; ++i) world.records.emplace_back(texts[i]);
  CheckTexts(world);
  CheckPromises(world);
  return 0;
}
