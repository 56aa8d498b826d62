#include "policyd/admin/setup/postfix_advice.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace policyd::admin {
namespace {

using Restrictions = std::vector<Restriction>;

constexpr std::string_view kPolicy = "check_policy_service";
constexpr const char* kRecipient = "smtpd_recipient_restrictions";
constexpr std::array<const char*, 9> kLists{
    "smtpd_client_restrictions", "smtpd_helo_restrictions",        "smtpd_sender_restrictions",
    "smtpd_relay_restrictions",  "smtpd_recipient_restrictions",   "smtpd_data_restrictions",
    "smtpd_etrn_restrictions",   "smtpd_end_of_data_restrictions", "postscreen_dnsbl_sites"};

struct KnownService {
  std::string_view part;  // of its address
  std::string_view name;
  std::string_view why;
};

// Where they listen in Debian, or by their own documentation.
constexpr std::array<KnownService, 9> kKnown{{
    {":10023", "postgrey", "it greylists: a new sender would have to wait at both"},
    {"postgrey", "postgrey", "it greylists: a new sender would have to wait at both"},
    {":2501", "sqlgrey", "it greylists: a new sender would have to wait at both"},
    {":5525", "gross", "it asks block lists and greylists: both would be done twice"},
    {":12525", "policyd-weight", "it judges reverse DNS, HELO and block lists: the same is judged twice"},
    {":10031", "cluebringer (policyd)", "it may greylist: switch its greylisting off"},
    {"grey", "a greylisting service, by its name", "a new sender would have to wait at both"},
    {":10030", "an SPF or policy service", "look what it does besides"},
    {"spf", "an SPF service", "both may stand"},
}};

bool IsOneOf(const std::string& text, const std::vector<std::string>& texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool IsUnauth(const Restriction& item) {
  const bool is_it = item.name == "reject_unauth_destination" || item.name == "defer_unauth_destination";
  return is_it && !item.only_warns;
}

// Behind these nothing is looked at.
bool IsTheEnd(const Restriction& item) {
  return item.name == "permit" || (!item.only_warns && (item.name == "reject" || item.name == "defer"));
}

bool Has(const Restrictions& items, std::string_view name) {
  return std::any_of(items.begin(), items.end(), [name](const Restriction& item) { return item.name == name; });
}

bool RefusesRelay(const Postconf& postconf) {
  if (postconf.Get("smtpd_relay_before_recipient_restrictions") == "no") return false;
  const Restrictions relay = SplitRestrictions(postconf.Get("smtpd_relay_restrictions"));
  return std::any_of(relay.begin(), relay.end(), IsUnauth);
}

std::string OurItem(const std::string& server) {
  return std::string(kPolicy) + " { " + server + ", timeout=10s, default_action=DUNNO }";
}

class Advisor {
 public:
  Advisor(const Postconf& postconf, const std::string& server, std::vector<std::string> ours)
      : postconf_(postconf), server_(server), ours_(std::move(ours)) {
    ours_.push_back(server);
  }

  PostfixAdvice Advise() {
    advice_.server = server_;
    const Restrictions now = SplitRestrictions(postconf_.Get(kRecipient));
    Place(now);
    advice_.is_done = Texts(now) == advice_.items;
    if (advice_.is_done) advice_.reasons.clear();
    for (const char* list : kLists) LookAtList(list, postconf_.Get(list));
    for (const std::string& name : Words("smtpd_restriction_classes")) LookAtList(name, postconf_.Get(name));
    LookAtServices();
    LookAtMilters();
    LookAtVersion();
    return std::move(advice_);
  }

 private:
  bool IsOurs(const Restriction& item) const { return item.name == kPolicy && IsOneOf(PolicyServer(item), ours_); }

  static std::vector<std::string> Texts(const Restrictions& items) {
    std::vector<std::string> texts;
    for (const Restriction& item : items) texts.push_back(item.text);
    return texts;
  }
  std::vector<std::string> Words(const std::string& parameter) const {
    return Texts(SplitRestrictions(postconf_.Get(parameter)));
  }

  void Place(Restrictions items) {
    if (items.empty()) return PlaceInEmptyList();
    const auto there = std::find_if(items.begin(), items.end(), [this](const auto& item) { return IsOurs(item); });
    std::string ours = OurItem(server_);
    if (there != items.end()) {
      if (there->only_warns) {
        ours.insert(0, "warn_if_reject ");
        advice_.notes.push_back(
            "our line stands behind warn_if_reject: Postfix logs what it would refuse, and takes it");
      }
      if (there->text.find("default_action=DUNNO") != std::string::npos) ours = there->text;
      if (IsInPlace(items, there)) {
        if (ours != there->text) {
          advice_.reasons.push_back(
              "our line is there without default_action=DUNNO: while sekimorid is stopped Postfix "
              "would refuse all mail with 451");
        }
        there->text = ours;
        advice_.items = Texts(items);
        return;
      }
      advice_.reasons.push_back("our line is there already, and moves: what stood behind it has to come first");
      items.erase(there);
    }
    Insert(items, ours);
    advice_.items = Texts(items);
  }

  // The restrictions that have to come first do, and our line is reached.
  static bool IsInPlace(const Restrictions& items, Restrictions::const_iterator ours) {
    const bool is_early = std::any_of(ours, items.end(), [](const Restriction& item) {
      return IsUnauth(item) || item.name == "permit_mynetworks" || item.name == "permit_sasl_authenticated";
    });
    return !is_early && std::none_of(items.begin(), ours, IsTheEnd);
  }

  void PlaceInEmptyList() {
    advice_.items = {"permit_mynetworks", "permit_sasl_authenticated", "reject_unauth_destination",
                     "reject_unlisted_recipient", OurItem(server_)};
    advice_.reasons = {
        "permit_mynetworks and permit_sasl_authenticated: your own users pass before anything else is looked at",
        "reject_unauth_destination: who wants to relay is refused for good, whatever its reverse DNS",
        "reject_unlisted_recipient: an unknown recipient is refused at once, not after a wait",
        "Sekimori last, for mail that would be taken otherwise"};
  }

  void Insert(Restrictions& items, const std::string& ours) {
    auto place = std::find_if(items.begin(), items.end(), IsTheEnd);
    const Restrictions before(items.begin(), place);
    Restrictions added;
    if (std::none_of(before.begin(), before.end(), IsUnauth) && !RefusesRelay(postconf_)) {
      added.push_back({.name = {}, .argument = {}, .text = "reject_unauth_destination"});
      advice_.reasons.push_back("reject_unauth_destination: nothing before refused who wants to relay");
    }
    if (!Has(before, "reject_unlisted_recipient")) {
      added.push_back({.name = {}, .argument = {}, .text = "reject_unlisted_recipient"});
      advice_.reasons.push_back("reject_unlisted_recipient: an unknown recipient is refused at once, not after a wait");
    }
    added.push_back({.name = {}, .argument = {}, .text = ours});
    if (place != items.end()) {
      advice_.reasons.push_back("before " + place->name + ", behind which nothing is looked at");
    } else {
      advice_.reasons.push_back("Sekimori last, for mail that would be taken otherwise");
    }
    for (const Restriction& item : before) {
      const bool is_table = item.name.starts_with("check_") && item.name.ends_with("_access");
      if (!is_table) continue;
      advice_.notes.push_back(item.text +
                              " stands before it: what a table answers OK passes without being asked about");
      break;
    }
    items.insert(place, added.begin(), added.end());
  }

  void LookAtList(const std::string& list, const std::string& value) {
    if (list == "postscreen_dnsbl_sites") return LookAtPostscreen(value);
    for (const Restriction& item : SplitRestrictions(value)) {
      if (item.name == kPolicy) LookAtPolicyService(list, item);
      if (item.name == "reject_rbl_client" || item.name.starts_with("reject_rhsbl_")) {
        advice_.notes.push_back(
            list + " has " + item.text +
            ": a hit there is refused before we are asked; take it out where the list is in [dnsbl]");
      }
    }
  }

  void LookAtPolicyService(const std::string& list, const Restriction& item) {
    const std::string server = PolicyServer(item);
    if (IsOurs(item)) {
      if (list == kRecipient) return;
      advice_.notes.push_back(list + " asks us, too (" + server +
                              "): each mail would be asked about twice; take it out");
      return;
    }
    const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&server](const KnownService& service) {
      return service.part.starts_with(':') ? server.ends_with(service.part)
                                           : server.find(service.part) != std::string::npos;
    });
    advice_.notes.push_back(list + " asks " + server + " as well" +
                            (known == kKnown.end()
                                 ? std::string(": see whether it does what we do")
                                 : " (" + std::string(known->name) + "): " + std::string(known->why)));
  }

