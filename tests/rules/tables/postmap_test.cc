// The oracle of pattern tables: what Postfix's own postmap(1) finds in a table, PatternTable finds too.
#include <sys/wait.h>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "rules/tables/pattern_table.h"

namespace rules::postmap_test {

// Runs a command; what it printed, or nothing where it failed otherwise than by finding nothing.
std::string Output(const std::string& command) {
  std::string text;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return text;
  std::array<char, 4096> buffer{};
  while (const std::size_t read = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), read);
  pclose(pipe);
  return text;
}

std::map<std::string, std::string> Lines(const std::string& text) {
  std::map<std::string, std::string> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (const std::size_t tab = line.find('\t'); tab != std::string::npos) {
      found[line.substr(0, tab)] = line.substr(tab + 1);
    }
    begin = end + 1;
  }
  return found;
}

class Postmap {
 public:
  Postmap() {
    std::string pattern = testing::TempDir() + "postmap.XXXXXX";
    directory_ = mkdtemp(pattern.data());
    Write("main.cf", "compatibility_level = 3.6\n");
  }
  ~Postmap() { std::filesystem::remove_all(directory_); }
  Postmap(const Postmap&) = delete;
  Postmap& operator=(const Postmap&) = delete;

  static bool Knows(const std::string& type) {
    static const std::string kTypes = Output("PATH=$PATH:/usr/sbin postconf -m 2>/dev/null");
    return kTypes.find(type + "\n") != std::string::npos;
  }

  // Subject -> action, of those that it finds.
  std::map<std::string, std::string> Query(const std::string& type, const std::string& table,
                                           const std::vector<std::string>& subjects) const {
    Write("table", table);
    std::string lines;
    for (const std::string& subject : subjects) lines += subject + "\n";
    Write("subjects", lines);
    return Lines(Output("PATH=$PATH:/usr/sbin postmap -c " + directory_ + " -q - " + type + ":" + directory_ +
                        "/table <" + directory_ + "/subjects 2>/dev/null"));
  }

 private:
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
  }
  std::string directory_;
};

std::map<std::string, std::string> Ours(PatternSyntax syntax, const std::string& table,
                                        const std::vector<std::string>& subjects) {
  const auto parsed = PatternTable::Parse("t", table, syntax);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
  std::map<std::string, std::string> found;
  if (!parsed) return found;
  for (const std::string& subject : subjects) {
    if (const auto match = (*parsed)->Find(subject)) found[subject] = match->action;
  }
  return found;
}

const std::vector<std::string> kSubjects = {"unknown",
                                            "192.0.2.45",
                                            "2001:db8::1",
                                            "mail.sender.example",
                                            "Mail.Sender.Example",
                                            "192-0-2-45.adsl.isp.example",
                                            "p45.pool.192.isp.example",
                                            "ADSL-45.isp.example",
                                            "a",
                                            "ab",
                                            "abc",
                                            "aab",
                                            "b1",
                                            "static-192-0-2-45.isp.example",
                                            "x_1.example",
                                            "dsl[1].example",
                                            "back\\slash.example",
                                            "45",
                                            "aaa",
                                            "foo-bar.example",
                                            "cust.45.dyn.example",
                                            "a{,3}b",
                                            "doc1.cable.example"};

struct Case {
  const char* name;
  const char* table;
  bool is_pcre = true;
  bool is_regexp = true;
};

class PostmapTest : public testing::TestWithParam<Case> {};

TEST_P(PostmapTest, FindsTheSame) {
  const Postmap postmap;
  int compared = 0;
  for (const auto& [type, syntax] :
       {std::pair{"pcre", PatternSyntax::kPcre}, std::pair{"regexp", PatternSyntax::kPosix}}) {
    const bool is_meant = syntax == PatternSyntax::kPcre ? GetParam().is_pcre : GetParam().is_regexp;
    if (!is_meant || !Postmap::Knows(type)) continue;
    EXPECT_EQ(Ours(syntax, GetParam().table, kSubjects), postmap.Query(type, GetParam().table, kSubjects)) << type;
    ++compared;
  }
  if (compared > 0) return;
  std::cout << "SKIPPED LOUDLY: no postmap(1) with tables of this type (packages postfix and postfix-pcre)\n";
  GTEST_SKIP() << "no postmap";
}

