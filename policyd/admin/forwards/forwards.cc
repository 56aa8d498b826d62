#include "policyd/admin/forwards/forwards.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "rules/values/dns_name.h"
#include "rules/values/mail_address.h"

namespace policyd::admin {
namespace {

// Postfix gives up at 1000, too (virtual_alias_recursion_limit).
constexpr std::size_t kDeepest = 1000;
constexpr std::string_view kNowhere = "/dev/null";

void Note(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

struct Address {
  std::string local, domain;  // no domain: a name of this machine

  std::string ToString() const { return domain.empty() ? local : local + '@' + domain; }
};

Address Split(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) return {.local = text, .domain = {}};
  return {.local = text.substr(0, at), .domain = text.substr(at + 1)};
}

// All maps as Postfix asks them.
class Book {
 public:
  explicit Book(const AliasWorld& world) : world_(world) {
    for (const AliasMap& map : world.maps) {
      auto& names = map.form == AliasForm::kVirtual ? virtual_ : aliases_;
      for (const AliasEntry& entry : map.entries) names.emplace(entry.name, &entry);
      domains_.insert(map.domains.begin(), map.domains.end());
    }
  }

  bool IsOurs(const std::string& domain) const {
    if (domain.empty() || domains_.contains(domain)) return true;
    return std::ranges::any_of(world_.own_domains, [&](std::string_view own) {
      return own.starts_with('.') ? rules::IsUnder(domain, own.substr(1)) : domain == own;
    });
  }

  // virtual(5) is asked first, by cleanup; aliases(5) by local(8), for names of this machine.
  const AliasEntry* Find(const Address& address) const {
    if (!IsOurs(address.domain)) return Get(virtual_, address.ToString());
    const std::string user(rules::WithoutExtension(address.local));
    for (const std::string& local : {address.local, user}) {
      if (const auto* entry = Get(virtual_, Address{local, address.domain}.ToString())) return entry;
    }
    for (const auto* names : {&virtual_, &aliases_}) {
      for (const std::string& local : {address.local, user}) {
        if (const auto* entry = Get(*names, local)) return entry;
      }
      if (const auto* entry = names == &virtual_ ? Get(virtual_, '@' + address.domain) : nullptr) return entry;
    }
    return nullptr;
  }

  // An address of ours that leads no further: has it a mailbox?
  bool IsRead(const Address& address) const {
    const std::string user(rules::WithoutExtension(address.local));
    for (const std::string& local : {address.local, user}) {
      if (world_.mailboxes.contains(Address{local, address.domain}.ToString()) || world_.mailboxes.contains(local)) {
        return true;
      }
    }
    return world_.mailboxes.contains('@' + address.domain) || world_.has_user(user);
  }

 private:
  using Names = std::unordered_map<std::string, const AliasEntry*>;

  static const AliasEntry* Get(const Names& names, const std::string& name) {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : found->second;
  }

  const AliasWorld& world_;
  Names virtual_, aliases_;
  std::set<std::string> domains_;
};

// Follows one name to all its ends.
class Walk {
 public:
  Walk(const AliasWorld& world, const Book& book, Forward& forward) : world_(world), book_(book), forward_(forward) {}

  void Follow(const AliasEntry& entry, const std::string& local) {
    if (entry.targets.empty()) Note(forward_.nobody, entry.name);
    path_.push_back(&entry);
    FollowAll(entry.targets, local);
    path_.pop_back();
  }

 private:
  void FollowAll(const std::vector<AliasTarget>& targets, const std::string& local) {
    for (const AliasTarget& target : targets) FollowOne(target, local);
  }

  void FollowOne(const AliasTarget& target, const std::string& local) {
    using Kind = AliasTarget::Kind;
    switch (target.kind) {
      case Kind::kAddress:
        return Reach(Split(target.text));
      case Kind::kDomain:
        return Reach({.local = local, .domain = target.text.substr(1)});
      case Kind::kCommand:
        return;
      case Kind::kFile:
        if (target.text == kNowhere) Note(forward_.nobody, target.text);
        return;
      case Kind::kInclude:
        return Include(target.text);
    }
  }

  void Include(const std::string& path) {
    if (!seen_.insert(":include:" + path).second) return Note(forward_.repeated, path);
    const auto text = world_.read_file(path);
    if (!text) return Note(forward_.unread, fmt::format("{}: {}", path, text.error().message));
    const auto targets = ParseIncluded(*text);
    if (targets.empty()) Note(forward_.nobody, path);
    FollowAll(targets, {});
  }

  void Reach(const Address& address) {
    const std::string name = address.ToString();
    const AliasEntry* next = book_.Find(address);
    // "ann: ann, ann@home.example": a name that leads to itself at once is its mailbox.
    const bool is_itself = next && !path_.empty() && next == path_.back();
    if (next && !is_itself) {
      if (std::ranges::find(path_, next) != path_.end() || path_.size() >= kDeepest) return Note(forward_.loops, name);
      if (!seen_.insert(name).second) return Note(forward_.repeated, name);
      return Follow(*next, address.local);
    }
    if (!seen_.insert(name).second) return Note(forward_.repeated, name);
    if (!book_.IsOurs(address.domain)) return forward_.outside.push_back(name);
    if (!is_itself && !book_.IsRead(address)) Note(forward_.nobody, name);
  }

  const AliasWorld& world_;
  const Book& book_;
  Forward& forward_;
  std::vector<const AliasEntry*> path_;
  std::set<std::string> seen_;
};

runtime::Json Texts(const std::vector<std::string>& texts) {
  auto array = runtime::Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

}  // namespace

Forwards FindForwards(const AliasWorld& world) {
  const Book book(world);
  Forwards forwards;
  for (const AliasMap& map : world.maps) {
    for (const AliasEntry& entry : map.entries) {
      ++forwards.names;
      Forward forward{.name = entry.name, .place = entry.place};
      Walk(world, book, forward).Follow(entry, Split(entry.name).local);
      if (!forward.is_plain()) forwards.found.push_back(std::move(forward));
    }
  }
  return forwards;
}

runtime::Json ToJson(const Forwards& forwards) {
  auto array = runtime::Json::Array();
  for (const Forward& forward : forwards.found) {
    array.Append(runtime::Json::Object()
                     .Add("name", forward.name)
                     .Add("place", forward.place)
                     .Add("outside", Texts(forward.outside))
                     .Add("nobody", Texts(forward.nobody))
                     .Add("repeated", Texts(forward.repeated))
                     .Add("loops", Texts(forward.loops))
                     .Add("unread", Texts(forward.unread)));
  }
  return runtime::Json::Object().Add("names", forwards.names).Add("forwards", std::move(array));
}

}  // namespace policyd::admin
