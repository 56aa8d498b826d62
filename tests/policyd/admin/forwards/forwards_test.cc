#include "policyd/admin/forwards/forwards.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace policyd::admin::forwards_test {

using Strings = std::vector<std::string>;
using Kind = AliasTarget::Kind;

AliasMap Parse(const std::string& text) {
  auto map = ParseAliasMap("map", text);
  EXPECT_TRUE(map) << text;
  return map ? *std::move(map) : AliasMap();
}

TEST(AliasMaps, TellsTargetsOfAliasesApart) {
  const AliasMap map = Parse(
      "# aliases(5)\n"
      "Team: ann, \"|/usr/bin/vacation ann\",\n"
      "\t/var/mail/archive, :include:/etc/members <joe@There.Example>\n"
      "\"two words\" : \\ann\n");
  EXPECT_EQ(map.form, AliasForm::kAliases);
  ASSERT_EQ(map.entries.size(), 2U);
  EXPECT_EQ(map.entries[0], (AliasEntry{"team",
                                        "map:2",
                                        {{Kind::kAddress, "ann"},
                                         {Kind::kCommand, "/usr/bin/vacation ann"},
                                         {Kind::kFile, "/var/mail/archive"},
                                         {Kind::kInclude, "/etc/members"},
                                         {Kind::kAddress, "joe@there.example"}}}));
  EXPECT_EQ(map.entries[1], (AliasEntry{"two words", "map:4", {{Kind::kAddress, "ann"}}}));
}

TEST(AliasMaps, VirtualKnowsAddressesAndDomainsAlone) {
  const AliasMap map = Parse(
      "ours.example anything\n"
      "ann@[IPv6:2001:db8::1] bob\n"
      "Ann@Ours.Example  /ann, joe@there.example\n"
      "@old.example @ours.example\n");
  EXPECT_EQ(map.form, AliasForm::kVirtual);
  EXPECT_EQ(map.domains, (Strings{"[ipv6:2001:db8::1]", "old.example", "ours.example"}));
  ASSERT_EQ(map.entries.size(), 3U) << "a domain that is only named leads nowhere";
  EXPECT_EQ(map.entries[1].targets,
            (std::vector<AliasTarget>{{Kind::kAddress, "/ann"}, {Kind::kAddress, "joe@there.example"}}));
  EXPECT_EQ(map.entries[2].targets, (std::vector<AliasTarget>{{Kind::kDomain, "@ours.example"}}));
}

TEST(AliasMaps, SaysWhatIsNoLine) {
  const auto error = [](const char* text) {
    const auto map = ParseAliasMap("map", text);
    return map ? std::string("none") : map.error().message;
  };
  EXPECT_EQ(error("ann: bob\nbob\n"), R"(map:2: expected "name: target, ...")");
  EXPECT_EQ(error("ann@ours.example bob\nbob@ours.example\n"), "map:2: expected a pattern and where it leads");
  EXPECT_EQ(error("  ann: bob\n"), "map:1: expected a first line that does not begin with a blank");
  EXPECT_EQ(error(""), "none");
}

struct Case {
  const char* name;
  const char* map;  // of aliases(5) or virtual(5)
  Forward want;     // of the first name
  const char* other = "";
};

class ForwardsTest : public testing::TestWithParam<Case> {};

AliasWorld WorldOf(const Case& one) {
  AliasWorld world{.own_domains = {"ours.example", ".below.example"}};
  for (const char* text : {one.map, one.other}) world.maps.push_back(Parse(text));
  world.mailboxes = {"box@ours.example"};
  world.has_user = [](const std::string& name) { return name == "ann" || name == "bob"; };
  world.read_file = [](const std::string& path) -> rules::Result<std::string> {
    static const std::map<std::string, std::string> kFiles{
        {"/members", "# all\nann, joe@there.example\n"}, {"/again", "ann\n:include:/again\n"}, {"/none", "#\n"}};
    const auto found = kFiles.find(path);
    if (found == kFiles.end()) return rules::Error{"expected a readable file"};
    return found->second;
  };
  return world;
}

