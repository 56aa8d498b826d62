#include "policyd/admin/measure/throwaway_greylist.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::uint64_t kMaxSize = std::uint64_t{8} << 30U;  // address space: the file grows as needed

// Nobody else looks here: the key of the hashes need not be secret.
constexpr rules::HashKey kKey{};

void Discard(const std::string& directory) {
  std::error_code ignored;  // left to whoever cleans the folder of temporary files
  std::filesystem::remove_all(directory, ignored);
}

template <class Record>
rules::Fact FactOf(const std::optional<Record>& record) {
  if (!record) return {.state = rules::Fact::State::kAbsent};
  return {.state = rules::Fact::State::kPresent, .records = *record};
}

}  // namespace

cache::Result<std::unique_ptr<ThrowawayGreylist>> ThrowawayGreylist::Make() {
  std::error_code no_folder;
  std::string directory = (std::filesystem::temp_directory_path(no_folder) / "sekimori-replay-XXXXXX").string();
  if (no_folder || !mkdtemp(directory.data())) {
    return cache::Error{directory + ": expected a folder that can be made: " + std::strerror(errno)};
  }
  auto environment = cache::Environment::Open({.directory = directory,
                                               .max_size = kMaxSize,
                                               .durability = cache::Durability::kLazy,
                                               .create = true,
                                               .tables = {"triplets.1", "passes.1", "greylist.1"}});
  if (!environment) {
    Discard(directory);
    return environment.error();
  }
  return std::unique_ptr<ThrowawayGreylist>(new ThrowawayGreylist(std::move(directory), std::move(*environment)));
}

ThrowawayGreylist::ThrowawayGreylist(std::string directory, std::unique_ptr<cache::Environment> environment)
    : directory_(std::move(directory)),
      environment_(std::move(environment)),
      triplets_(*environment_, kKey, environment_->table(2)),
      snapshot_(std::make_unique<cache::ReadTransaction>(*environment_)) {}

ThrowawayGreylist::~ThrowawayGreylist() {
  snapshot_.reset();
  environment_.reset();
  Discard(directory_);
}

rules::Fact ThrowawayGreylist::Answer(const rules::Question& question, const rules::Request& request) {
  if (question.kind == rules::Question::Kind::kAutoWhitelist) {
    return FactOf(triplets_.GetPasses(*snapshot_, question.name));
  }
  if (question.kind == rules::Question::Kind::kReputation) {
    const auto days = reputations_.find(question.name);
    return days == reputations_.end() ? rules::Fact::Absent() : rules::Fact::Present(days->second);
  }
  if (question.kind == rules::Question::Kind::kCorrespondent) return rules::Fact::Absent();  // logs do not tell
  const std::string sender = rules::NormalizeSender(request.sender, request.recipient);
  const std::string recipient = rules::LowerAscii(request.recipient);
  return FactOf(triplets_.Get(*snapshot_, {question.name, sender, recipient}));
}

void ThrowawayGreylist::Count(const std::string& client_key, const rules::CountedDay& counted) {
  rules::DailyCounts& days = reputations_[client_key];
  rules::KeepDays(days, counted.day);
  rules::AddDay(days, counted);
}

cache::Status ThrowawayGreylist::Remember(const rules::Remember& remember, const rules::Request& request) {
  if (remember.empty()) return rules::Done{};
  snapshot_->Reset();
  auto begun = cache::WriteTransaction::Begin(*environment_);
  if (!begun) return begun.error();
  cache::WriteTransaction& transaction = **begun;
  const std::string sender = rules::NormalizeSender(request.sender, request.recipient);
  const std::string recipient = rules::LowerAscii(request.recipient);
  for (const auto& triplet : remember.triplets) {
    auto put = triplets_.Put(transaction, {triplet.client_key, sender, recipient}, triplet.record);
    if (!put) return put.error();
  }
  if (remember.auto_whitelist_key) {
    auto put = triplets_.PutPasses(transaction, *remember.auto_whitelist_key, remember.auto_whitelist);
    if (!put) return put;
  }
  return transaction.Commit();
}

}  // namespace policyd::admin
