// Sources: the replies in Postfix's src/smtpd/smtpd_check.c and src/postscreen/, rspamd's actions and milter, postgrey,
// amavis, OpenDMARC, policyd-spf.
#include "policyd/admin/unblock/pasted_text.h"

#include <optional>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

struct Wording {
  std::string_view words;                // lower case, one blank between
  std::optional<std::string_view> here;  // nothing: a text of ours
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
    {"greylisted, try again in ", std::nullopt},
    {"greylisted. please send again ", std::nullopt},  // contrib/presets/retry-gate.toml
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
    // Bare names, which headers of the mail may contain, too: they come last.
    {"rspamd", kRspamd},
    {"amavis", kFilter},
    {"spamassassin", kFilter},
};

// The same for outgoing mail that another server refused: what the postmaster of this server should look at.
constexpr Wording kOfOurMail[] = {
    {"cannot find your reverse hostname", "the PTR record of our outgoing address is missing"},
    {"cannot find your hostname", "the PTR record of our outgoing address, and the address record of that name"},
    {"reverse dns", "the PTR record of our outgoing address, and the address record of that name"},
    {" ptr ", "the PTR record of our outgoing address, and the address record of that name"},
    {"4.7.25", "the PTR record of our outgoing address, and the address record of that name"},
    {"5.7.25", "the PTR record of our outgoing address, and the address record of that name"},
    {"helo command rejected", "the name that our server says in HELO (smtp_helo_name)"},
    {"sender address rejected: domain not found", "the MX and address records of our sender's domain"},
    {" blocked using ", "our outgoing address is on the block list that the text names"},
    {"blocklist", "our outgoing address is on a block list"},
    {"blacklist", "our outgoing address is on a block list"},
    {"spamhaus", "our outgoing address is on a list of Spamhaus"},
    {"greylist", "greylisting there: the mail passes when our server tries again"},
    {"try again later", "a temporary refusal there: our server tries again"},
    {"dmarc", "SPF, DKIM and DMARC of our sender's domain"},
    {"spf", "the SPF record of our sender's domain"},
    {"dkim", "the DKIM signature of our mail"},
    {"relay access denied", "that server does not take mail for the recipient's domain: its MX record"},
    {"user unknown", "the recipient's address does not exist there"},
    {"no such user", "the recipient's address does not exist there"},
    {"mailbox is full", "the recipient's mailbox is full"},
    {"over quota", "the recipient's mailbox is full"},
    {"quota exceeded", "the recipient's mailbox is full"},
    {"message size exceeds", "the mail is too large for that server"},
    {"rate limit", "that server limits how much mail it takes from us"},
    {"too many", "that server limits how much mail it takes from us"},
    {"starttls", "that server wants TLS: smtp_tls_security_level"},
    {"spam", "the content filter there: its postmaster"},
    {"infected", "the content filter there: its postmaster"},
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

template <std::size_t kCount>
std::optional<std::string_view> FirstIn(const std::string& line, const Wording (&wordings)[kCount]) {
  for (const Wording& wording : wordings) {
    if (line.find(wording.words) != std::string::npos) return wording.here;
  }
  return std::nullopt;
}

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// The name that stands at `at`; a name without a dot is a word.
std::optional<std::string> NameAt(std::string_view line, std::size_t at) {
  std::size_t end = at;
  while (end < line.size() && IsHostByte(line[end])) ++end;
  auto name = rules::NormalizeHostName(line.substr(at, end - at));
  return name && name->find('.') != std::string::npos ? name : std::nullopt;
}

// How bounces name the server that refused: what stands before the name, and what must follow soon, lower case.
struct Frame {
  std::string_view before, after;
};
constexpr std::size_t kSoon = 120;

constexpr Frame kRefusingHost[] = {
    {"host ", " said:"},                   // Postfix
    {"host ", "]: 4"},                     // Exim
    {"host ", "]: 5"},                     //
    {"host ", " refused to talk to me"},   // Postfix
    {"while talking to ", ""},             // sendmail
    {"remote-mta: dns; ", ""},             // RFC 3464
    {"remote-mta: dns;", ""},              //
    {"remote server at ", " returned"},    // Exchange
    {"remote host ", " said"},             // qmail and others
    {"for the recipient domain ", " by "}  // Google, which names the server behind "by"
};

std::optional<std::string> HostIn(std::string_view line, const Frame& frame) {
  for (std::size_t at = line.find(frame.before); at != std::string_view::npos; at = line.find(frame.before, at + 1)) {
    const std::size_t begin = at + frame.before.size();
    const std::size_t after = line.substr(begin, kSoon).find(frame.after);
    if (after == std::string_view::npos) continue;
    const bool is_behind = frame.after == " by ";
    if (auto name = NameAt(line, is_behind ? begin + after + frame.after.size() : begin)) return name;
  }
  return std::nullopt;
}

}  // namespace

ForeignRefusal ForeignRefusalIn(std::string_view text) {
  const std::string line = InOneLine(text.substr(0, kBeginning));
  ForeignRefusal refusal{.here = FirstIn(line, kWordings), .of_our_mail = FirstIn(line, kOfOurMail)};
  for (const Frame& frame : kRefusingHost) {
    if (!refusal.host) refusal.host = HostIn(line, frame);
  }
  return refusal;
}

}  // namespace policyd::admin
