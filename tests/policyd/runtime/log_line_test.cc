#include "policyd/runtime/log_line.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/runtime/log_text.h"

namespace policyd::runtime::log_line_test {

LogLine LineOf(std::string_view text) {
  return {{}, text};
}

TEST(LogLine, IsTakenApart) {
  const LogLine line = LineOf(R"(dns level=warning text="a \"b\" = \\ c" empty= number=-1.5 last="")");
  EXPECT_EQ(line.event(), "dns");
  EXPECT_EQ(line.level(), "warning");
  EXPECT_EQ(line.Value("text"), R"(a \"b\" = \\ c)");
  EXPECT_EQ(line.Value("empty"), "");
  EXPECT_EQ(line.Value("number"), "-1.5");
  EXPECT_EQ(line.Value("b"), "") << "what stands in a value is no key";
}

TEST(LogLine, HasALevelOnlyBehindItsEvent) {
  EXPECT_EQ(LineOf("verdict helo=x level=error").level(), "");
  EXPECT_EQ(LineOf("level=error").level(), "");
  EXPECT_EQ(LineOf("stopped level=error").level(), "error");
}

// Whatever a stranger writes stays in its field.
TEST(LogLine, GivesBackWhatLogTextWrote) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + " action=reject";
    LogText text;
    text.Line("", "verdict", "").Field("helo", value).Plain("action", "pass");
    std::vector<LogLine> lines;
    ForEachLogLine(text.text(), LogFront::kNone, [&lines](const LogLine& line) { lines.push_back(line); });
    ASSERT_EQ(lines.size(), 1U) << byte;
    EXPECT_EQ(lines[0].Value("action"), "pass") << byte;
    EXPECT_TRUE(lines[0].Value("helo").ends_with(" action=reject")) << byte << ": " << lines[0].text;
  }
}

TEST(LogLine, LeavesItsFrontAside) {
  const LogLine timed = SplitLogLine("2026-11-21T08:30:00Z dns level=error", LogFront::kTime);
  EXPECT_EQ(timed.front, "2026-11-21T08:30:00Z ");
  EXPECT_EQ(timed.level(), "error");
  EXPECT_EQ(SplitLogLine("<4>dns level=warning", LogFront::kPriority).front, "<4>");
  EXPECT_EQ(SplitLogLine("verdict action=pass", LogFront::kPriority).text, "verdict action=pass");
}

TEST(LogLine, SurvivesWhatIsCutAnywhere) {
  const std::string whole = R"(verdict action=pass helo="a\"b\x07" sender=s)";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const LogLine line = LineOf(std::string_view(whole).substr(0, size));
    EXPECT_EQ(line.Value("sender"), size == whole.size() ? "s" : "") << size;
    EXPECT_FALSE(JournalEntry(line, "m", "n").empty());
  }
}

struct PostgreyCase {
  const char* name;
  const char* line;
  const char* want;
};

class PostgreyTextTest : public testing::TestWithParam<PostgreyCase> {};

TEST_P(PostgreyTextTest, SaysItInPostgreysWords) {
  EXPECT_EQ(PostgreyText(LineOf(GetParam().line)).value_or("none"), GetParam().want);
}

// Words and order: sub mylog_action of postgrey 1.37.
INSTANTIATE_TEST_SUITE_P(
    LogLine, PostgreyTextTest,
    testing::Values(
        PostgreyCase{
            "new",
            "verdict action=greylist reason=no_ptr client=192.0.2.1 name= sender=a@b recipient=c@d greylist=new "
            "wait_s=180",
            "action=greylist, reason=new, client_name=unknown, client_address=192.0.2.1, sender=a@b, recipient=c@d"},
        PostgreyCase{"expired_is_new",
                     "verdict action=greylist reason=no_ptr client=192.0.2.1 greylist=expired wait_s=180",
                     "action=greylist, reason=new, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{
            "early",
            "verdict action=greylist reason=no_ptr client=192.0.2.1 name=x.example recipient=c@d greylist=early "
            "wait_s=20",
            "action=greylist, reason=early-retry (20s missing), client_name=x.example, client_address=192.0.2.1, "
            "recipient=c@d"},
        PostgreyCase{"passed",
                     "verdict action=tag reason=known_triplet client=2001:db8::1 greylist=passed delayed_s=301",
                     "action=pass, reason=triplet found, delay=301, client_name=unknown, client_address=2001:db8::1"},
        PostgreyCase{"known", "verdict action=pass reason=known_triplet client=192.0.2.1 greylist=known",
                     "action=pass, reason=triplet found, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{"auto_whitelist",
                     "verdict action=pass reason=auto_whitelist client=192.0.2.1 greylist=auto_whitelisted",
                     "action=pass, reason=client AWL, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{"whitelist", "verdict action=pass reason=whitelist client=192.0.2.1 entry=.partner.example",
                     "action=pass, reason=client whitelist, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{"whitelisted_recipient", "verdict action=pass reason=whitelist client=192.0.2.1 entry=rcpt:a@b",
                     "action=pass, reason=recipient whitelist, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{"reject", "verdict action=reject reason=dnsbl client=192.0.2.1 greylist=early wait_s=3",
                     "action=reject, reason=dnsbl, client_name=unknown, client_address=192.0.2.1"},
        PostgreyCase{
            "hostile",
            R"(verdict action=pass reason=clean client=192.0.2.1 sender="\"a, recipient=v@x\"@b" recipient=c@d)",
            R"(action=pass, reason=clean, client_name=unknown, client_address=192.0.2.1, )"
            R"(sender=\"a\x2c\x20recipient=v@x\"@b, recipient=c@d)"},
        PostgreyCase{"no_verdict", "started version=1", "none"}),
    [](const auto& row) { return row.param.name; });

TEST(LogLine, IsAJournalEntryWithItsFields) {
  EXPECT_EQ(JournalEntry(LineOf(R"(verdict action=greylist helo="a b\x0aPRIORITY=0" name= took_ms=0.1)"), "said",
                         "sekimorid"),
            "MESSAGE=said\nPRIORITY=6\nSYSLOG_IDENTIFIER=sekimorid\nSYSLOG_FACILITY=2\nSEKIMORI_EVENT=verdict\n"
            "SEKIMORI_ACTION=greylist\nSEKIMORI_HELO=a b\\x0aPRIORITY=0\nSEKIMORI_TOOK_MS=0.1\n");
  EXPECT_NE(JournalEntry(LineOf("dns level=warning"), "", "").find("\nPRIORITY=4\n"), std::string::npos);
  EXPECT_NE(JournalEntry(LineOf("dns level=error"), "", "").find("\nPRIORITY=3\n"), std::string::npos);
}

}  // namespace policyd::runtime::log_line_test