TEST_P(ForwardsTest, SaysWhereTheFirstNameLeads) {
  const Forwards forwards = FindForwards(WorldOf(GetParam()));
  Forward got;
  if (!forwards.found.empty() && forwards.found.front().place == "map:1") got = forwards.found.front();
  Forward want = GetParam().want;
  want.name = got.name;
  want.place = got.place;
  EXPECT_EQ(got, want) << ToJson(forwards).Dump();
}

INSTANTIATE_TEST_SUITE_P(
    Forwards, ForwardsTest,
    testing::Values(
        Case{"stays_here", "team: ann, bob+list, box@ours.example, \"|run\", /var/mail/x\n", {}},
        Case{"outside", "team: ann, joe@there.example\n", {.outside = {"joe@there.example"}}},
        Case{"outside_through_another_name", "team: all\nall: joe@there.example\n", {.outside = {"joe@there.example"}}},
        Case{"own_domains_are_ours", "team: ann@ours.example, bob@x.below.example\n", {}},
        Case{"an_address_of_nobody", "team: ann, gone@ours.example, gone\n", {.nobody = {"gone@ours.example", "gone"}}},
        Case{"no_target", "team:\n", {.nobody = {"team"}}},
        Case{"thrown_away", "team: /dev/null\n", {.nobody = {"/dev/null"}}},
        Case{"twice_by_itself", "team: ann, bob, Ann\n", {.repeated = {"ann"}}},
        Case{"twice_by_two_names", "team: one, two\none: ann\ntwo: ann, bob\n", {.repeated = {"ann"}}},
        Case{"twice_outside",
             "team: joe@there.example, joe@There.example\n",
             {.outside = {"joe@there.example"}, .repeated = {"joe@there.example"}}},
        Case{"its_own_mailbox_too", "ann: ann, joe@there.example\n", {.outside = {"joe@there.example"}}},
        Case{"a_circle", "team: all\nall: other\nother: team, ann\n", {.loops = {"team"}}},
        Case{"included", "team: :include:/members\n", {.outside = {"joe@there.example"}}},
        Case{"included_in_a_circle", "team: :include:/again\n", {.repeated = {"/again"}}},
        Case{"an_empty_file", "team: :include:/none\n", {.nobody = {"/none"}}},
        Case{"a_file_that_is_not_there", "team: :include:/gone\n", {.unread = {"/gone: expected a readable file"}}},
        Case{"virtual_to_a_name_here",
             "info@web.example all\n",
             {.outside = {"joe@there.example"}},
             "all: joe@there.example\n"},
        Case{"virtual_of_a_whole_domain", "@old.example @new.example\n", {}, "@new.example ann\n"},
        Case{"virtual_of_a_whole_domain_outside",
             "@old.example joe@there.example\n",
             {.outside = {"joe@there.example"}}},
        Case{"virtual_to_none_of_its_domain", "info@web.example gone@web.example\n", {.nobody = {"gone@web.example"}}},
        Case{"virtual_before_aliases",
             "ann@web.example team@ours.example\nteam@ours.example joe@there.example\n",
             {.outside = {"joe@there.example"}},
             "team: bob\n"}),
    [](const auto& row) { return row.param.name; });

TEST(Forwards, EndsWhereMapsAreDeep) {
  std::string text;
  for (int number = 0; number < 3000; ++number)
    text += "n" + std::to_string(number) + ": n" + std::to_string(number + 1) + "\n";
  AliasWorld world = WorldOf({.name = "", .map = "", .want = {}});
  world.maps = {Parse(text)};
  const Forwards forwards = FindForwards(world);
  ASSERT_FALSE(forwards.found.empty());
  EXPECT_EQ(forwards.found.front().loops, Strings{"n1000"});
  EXPECT_EQ(forwards.names, 3000U);
}

}  // namespace policyd::admin::forwards_test
