#include <pwd.h>

#include <array>
#include <cerrno>
#include <ostream>

#include <fmt/format.h>

#include "policyd/admin/forwards/forwards.h"
#include "policyd/config/outbound_settings.h"
#include "policyd/ctl/commands_outbound.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/file.h"
#include "rules/tables/table_lines.h"
#include "rules/values/mail_address.h"

namespace policyd::ctl {
namespace {

using Texts = std::vector<std::string>;

// "hash:/etc/aliases" is the text beside what postalias made of it.
std::string PathOf(const std::string& file) {
  const std::size_t colon = file.find(":/");
  return colon == std::string::npos ? file : file.substr(colon + 1);
}

bool HasUser(const std::string& name) {
  std::vector<char> room(16384);
  passwd entry{};
  passwd* found = nullptr;
  // Where the room is too small there is somebody.
  return getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == ERANGE || found;
}

admin::Result<admin::AliasWorld> ReadWorld(Context& context, const config::Config& config,
                                           const ForwardsOptions& options) {
  admin::AliasWorld world{
      .own_domains = config.policy->outbound.own_domains, .has_user = HasUser, .read_file = runtime::ReadFile};
  for (const std::string& domain : options.domains) {
    auto own = config::ParseOwnDomain(domain);
    if (!own) return admin::ErrorIn("domain", own.error().message);
    world.own_domains.push_back(*std::move(own));
  }
  for (const std::string& file : options.mailboxes) {
    const auto text = ReadInput(context, PathOf(file));
    if (!text) return admin::As(admin::Error::Kind::kBadInput, text.error());
    for (const rules::TableLine& line : rules::ReadTableLines(*text).lines) {
      world.mailboxes.insert(rules::ComparableAddress(rules::SplitTableRow(line.text).pattern));
    }
  }
  for (const std::string& file : options.files) {
    const std::string path = PathOf(file);
    const auto text = ReadInput(context, path);
    if (!text) return admin::As(admin::Error::Kind::kBadInput, text.error());
    auto map = admin::ParseAliasMap(path, *text);
    if (!map) return admin::As(admin::Error::Kind::kBadInput, map.error());
    world.maps.push_back(*std::move(map));
  }
  return world;
}

void Print(std::ostream& out, const admin::Forwards& forwards) {
  Columns columns({"name", "leads", "to", "place"});
  std::string shown;  // a name stands in the first of its lines
  for (const admin::Forward& forward : forwards.found) {
    const std::array<std::pair<const char*, const Texts*>, 5> all{{{"outside", &forward.outside},
                                                                   {"to nobody", &forward.nobody},
                                                                   {"more than once", &forward.repeated},
                                                                   {"in a circle", &forward.loops},
                                                                   {"to a file unread", &forward.unread}}};
    for (const auto& [where, texts] : all) {
      for (const std::string& text : *texts) {
        const bool is_first = shown != forward.place;
        shown = forward.place;
        columns.Add({is_first ? forward.name : "", where, text, is_first ? forward.place : ""});
      }
    }
  }
  if (!columns.empty()) columns.Print(out);
  out << fmt::format("{}{} of {} names\n", columns.empty() ? "" : "\n", forwards.found.size(), forwards.names);
}

}  // namespace

ExitStatus RunForwards(Context& context, const ForwardsOptions& options) {
  const auto config = ReadConfig(context, Needs::kStoreOrSocket);
  if (!config) return kBadConfiguration;
  const auto world = ReadWorld(context, *config, options);
  if (!world) return Fail(context, world.error());
  const admin::Forwards forwards = admin::FindForwards(*world);
  if (context.is_json) return PrintJson(context, admin::ToJson(forwards));
  Print(context.out, forwards);
  return kDone;
}

}  // namespace policyd::ctl
