// A thread that brings the ledger's accounts into records/ and tells people of what was done about a login: within a
// second each, so that neither a disk nor a file on another machine keeps an answer waiting.
#pragma once

#include <condition_variable>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/locked.h"
#include "cache/writer.h"
#include "policyd/serve/outbound/ledger.h"

namespace policyd::serve {

class LedgerKeeper {
 public:
  struct Needs {
    std::function<bool(cache::RecordWrite)> record;
    std::function<rules::TimePoint()> now;
    std::function<std::optional<std::string>()> notify;    // outbound.notify in force
    std::function<void(const std::string& error)> failed;  // to write that file; at most once an hour
  };

  // `ledger` outlives it.
  LedgerKeeper(Ledger& ledger, Needs needs);
  // Hands over what is left.
  ~LedgerKeeper();
  LedgerKeeper(const LedgerKeeper&) = delete;
  LedgerKeeper& operator=(const LedgerKeeper&) = delete;

  // From any thread: a line of the file, soon.  Where too many wait, the newest are left out; the log has them all.
  void Tell(const OutboundNotice& notice);

 private:
  struct Waiting {
    bool is_stopping = false;
    std::vector<std::string> lines;
  };

  void Run();
  void HandOver();
  void Write(const std::vector<std::string>& lines);

  Ledger& ledger_;
  const Needs needs_;
  std::optional<rules::TimePoint> complained_;
  cache::Locked<Waiting> waiting_;
  std::condition_variable wakes_;
  std::thread thread_;
};

}  // namespace policyd::serve
