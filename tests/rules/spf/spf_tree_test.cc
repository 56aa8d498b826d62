#include "rules/spf/spf_tree.h"

#include <gtest/gtest.h>

#include <map>

#include "rules/values/ascii.h"

namespace rules::spf_tree_test {

// TXT records by name; "?" is no answer, "..." not asked yet.
using World = std::map<std::string, std::vector<std::string>>;

SpfTree Draw(const World& world, const std::string& domain = "a.example") {
  return DrawSpfTree(domain, [&world](const std::string& name) -> std::optional<SpfTexts> {
    const auto found = world.find(name);
    if (found == world.end()) return SpfTexts{};
    if (found->second.front() == "...") return std::nullopt;
    return SpfTexts{.is_answered = found->second.front() != "?", .texts = {.whole = found->second, .begun = {}}};
  });
}

const char* StateWord(SpfNode::State state) {
  constexpr const char* kWords[] = {"open",      "record", "none",  "several", "too_long",
                                    "no_answer", "loop",   "macro", "left_out"};
  return kWords[static_cast<std::size_t>(state)];
}

// "a.example:record:2 >b.example:none:0"
std::string Nodes(const SpfTree& tree) {
  std::string text;
  for (const SpfNode& node : tree.nodes) {
    text += (text.empty() ? "" : " ") + std::string(static_cast<std::size_t>(node.depth), '>') + node.domain + ":" +
            StateWord(node.state) + ":" + std::to_string(node.look_ups);
  }
  return text;
}

TEST(SpfTree, IsDrawn) {
  const struct {
    const char* name;
    World world;
    const char* nodes;
    unsigned look_ups;
  } kRows[] = {
      {"none", {}, "a.example:none:0", 0},
      {"one", {{"a.example", {"x", "v=spf1 a mx ip4:192.0.2.1 -all"}}}, "a.example:record:2", 2},
      {"tree",
       {{"a.example", {"v=spf1 include:b.example a include:c.example -all"}},
        {"b.example", {"v=spf1 mx include:D.example. ~all"}},
        {"c.example", {"v=spf1 ip6:2001:db8::/32 exists:%{i}.x.example -all"}},
        {"d.example", {"v=spf1 ptr -all"}}},
       "a.example:record:3 >b.example:record:2 >>d.example:record:1 >c.example:record:1",
       7},
      {"redirect",
       {{"a.example", {"v=spf1 redirect=b.example"}}, {"b.example", {"v=spf1 mx -all"}}},
       "a.example:record:1 >b.example:record:1",
       2},
      {"redirect_beside_all", {{"a.example", {"v=spf1 redirect=b.example -all"}}}, "a.example:record:0", 0},
      {"include_of_none",
       {{"a.example", {"v=spf1 include:b.example -all"}}},
       "a.example:record:1 >b.example:none:0",
       1},
      {"several", {{"a.example", {"v=spf1 -all", "V=SPF1 mx"}}}, "a.example:several:0", 0},
      {"no_answer",
       {{"a.example", {"v=spf1 include:b.example"}}, {"b.example", {"?"}}},
       "a.example:record:1 >b.example:no_answer:0",
       1},
      {"open",
       {{"a.example", {"v=spf1 include:b.example include:b.example"}}, {"b.example", {"..."}}},
       "a.example:record:2 >b.example:open:0 >b.example:open:0",
       2},
      {"loop",
       {{"a.example", {"v=spf1 include:b.example"}}, {"b.example", {"v=spf1 include:a.example"}}},
       "a.example:record:1 >b.example:record:1 >>a.example:loop:0",
       2},
      {"macro", {{"a.example", {"v=spf1 include:%{l}.b.example"}}}, "a.example:record:1 >%{l}.b.example:macro:0", 1},
      {"no_name",
       {{"a.example", {"v=spf1 include:b..example include: -all"}}},
       "a.example:record:1 >b..example:none:0",
       1},
      {"behind_all",
       {{"a.example", {"v=spf1 mx ~all a include:b.example redirect=c.example"}}},
       "a.example:record:1",
       1},
      {"of_a_broken_record",
       {{"a.example", {"v=spf1 nonsense a ip4:1 redirect=b.example"}}},
       "a.example:record:2 >b.example:none:0",
       2},
      {"another_version", {{"a.example", {"v=spf10 -all", "v=spf1-all"}}}, "a.example:none:0", 0},
  };
  for (const auto& row : kRows) {
    const SpfTree tree = Draw(row.world);
    EXPECT_EQ(Nodes(tree), row.nodes) << row.name;
    EXPECT_EQ(tree.look_ups, row.look_ups) << row.name;
  }
  EXPECT_EQ(Joined(Draw(kRows[8].world).open), "b.example");
}

TEST(SpfTree, OfTextsThatAreTooLong) {
  const struct {
    const char* name;
    SpfTexts texts;
    SpfNode::State want;
  } kRows[] = {
      {"begun", {.texts = {.whole = {"x"}, .begun = {"v=spf1 ip4:192."}}}, SpfNode::State::kTooLong},
      {"whole_and_begun",
       {.texts = {.whole = {"v=spf1 -all"}, .begun = {"v=spf1 ip4:192."}}},
       SpfNode::State::kSeveral},
      {"cut", {.texts = {.whole = {"x"}, .begun = {}}, .is_cut = true}, SpfNode::State::kTooLong},
      {"cut_behind_it", {.texts = {.whole = {"v=spf1 -all"}, .begun = {}}, .is_cut = true}, SpfNode::State::kRecord},
      {"other_begun", {.texts = {.whole = {}, .begun = {"google-site-ver"}}}, SpfNode::State::kNone},
  };
  for (const auto& row : kRows) {
    const SpfTree tree = DrawSpfTree("a.example", [&row](const std::string&) { return std::optional(row.texts); });
    EXPECT_EQ(tree.nodes.front().state, row.want) << row.name;
  }
}

TEST(SpfTree, OfAnIncludeThatIsNoPassAllowsNobody) {
  const World world{{"a.example", {"v=spf1 ?include:b.example include:c.example -all"}},
                    {"b.example", {"v=spf1 +all"}},
                    {"c.example", {"v=spf1 -all"}}};
  EXPECT_FALSE(Draw(world).allows_all);
  EXPECT_TRUE(Draw({{"a.example", {"v=spf1 include:b.example -all"}}, {"b.example", {"v=spf1 +all"}}}).allows_all);
}

TEST(SpfTree, SaysWhatIsWrong) {
  const struct {
    const char* record;
    const char* want;
  } kRows[] = {
      {"v=spf1 mx -all", ""},
      {"v=spf1 mx ~all", ""},
      {"v=spf1 +all", "anybody"},
      {"v=spf1 mx all", "anybody"},
      {"v=spf1 ip4:0.0.0.0/0 -all", "anybody"},
      {"v=spf1 -ip4:0.0.0.0/0 -all", ""},
      {"v=spf1 ptr -all", "ptr"},
      {"v=spf1 ?ptr:a.example -all", "ptr"},
      {"v=spf1 mx ?all", "neutral"},
      {"v=spf1 mx", "neutral"},
      {"v=spf1", "neutral"},
      {"v=spf1 -all", "no_mail"},
      {"v=spf1 ipv4:192.0.2.1 -all", "bad=ipv4:192.0.2.1"},
      {"v=spf1 redirect:b.example -all", "bad=redirect:b.example"},
      {"v=spf1 192.0.2.1 future=x exp=e.example -all", "bad=192.0.2.1"},
      {"v=spf1 ip4:192.0.2.1/33 nonsense mx -all", "bad=ip4:192.0.2.1/33bad=nonsense"},
      {"v=spf1 redirect=b.example redirect=c.example", "bad=redirect=c.example"},
      {"v=spf1 ip4:192.0.0.0/7 -all", "anybody"},
      {"v=spf1 ip4:10.0.0.0/8 ip6:2001:db8::/24 -all", ""},
      {"v=spf1 ip6:2000::/3 -all", "anybody"},
      {"v=spf1 exists:b.example -all", "anybody"},
      {"v=spf1 exists:%{i}.b.example -all", ""},
  };
  for (const auto& [record, want] : kRows) {
    const SpfTree tree = Draw({{"a.example", {record}}});
    std::string got;
    if (tree.allows_all) got += "anybody";
    if (tree.uses_ptr) got += "ptr";
    if (tree.ends_neutral) got += "neutral";
    if (tree.fails_all) got += "no_mail";
    for (const std::string& term : tree.bad_terms) got += "bad=" + term;
    EXPECT_EQ(got, want) << record;
  }
}

TEST(SpfTree, OfAnySizeIsBounded) {
  World world;
  for (int i = 0; i < 100; ++i) {
    std::string record = "v=spf1";
    for (int j = 0; j < 100; ++j) record += " include:n" + std::to_string(i * 7 + j) + ".example";
    world["n" + std::to_string(i) + ".example"] = {record};
  }
  const SpfTree tree = Draw(world, "n0.example");
  EXPECT_EQ(tree.nodes.size(), kMostSpfNodes);
  EXPECT_EQ(tree.nodes.back().state, SpfNode::State::kLeftOut);
}

}  // namespace rules::spf_tree_test
