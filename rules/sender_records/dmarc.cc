// record = "v=DMARC1" *( ";" tag "=" value ) [ ";" ]                        RFC 9989, section 4.7
//
// What is wrong with a part is ignored with it (section 4.8); a tag that stands twice makes a list of tags void (RFC
// 6376, section 3.2).
//
// The walk (section 4.10): from the domain upwards, one label at a time; from one of more than eight labels to the last
// seven at once.  A record with psd=n or psd=y ends it.
#include "rules/sender_records/dmarc.h"

#include <algorithm>
#include <set>
#include <utility>

#include "rules/sender_records/tag_list.h"
#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr std::size_t kMostDomains = 8;
constexpr std::size_t kShownPart = 40;  // bytes of what is no tag

std::optional<DmarcPolicy> PolicyOf(std::string_view word) {
  for (const DmarcPolicy policy : {DmarcPolicy::kNone, DmarcPolicy::kQuarantine, DmarcPolicy::kReject}) {
    if (word == Name(policy)) return policy;
  }
  return std::nullopt;
}

class TagReader {
 public:
  void Read(const std::string& name, const std::string& value) {
    const std::string word = LowerAscii(value);
    if (name == "p") return SetPolicy(record_.policy, name, word);
    if (name == "sp") return SetPolicy(record_.subdomains, name, word);
    if (name == "np") return SetPolicy(record_.missing_subdomains, name, word);
    if (name == "t") return SetFlag(record_.is_test, {name, "y", "n"}, word);
    if (name == "adkim") return SetFlag(record_.is_strict_for_dkim, {name, "s", "r"}, word);
    if (name == "aspf") return SetFlag(record_.is_strict_for_spf, {name, "s", "r"}, word);
    if (name == "psd") return SetPsd(word);
    if (name == "rua") return SetUris(record_.reports_to, name, value);
    if (name == "ruf") return SetUris(record_.failures_to, name, value);
    if (name == "v" || name == "fo") return;
    const bool is_former = name == "pct" || name == "rf" || name == "ri";
    (is_former ? record_.former_tags : record_.unknown_tags).push_back(name);
  }

  // A part that is no tag.
  void Refuse(std::string_view part) { record_.bad_tags.emplace_back(part.substr(0, kShownPart)); }

  DmarcRecord record() && { return std::move(record_); }

 private:
  struct FlagWords {
    std::string name;
    std::string_view yes, no;
  };

  void SetPolicy(std::optional<DmarcPolicy>& policy, const std::string& name, std::string_view word) {
    policy = PolicyOf(word);
    if (!policy) record_.bad_tags.push_back(name);
  }
  void SetFlag(bool& flag, const FlagWords& words, std::string_view word) {
    flag = word == words.yes;
    if (!flag && word != words.no) record_.bad_tags.push_back(words.name);
  }
  void SetPsd(std::string_view word) {
    record_.psd = word == "y"   ? DmarcRecord::Psd::kYes
                  : word == "n" ? DmarcRecord::Psd::kNo
                                : DmarcRecord::Psd::kUnsaid;
    if (word != "y" && word != "n" && word != "u") record_.bad_tags.emplace_back("psd");
  }
  void SetUris(std::vector<std::string>& uris, const std::string& name, std::string_view value) {
    uris = ReportUris(value);
    if (uris.empty()) record_.bad_tags.push_back(name);
  }

  DmarcRecord record_;
};

// The one record of a domain; nothing where there is none, or several.
struct OwnRecord {
  std::optional<DmarcRecord> record{};
  std::string text{};
  bool has_several = false;
};

OwnRecord RecordAt(const DmarcTexts& answer) {
  OwnRecord own;
  const auto count = std::ranges::count_if(answer.texts, [](const std::string& text) { return IsDmarc(text); });
  own.has_several = count > 1;
  if (count != 1) return own;
  own.text = *std::ranges::find_if(answer.texts, [](const std::string& text) { return IsDmarc(text); });
  own.record = ParseDmarc(own.text);
  return own;
}

struct FoundRecord {
  DmarcRecord record;
  std::string at, text;
};

