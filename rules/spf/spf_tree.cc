#include "rules/spf/spf_tree.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "rules/spf/macro.h"
#include "rules/spf/record.h"
#include "rules/spf/terms.h"
#include "rules/values/ascii.h"

namespace rules {
namespace {

using Mechanism = SpfTerm::Mechanism;

// A record as far as it can be understood.
struct ReadRecord {
  SpfRecord record{};
  std::vector<std::string> bad_terms{};
};

// Each word is parsed alone where the whole is an error: people want to know all that is wrong, and what the rest says.
ReadRecord ReadWords(std::string_view text, const std::string& bad_term) {
  ReadRecord read;
  for (const std::string_view word : Split(text, ' ')) {
    if (word.empty() || IsSpfRecord(word)) continue;
    ParsedSpf parsed = ParseSpfRecord("v=spf1 " + std::string(word));
    if (!parsed.record) {
      read.bad_terms.emplace_back(word);
      continue;
    }
    std::ranges::move(parsed.record->terms, std::back_inserter(read.record.terms));
    if (read.record.redirect.empty()) read.record.redirect = std::move(parsed.record->redirect);
    read.record.has_all |= parsed.record->has_all;
  }
  // Right alone, and wrong together: a modifier that stands twice.
  if (read.bad_terms.empty()) read.bad_terms.push_back(bad_term);
  return read;
}

ReadRecord Read(const std::string& text) {
  ParsedSpf parsed = ParseSpfRecord(text);
  ReadRecord read = parsed.record ? ReadRecord{.record = *std::move(parsed.record)} : ReadWords(text, parsed.bad_term);
  // What stands behind "all" is never looked at.
  std::vector<SpfTerm>& terms = read.record.terms;
  const auto all = std::ranges::find(terms, Mechanism::kAll, &SpfTerm::mechanism);
  if (all != terms.end()) terms.erase(all + 1, terms.end());
  return read;
}

bool Redirects(const SpfRecord& record) {
  return !record.redirect.empty() && !record.has_all;
}

bool PassesAnybody(const SpfTerm& term) {
  return term.result == SpfResult::kPass && (MatchesAnybody(term, true) || MatchesAnybody(term, false));
}

class Artist {
 public:
  explicit Artist(const std::function<std::optional<SpfTexts>(const std::string&)>& find) : find_(find) {}

  SpfTree Draw(const std::string& domain) {
    Visit({.domain = domain}, true);
    return std::move(tree_);
  }

 private:
  // `passes`: does a pass of this record make one of the whole?
  void Visit(SpfNode node, bool passes) {
    const std::size_t place = tree_.nodes.size();
    if (place == kMostSpfNodes) return;
    node.state = StateOf(node);
    tree_.nodes.push_back(node);
    if (node.state != SpfNode::State::kRecord) return;
    ReadRecord read = Read(node.record);
    const SpfRecord& record = read.record;
    if (place == 0) JudgeEnd(record, !read.bad_terms.empty());
    std::ranges::move(read.bad_terms, std::back_inserter(tree_.bad_terms));
    const auto look_ups =
        static_cast<unsigned>(std::ranges::count_if(record.terms, CountsAsLookup, &SpfTerm::mechanism));
    tree_.nodes[place].look_ups = look_ups + (Redirects(record) ? 1 : 0);
    tree_.look_ups += tree_.nodes[place].look_ups;
    tree_.allows_all |= passes && std::ranges::any_of(record.terms, PassesAnybody);
    tree_.uses_ptr |= std::ranges::find(record.terms, Mechanism::kPtr, &SpfTerm::mechanism) != record.terms.end();
    path_.push_back(node.domain);
    for (const SpfTerm& term : record.terms) {
      if (term.mechanism != Mechanism::kInclude) continue;
      Visit(NodeOf(term.domain_spec, term.text, node.depth), passes && term.result == SpfResult::kPass);
    }
    if (Redirects(record)) Visit(NodeOf(record.redirect, "redirect=" + record.redirect, node.depth), passes);
    path_.pop_back();
  }

  static SpfNode NodeOf(const std::string& domain_spec, const std::string& term, int depth_above) {
    return {.depth = depth_above + 1,
            .domain = HasMacros(domain_spec) ? domain_spec : ExpandName(domain_spec, {}),
            .term = term};
  }

  // Fills in the record, too.
  SpfNode::State StateOf(SpfNode& node) {
    if (node.domain.find('%') != std::string::npos) return SpfNode::State::kMacro;
    if (!IsAskable(node.domain)) return SpfNode::State::kNone;
    if (std::ranges::find(path_, node.domain) != path_.end()) return SpfNode::State::kLoop;
    if (tree_.nodes.size() + 1 == kMostSpfNodes) return SpfNode::State::kLeftOut;
    const auto known = find_(node.domain);
    if (!known) {
      if (std::ranges::find(tree_.open, node.domain) == tree_.open.end()) tree_.open.push_back(node.domain);
      return SpfNode::State::kOpen;
    }
    if (!known->is_answered) return SpfNode::State::kNoAnswer;
    ChosenSpf chosen = ChooseSpfRecord(known->texts, known->is_cut);
    node.record = std::move(chosen.record);
    switch (chosen.state) {
      case ChosenSpf::State::kOne:
        return SpfNode::State::kRecord;
      case ChosenSpf::State::kNone:
        return SpfNode::State::kNone;
      case ChosenSpf::State::kSeveral:
        return SpfNode::State::kSeveral;
      case ChosenSpf::State::kTooLong:
        return SpfNode::State::kTooLong;
    }
    return SpfNode::State::kNone;
  }

  void JudgeEnd(const SpfRecord& record, bool is_broken) {
    const bool is_all = record.has_all && !record.terms.empty();
    tree_.ends_neutral = is_all ? record.terms.back().result == SpfResult::kNeutral : !Redirects(record);
    const bool is_alone = is_all && record.terms.size() == 1;
    tree_.fails_all = is_alone && !is_broken && record.terms.front().result == SpfResult::kFail;
  }

  const std::function<std::optional<SpfTexts>(const std::string&)>& find_;
  SpfTree tree_;
  std::vector<std::string> path_;  // of the records above
};

}  // namespace

SpfTree DrawSpfTree(const std::string& domain, const std::function<std::optional<SpfTexts>(const std::string&)>& find) {
  return Artist(find).Draw(domain);
}

}  // namespace rules