  void LookAtPostscreen(const std::string& zones) {
    const auto is_postscreen = [](const PostfixService& service) { return service.program == "postscreen"; };
    if (std::none_of(postconf_.services.begin(), postconf_.services.end(), is_postscreen)) return;
    if (!zones.empty()) {
      advice_.notes.push_back(
          "postscreen asks block lists (postscreen_dnsbl_sites): `sekimorictl import postscreen` takes them over, with "
          "their weights");
    }
    for (const char* test :
         {"postscreen_pipelining_enable", "postscreen_non_smtp_command_enable", "postscreen_bare_newline_enable"}) {
      if (postconf_.Get(test) != "yes") continue;
      advice_.notes.push_back(
          std::string(test) +
          " = yes: postscreen tells a new client to come back, as greylisting does: it may wait twice");
      break;
    }
  }

  // An smtpd with a list of its own does not look at the one in main.cf.
  void LookAtServices() {
    for (const PostfixService& service : postconf_.services) {
      if (service.program != "smtpd") continue;
      const std::string name = service.name + "/" + service.type;
      for (const auto& [parameter, value] : service.overrides) {
        if (parameter == kRecipient) {
          advice_.notes.push_back("master.cf gives " + name + " its own " + parameter + " (" + value +
                                  "): mail that comes there is not asked about");
        } else if (std::find(kLists.begin(), kLists.end(), parameter) != kLists.end()) {
          LookAtList("master.cf: " + name + ": " + parameter, value);
        }
      }
      const bool is_out_of_reach = service.is_chrooted && server_.starts_with("unix:/");
      if (is_out_of_reach) {
        advice_.notes.push_back(name + " is chrooted and cannot reach " + server_ +
                                ": use the socket in Postfix's own folder (sekimori-postfix.socket)");
      }
    }
  }

