// A store in a temporary directory, and commands run against it as sekimorictl runs them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "cache/stores.h"
#include "policyd/ctl/commands_people.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

inline constexpr rules::TimePoint kNow{std::chrono::seconds{1'795'250'000}};  // 2026-11-21T08:33:20Z

class Tool {
 public:
  struct Ran {
    ExitStatus status = kDone;
    std::string out, error;
  };

  Tool() {
    std::string pattern = testing::TempDir() + "sekimorictl.XXXXXX";
    directory_ = mkdtemp(pattern.data());
    std::filesystem::create_directory(store());
    Configure("dns.servers = [\"127.0.0.1:1\"]\n");  // refuses at once: no test asks the resolver of the machine
    Seed([](cache::Stores&) {});
  }
  ~Tool() { std::filesystem::remove_all(directory_); }
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;

  std::string store() const { return directory_ + "/store"; }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  // The configuration, with the store of this test.
  void Configure(const std::string& rest) const {
    Write("sekimori.toml", "store.directory = \"" + store() + "\"\n" + rest);
  }

  // Changes the store as the daemon would.
  void Seed(const std::function<void(cache::Stores&)>& change) const {
    const auto opened = cache::Stores::OpenForDaemon({.directory = store(), .max_size = std::uint64_t{1} << 30U});
    const auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened);
    ASSERT_NE(stores, nullptr) << std::get_if<cache::Stores::OpenError>(&opened)->message;
    change(**stores);
  }

  template <class Options>
  Ran Run(ExitStatus (*command)(Context&, const Options&), const Options& options, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream out, error;
    Context context{.in = in, .out = out, .error = error, .config_file = path("sekimori.toml")};
    context.is_default_config = false;
    context.is_json = is_json;
    context.now = now;
    context.login = "ann";
    context.next_look = next_look;
    const ExitStatus status = command(context, options);
    return {.status = status, .out = out.str(), .error = error.str()};
  }

  // Both lists as they are exported: what a command that failed must leave as it was.
  std::string Lists() {
    std::string text;
    for (const auto list : {rules::ListKind::kWhitelist, rules::ListKind::kBlocklist}) {
      text += Run(RunListExport, ListExportOptions{.list = list}).out;
    }
    return text;
  }
  std::string AuditText() { return Run(RunAudit, AuditOptions{}).out; }

  bool is_json = false;
  rules::TimePoint now = kNow;
  std::function<std::optional<rules::TimePoint>()> next_look{};

 private:
  std::string directory_;
};

}  // namespace policyd::ctl
