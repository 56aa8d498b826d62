// Whatever strangers publish about their mail, reading it ends soon and keeps the promises of its headers.
//
// Input: TXT records between line feeds, those of a domain and of every name that they lead to.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rules/sender_records/dkim_key.h"
#include "rules/sender_records/dmarc.h"
#include "rules/sender_records/transport_records.h"
#include "rules/spf/spf_tree.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace {

constexpr std::size_t kMostRecords = 20;
constexpr std::string_view kDomain = "a.b.example";

void Require(bool promise) {
  if (!promise) std::abort();
}

void CheckRecords(const std::vector<std::string>& records) {
  for (const std::string& text : records) {
    const auto key = rules::ParseDkimKey(text);
    if (key) Require(!key->is_broken() || key->bits == 0);
    Require(!rules::ParseDmarc(text) || rules::IsDmarc(text));
    for (const std::string& uri : rules::TlsReportUris(text)) Require(!uri.empty());
    const auto id = rules::MtaStsId(text);
    Require(!id || (!id->empty() && id->size() <= 32));
  }
}

void CheckDmarc(const std::vector<std::string>& records) {
  std::vector<rules::DmarcTexts> answers;
  for (const std::string& domain : rules::DmarcDomains(kDomain)) {
    answers.push_back({.domain = domain, .texts = records});
  }
  const rules::DmarcFound found = rules::FindDmarc(answers);
  Require(found.is_certain && !(found.has_several && found.record));
  Require(rules::IsUnder(std::string(kDomain), found.organisation));
  if (found.record) Require(rules::IsUnder(std::string(kDomain), found.at));
}

void CheckTree(const std::vector<std::string>& records) {
  std::size_t asked = 0;
  const rules::SpfTree tree = rules::DrawSpfTree(std::string(kDomain), [&](const std::string& name) {
    const std::size_t turn = name == kDomain ? 0 : name.size() % records.size();
    Require(++asked <= rules::kMostSpfNodes);
    const auto kept = rules::KeepTexts({records[turn]});
    return std::optional<rules::SpfTexts>({.texts = kept.texts, .is_cut = kept.is_cut});
  });
  Require(tree.is_certain() && !tree.nodes.empty() && tree.nodes.size() <= rules::kMostSpfNodes);
  int depth = -1;
  for (const rules::SpfNode& node : tree.nodes) {
    Require(node.depth >= 0 && node.depth <= depth + 1 && (node.depth > 0) == (depth >= 0));
    Require((node.state == rules::SpfNode::State::kRecord) == !node.record.empty());
    depth = node.depth;
  }
  for (const std::string& term : tree.bad_terms) Require(!term.empty());
  Require(!tree.fails_all || (!tree.allows_all && tree.look_ups == 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> records;
  for (const std::string_view line : rules::Split(text, '\n')) {
    if (records.size() < kMostRecords) records.emplace_back(line);
  }
  if (records.empty()) return 0;
  CheckRecords(records);
  CheckDmarc(records);
  CheckTree(records);
  return 0;
}