void Take(const FoundRecord& from, DmarcFound& found) {
  found.record = from.record;
  found.at = from.at;
  found.text = from.text;
}

// "b.example" within "a.b.example" and above it: the domain one label below `above`.
std::string OneBelow(std::string_view domain, std::string_view above) {
  const std::size_t end = domain.size() - above.size() - 1;
  const std::size_t dot = end == 0 ? std::string_view::npos : domain.rfind('.', end - 1);
  return std::string(dot == std::string_view::npos ? domain : domain.substr(dot + 1));
}

}  // namespace

const char* Name(DmarcPolicy policy) {
  switch (policy) {
    case DmarcPolicy::kNone:
      return "none";
    case DmarcPolicy::kQuarantine:
      return "quarantine";
    case DmarcPolicy::kReject:
      return "reject";
  }
  return "";
}

bool DmarcRecord::has_bad_policy() const {
  return std::ranges::any_of(bad_tags, [](const std::string& tag) { return tag == "p" || tag == "sp" || tag == "np"; });
}

bool DmarcRecord::holds() const {
  return !has_bad_policy() || !reports_to.empty();
}

DmarcPolicy DmarcRecord::ForItself() const {
  return has_bad_policy() ? DmarcPolicy::kNone : policy.value_or(DmarcPolicy::kNone);
}

DmarcPolicy DmarcRecord::ForBelow(bool exists) const {
  if (has_bad_policy()) return DmarcPolicy::kNone;
  const DmarcPolicy below = subdomains.value_or(ForItself());
  return exists ? below : missing_subdomains.value_or(below);
}

bool IsDmarc(std::string_view text) {
  return HasVersion(text, {"DMARC1", TagForm::kDmarc});
}

std::optional<DmarcRecord> ParseDmarc(std::string_view text) {
  if (!IsDmarc(text)) return std::nullopt;
  TagReader reader;
  std::set<std::string> seen;
  for (const std::string_view part : Split(text, ';')) {
    if (WithoutBlanks(part).empty()) continue;
    const auto tag = TagList::Parse(part, TagForm::kDmarc);
    if (!tag) {
      reader.Refuse(WithoutBlanks(part));
      continue;
    }
    const auto& [name, value] = tag->all().front();
    if (!seen.insert(name).second) return std::nullopt;
    reader.Read(name, value);
  }
  return std::move(reader).record();
}

std::vector<std::string> DmarcDomains(std::string_view domain) {
  std::vector<std::string_view> labels = Split(domain, '.');
  std::vector<std::string> domains{std::string(domain)};
  std::size_t first = labels.size() < kMostDomains ? 1 : labels.size() - (kMostDomains - 1);
  for (; first < labels.size(); ++first) {
    domains.emplace_back(domain.substr(static_cast<std::size_t>(labels[first].data() - domain.data())));
  }
  return domains;
}

DmarcFound FindDmarc(std::span<const DmarcTexts> answers) {
  const std::string& domain = answers.front().domain;
  DmarcFound found{.organisation = domain};
  std::vector<FoundRecord> records;
  std::optional<FoundRecord> registry;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    found.is_certain &= answers[i].is_answered;
    OwnRecord own = RecordAt(answers[i]);
    if (i == 0) found.has_several = own.has_several;
    if (!own.record) continue;
    const DmarcRecord::Psd psd = own.record->psd;
    FoundRecord here{*std::move(own.record), answers[i].domain, std::move(own.text)};
    if (psd == DmarcRecord::Psd::kYes && i > 0) {
      found.organisation = OneBelow(domain, here.at);
      registry = std::move(here);
      break;
    }
    found.organisation = here.at;
    records.push_back(std::move(here));
    if (psd != DmarcRecord::Psd::kUnsaid) break;
  }
  // That of the domain, else of its organisation, else of the registry; those between say nothing.
  for (const std::string& at : {domain, found.organisation}) {
    const auto that = std::ranges::find(records, at, &FoundRecord::at);
    if (that != records.end() && !found.record) Take(*that, found);
  }
  if (!found.record && registry) Take(*registry, found);
  found.is_certain |= found.at == domain;
  return found;
}

}  // namespace rules