  void LookAtMilters() {
    const std::string& milters = postconf_.Get("smtpd_milters");
    if (milters.find("grey") != std::string::npos) {
      advice_.notes.push_back("smtpd_milters = " + milters +
                              ": a greylisting milter; a new sender would have to wait at both");
    } else if (milters.find(":11332") != std::string::npos || milters.find("rspamd") != std::string::npos) {
      advice_.notes.push_back(
          "smtpd_milters = " + milters +
          ": rspamd greylists, too, unless its module is off (local.d/greylist.conf: enabled = false;)");
    }
  }

  void LookAtVersion() {
    const std::string& version = postconf_.Get("mail_version");
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    if (version.empty() || major >= 3) return;
    advice_.notes.push_back("Postfix " + version + " does not know { }: expected Postfix 3.0 or later");
  }

  const Postconf& postconf_;
  const std::string& server_;
  std::vector<std::string> ours_;
  PostfixAdvice advice_;
};

constexpr const char* kUnitEnabled = "/etc/systemd/system/sockets.target.wants/sekimori-postfix.socket";
constexpr const char* kUnitServer = "unix:private/sekimori";

std::string NameOf(const config::Endpoint& endpoint) {
  return endpoint.is_unix ? endpoint.ToString() : "inet:" + endpoint.ToString();
}

// Every name by which a line may already ask us.
std::vector<std::string> NamesOf(const std::vector<config::Endpoint>& listen, const std::string& queue_directory) {
  std::vector<std::string> names{kUnitServer, "unix:" + queue_directory + "/private/sekimori"};
  for (const config::Endpoint& endpoint : listen) {
    names.push_back(NameOf(endpoint));
    if (!endpoint.is_unix && endpoint.host == "127.0.0.1")
      names.push_back("inet:localhost:" + std::to_string(endpoint.port));
    if (endpoint.is_unix && endpoint.host.starts_with(queue_directory + "/"))
      names.push_back("unix:" + endpoint.host.substr(queue_directory.size() + 1));
  }
  return names;
}

runtime::Json Texts(const std::vector<std::string>& texts) {
  runtime::Json array = runtime::Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

}  // namespace

PostfixAdvice AdviseOn(const Postconf& postconf, const std::string& server, const std::vector<std::string>& others) {
  return Advisor(postconf, server, others).Advise();
}

std::string ServerFor(const std::vector<config::Endpoint>& listen, const std::string& queue_directory, bool has_unit) {
  if (has_unit) return kUnitServer;
  for (const config::Endpoint& endpoint : listen) {
    if (endpoint.is_unix && endpoint.host.starts_with(queue_directory + "/"))
      return "unix:" + endpoint.host.substr(queue_directory.size() + 1);
  }
  for (const config::Endpoint& endpoint : listen) {
    if (!endpoint.is_unix) return NameOf(endpoint);
  }
  return listen.empty() ? kUnitServer : NameOf(listen.front());
}

PostfixAdvice AdviceFor(const config::Config& config, const Postconf& postconf, bool is_here) {
  const std::string& said = postconf.Get("queue_directory");
  const std::string queue = said.empty() ? "/var/spool/postfix" : said;
  const auto& listen = config.service.listen;
  const bool has_unit = is_here && access(kUnitEnabled, F_OK) == 0;
  PostfixAdvice advice = AdviseOn(postconf, ServerFor(listen, queue, has_unit), NamesOf(listen, queue));
  const bool names_unit = std::any_of(advice.items.begin(), advice.items.end(), [](const std::string& item) {
    return item.find(kUnitServer) != std::string::npos;
  });
  if (is_here && names_unit && access((queue + "/private/sekimori").c_str(), F_OK) != 0) {
    advice.is_done = false;
    advice.notes.push_back(queue +
                           "/private/sekimori is not there: systemctl stop sekimori, then systemctl start sekimori");
  }
  return advice;
}

runtime::Json ToJson(const PostfixAdvice& advice) {
  return runtime::Json::Object()
      .Add("done", advice.is_done)
      .Add("server", advice.server)
      .Add("parameter", advice.parameter)
      .Add("items", Texts(advice.items))
      .Add("reasons", Texts(advice.reasons))
      .Add("notes", Texts(advice.notes));
}

}  // namespace policyd::admin
