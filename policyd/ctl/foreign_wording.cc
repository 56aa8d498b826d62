// Sources: the replies in Postfix's src/smtpd/smtpd_check.c and src/postscreen/, rspamd's actions and milter, postgrey,
// amavis, OpenDMARC, policyd-spf.
#include "policyd/ctl/foreign_wording.h"

#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

// What is told stands before the mail that comes back.
constexpr std::size_t kBeginning = 256U << 10U;

struct Wording {
  std::string_view words;  // lower case, one blank between
  std::string_view who;
};

constexpr std::string_view kPostscreenDnsbl = "postscreen_dnsbl_sites in main.cf, and the list that the text names";
constexpr std::string_view kPostscreenTests =
    "postscreen's protocol tests (postscreen_greet_action, postscreen_*_enable in main.cf)";
constexpr std::string_view kRbl = "reject_rbl_client and reject_rhsbl_* in main.cf, and the list that the text names";
constexpr std::string_view kNoName =
    "reject_unknown_client_hostname in main.cf (the client's reverse DNS does not confirm)";
constexpr std::string_view kNoReverseName =
    "reject_unknown_reverse_client_hostname in main.cf (the client has no PTR record)";
constexpr std::string_view kGreylisting = "the other greylisting that runs here (postgrey, rspamd, ...)";
constexpr std::string_view kRspamd = "rspamd: the mail's symbols in its history or log";
constexpr std::string_view kFilter = "the content filter (amavis, SpamAssassin, header_checks, body_checks)";
constexpr std::string_view kAuthentication = "the check of SPF, DKIM and DMARC (policyd-spf, opendmarc, rspamd)";
constexpr std::string_view kRecipient =
    "the recipient: no such mailbox here (relay_recipient_maps, virtual_mailbox_maps)";
constexpr std::string_view kBox = "the recipient's mailbox: quota and size limits";
constexpr std::string_view kRate = "smtpd_client_*_limit in main.cf (anvil)";

// The first that is found counts: the narrower ones stand before.
constexpr Wording kWordings[] = {
    {"service unavailable; client [", kPostscreenDnsbl},
    {"postscreen_dnsbl", kPostscreenDnsbl},
    {"4.3.2 service currently unavailable", kPostscreenTests},
    {"5.5.1 protocol error", kPostscreenTests},
    {"pregreet", kPostscreenTests},
    {"postscreen", kPostscreenTests},
    {"service unavailable; client host [", kRbl},
    {"service unavailable; unverified client host [", kRbl},
    {"service unavailable; sender address [", kRbl},
    {"service unavailable; helo command [", kRbl},
    {"reject_rbl_client", kRbl},
    {"reject_rhsbl", kRbl},
    {" blocked using ", kRbl},
    {"cannot find your reverse hostname", kNoReverseName},
    {"reject_unknown_reverse_client_hostname", kNoReverseName},
    {"cannot find your hostname", kNoName},
    {"reject_unknown_client_hostname", kNoName},
    {"greylisted", kGreylisting},
    {"greylisting", kGreylisting},
    {"gtube pattern", kRspamd},
    {"spam message rejected", kRspamd},
    {"4.7.1 try again later", kRspamd},
    {"helo command rejected", "reject_*_helo_hostname and check_helo_access in main.cf"},
    {"sender address rejected",
     "reject_unknown_sender_domain, reject_unverified_sender and check_sender_access in main.cf"},
    {"client host rejected", "check_client_access and smtpd_client_restrictions in main.cf"},
    {"relay access denied", "the recipient's domain: this server does not take mail for it"},
    {"user unknown", kRecipient},
    {"no such user", kRecipient},
    {"undeliverable address", kRecipient},
    {"message size exceeds", kBox},
    {"mailbox is full", kBox},
    {"over quota", kBox},
    {"quota exceeded", kBox},
    {"too many connections", kRate},
    {"too many concurrent", kRate},
    {"rate limit", kRate},
    {"too much mail", kRate},
    {"dmarc policy", kAuthentication},
    {"dmarc check failed", kAuthentication},
    {"rejected due to: spf", kAuthentication},
    {"spf check failed", kAuthentication},
    {"message content rejected", kFilter},
    {"identified as spam", kFilter},
    {"banned content", kFilter},
    {"infected", kFilter},
    {"milter-reject", "the milters (smtpd_milters in main.cf)"},
    {"must issue a starttls command", "smtpd_tls_security_level in main.cf: the sender does not use TLS"},
    {"server configuration", "Postfix's log: a table or a service of its configuration fails"},
    {"temporary lookup failure", "Postfix's log: one of its tables cannot be read"},
    // Mere names, which headers of the mail hold, too.
    {"rspamd", kRspamd},
    {"amavis", kFilter},
    {"spamassassin", kFilter},
};

// Lower case, with one blank for each fold.
std::string InOneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank) {
      line += c;
    } else if (!line.ends_with(' ')) {
      line += ' ';
    }
  }
  return rules::LowerAscii(line);
}

}  // namespace

std::string_view WhoTurnedAway(std::string_view text) {
  const std::string line = InOneLine(text.substr(0, kBeginning));
  for (const Wording& wording : kWordings) {
    if (line.find(wording.words) != std::string::npos) return wording.who;
  }
  return {};
}

}  // namespace policyd::ctl
