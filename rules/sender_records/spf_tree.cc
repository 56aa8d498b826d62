// record = "v=spf1" *( SP term ) *SP;  term = [ "+" / "-" / "~" / "?" ] name [ ":" / "/" value ]  or  name "=" value
#include "rules/sender_records/spf_tree.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

constexpr std::string_view kVersion = "v=spf1";
constexpr std::array<std::string_view, 8> kMechanisms{"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};

SpfWord TermOf(std::string_view word) {
  SpfWord term{.text = std::string(word)};
  const std::size_t mark = word.find_first_of(":=/");
  term.is_modifier = mark != std::string_view::npos && word[mark] == '=';
  if (!term.is_modifier && std::string_view("+-~?").find(word.front()) != std::string_view::npos) {
    term.qualifier = word.front();
    word.remove_prefix(1);
  }
  const std::size_t end = std::min(word.find_first_of(":=/"), word.size());
  term.name = LowerAscii(word.substr(0, end));
  if (end < word.size()) term.value = word.substr(word[end] == '/' ? end : end + 1);
  return term;
}

bool IsUnknown(const SpfWord& term) {
  return !term.is_modifier && std::ranges::find(kMechanisms, term.name) == kMechanisms.end();
}

bool PassesAnybody(const SpfWord& term) {
  if (term.is_modifier || term.qualifier != '+') return false;
  return term.name == "all" || ((term.name == "ip4" || term.name == "ip6") && term.value.ends_with("/0"));
}

class Artist {
 public:
  explicit Artist(const std::function<std::optional<SpfTexts>(const std::string&)>& find) : find_(find) {}

  SpfTree Draw(const std::string& domain) {
    Visit({.domain = domain});
    return std::move(tree_);
  }

 private:
  void Visit(SpfNode node) {
    const std::size_t place = tree_.nodes.size();
    if (place == kMostSpfNodes) return;
    node.state = StateOf(node);
    tree_.nodes.push_back(node);
    if (node.state != SpfNode::State::kRecord) return;
    const std::vector<SpfWord> terms = SpfWordsOf(node.record);
    for (const SpfWord& term : terms) {
      if (term.costs_look_up()) ++tree_.nodes[place].look_ups;
    }
    tree_.look_ups += tree_.nodes[place].look_ups;
    Judge(terms, place == 0);
    path_.push_back(node.domain);
    const bool has_all = HasAll(terms);
    for (const SpfWord& term : terms) {
      const bool is_include = !term.is_modifier && term.name == "include";
      const bool is_redirect = term.is_modifier && term.name == "redirect" && !has_all;
      if (is_include || is_redirect) Follow(term, node.depth + 1);
    }
    path_.pop_back();
  }

  static bool HasAll(const std::vector<SpfWord>& terms) {
    return std::ranges::any_of(terms, [](const SpfWord& term) { return !term.is_modifier && term.name == "all"; });
  }

  void Follow(const SpfWord& term, int depth) {
    const auto name = NormalizeHostName(term.value);
    Visit({.depth = depth, .domain = name ? *name : term.value, .term = term.text});
  }

  // Fills in the record, too.
  SpfNode::State StateOf(SpfNode& node) {
    if (node.domain.find('%') != std::string::npos) return SpfNode::State::kMacro;
    if (!NormalizeHostName(node.domain)) return SpfNode::State::kNone;
    if (std::ranges::find(path_, node.domain) != path_.end()) return SpfNode::State::kLoop;
    if (tree_.nodes.size() + 1 == kMostSpfNodes) return SpfNode::State::kLeftOut;
    const auto known = find_(node.domain);
    if (!known) {
      if (std::ranges::find(tree_.open, node.domain) == tree_.open.end()) tree_.open.push_back(node.domain);
      return SpfNode::State::kOpen;
    }
    if (!known->is_answered) return SpfNode::State::kNoAnswer;
    const auto count = std::ranges::count_if(known->texts, [](const std::string& text) { return IsSpf(text); });
    if (count == 0) return SpfNode::State::kNone;
    node.record = *std::ranges::find_if(known->texts, [](const std::string& text) { return IsSpf(text); });
    return count > 1 ? SpfNode::State::kSeveral : SpfNode::State::kRecord;
  }

  void Judge(const std::vector<SpfWord>& terms, bool is_first) {
    for (const SpfWord& term : terms) {
      tree_.allows_all |= PassesAnybody(term);
      tree_.uses_ptr |= !term.is_modifier && term.name == "ptr";
      if (IsUnknown(term)) tree_.unknown_terms.push_back(term.text);
    }
    if (!is_first) return;
    const auto all =
        std::ranges::find_if(terms, [](const SpfWord& term) { return !term.is_modifier && term.name == "all"; });
    const bool redirects =
        std::ranges::any_of(terms, [](const SpfWord& term) { return term.is_modifier && term.name == "redirect"; });
    tree_.ends_neutral = all == terms.end() ? !redirects : all->qualifier == '?';
    tree_.fails_all = terms.size() == 1 && all != terms.end() && all->qualifier == '-';
  }

  const std::function<std::optional<SpfTexts>(const std::string&)>& find_;
  SpfTree tree_;
  std::vector<std::string> path_;  // of the records above
};

}  // namespace

bool SpfWord::costs_look_up() const {
  if (is_modifier) return name == "redirect";
  return name == "include" || name == "a" || name == "mx" || name == "ptr" || name == "exists";
}

bool IsSpf(std::string_view text) {
  return LowerAscii(text.substr(0, kVersion.size())) == kVersion &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

std::vector<SpfWord> SpfWordsOf(std::string_view record) {
  std::vector<SpfWord> terms;
  record.remove_prefix(std::min(kVersion.size(), record.size()));
  for (const std::string_view word : Split(record, ' ')) {
    if (!word.empty()) terms.push_back(TermOf(word));
  }
  return terms;
}

SpfTree DrawSpfTree(const std::string& domain, const std::function<std::optional<SpfTexts>(const std::string&)>& find) {
  return Artist(find).Draw(domain);
}

}  // namespace rules