INSTANTIATE_TEST_SUITE_P(
    Tables, PostmapTest,
    testing::Values(
        Case{"first_in_file_order", "/adsl/ one\n/isp/ two\n/./ three\n"},
        Case{"flag_i", "/ADSL/i upper\n/adsl/ any\n/Mail/i name\n"},
        Case{"negated", "!/example$/ outside\n/mail/ mail\n! !/pool/ twice\n"},
        Case{"ifs", "if /example/\nif !/mail/\n/45/ line\nendif\n/sender/ sender\nendif\n/[0-9]/ address\n"},
        Case{"if_negated_within", "if !/\\.example$/\n!/^[0-9]/ unknown\nENDIF\nif/isp/\n/./ isp\nendif\n"},
        Case{"nothing_inside", "if /isp/\nendif\n/isp/ after\n"},
        Case{"groups",
             "/^([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)\\.(.*)$/ $4.$3.$2.$1 in ${5}x$(1)\n/^(a+)(b?)(c?)/ <$1|$2|$3>\n"},
        Case{"dollars", "/mail/ costs $$5\n"}, Case{"group_that_took_no_part", "/^(x)?(unk)/ [$1$2]\n"},
        Case{"continued", "/mail/ one\n  two\n# note\n\n\tthree\n/isp/ x\n"},
        Case{"other_delimiters", "|adsl| a\n@^mail@ b\n,a\\,b, c\n"},
        Case{"dunno_and_ok", "/mail/ DUNNO\n/sender/ OK\n"},
        Case{"classes", "/^[[:digit:]]+\\./ digits\n/[[:upper:]]/i upper\n/^[]ab]+$/ set\n/\\[1\\]/ bracket\n"},
        Case{"repeats", "/^a{2,3}$/ a23\n/^a{1}b$/ ab\n/(ab|a)(c|bcd)?/ $1\n"},
        Case{"words", "/\\bpool\\b/ pool\n/\\w+_[0-9]/ under\n"},
        Case{"perl", "/^(?:p|cust)\\.?\\d+/ perl\n/^\\D+$/ nodigit\n/(a+?)(a*)$/ $1,$2\n", true, false},
        Case{"perl_flags", "/^a.c$/s s\n/pool/A no\n/^(a+)/U $1\n", true, false},
        Case{"posix_longest", "/^(a|ab|abc)(.*)$/ $1,$2\n", false, true},
        Case{"posix_backslash_in_brackets", "/^back[\\x]slash/ yes\n/[\\d]oc1/ d\n", false, true},
        // Not "\\d": glibc finds it only in tables that do not ignore case.
        Case{"posix_edges", "/\\<bar\\>/ word\n/\\`ab\\'/ whole\n", false, true},
        Case{"posix_open_bound", "/^a{,3}b$/ few\n", false, true}),
    [](const auto& row) { return std::string(row.param.name); });

// Tables made by chance from parts that PCRE and POSIX read alike.
std::string RandomTable(unsigned& seed) {
  const auto pick = [&seed](unsigned count) {
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16U) % count;
  };
  const std::vector<std::string> parts = {
      "^",      "[0-9]+", "\\.", "-", "(adsl|pool|cable)", "mail", "isp", "a", "b?", ".*", "[^.]*", "$",
      "(a|b)+", "sender", "45",  "x"};
  std::string table;
  int depth = 0;
  for (unsigned line = 0; line < 12; ++line) {
    const bool opens = pick(5) == 0;
    if (depth > 0 && pick(4) == 0) {
      table += "endif\n";
      --depth;
      continue;
    }
    std::string pattern;
    for (unsigned i = 0; i <= pick(4); ++i) pattern += parts[pick(16)];
    if (pattern.find("^b?") != std::string::npos || pattern.find("$b?") != std::string::npos) pattern = "isp";
    table += (opens ? "if " : "") + std::string(pick(4) == 0 ? "!" : "") + "/" + pattern + "/" +
             (pick(4) == 0 ? "i" : "") + (opens ? "\n" : " line " + std::to_string(line) + "\n");
    depth += opens ? 1 : 0;
  }
  while (depth-- > 0) table += "endif\n";
  return table;
}

TEST(Postmap, FindsTheSameInTablesMadeByChance) {
  if (!Postmap::Knows("regexp")) GTEST_SKIP() << "no postmap";
  const Postmap postmap;
  unsigned seed = 7;
  for (int round = 0; round < 40; ++round) {
    const std::string table = RandomTable(seed);
    for (const auto& [type, syntax] :
         {std::pair{"pcre", PatternSyntax::kPcre}, std::pair{"regexp", PatternSyntax::kPosix}}) {
      if (!Postmap::Knows(type)) continue;
      EXPECT_EQ(Ours(syntax, table, kSubjects), postmap.Query(type, table, kSubjects)) << type << "\n" << table;
    }
  }
}

}  // namespace rules::postmap_test
