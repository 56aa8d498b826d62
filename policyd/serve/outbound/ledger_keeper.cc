// A line of the file: TIME " login=" LOGIN " act=" ACT " signals=" SIGNALS
#include "policyd/serve/outbound/ledger_keeper.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "rules/reply.h"

namespace policyd::serve {
namespace {

constexpr std::chrono::seconds kEvery{1};
constexpr std::size_t kRowsPerWrite = 500;  // what one transaction writes without anybody waiting for it
constexpr std::size_t kMostLines = 1000;
constexpr rules::seconds kComplainedEvery{3600};
constexpr std::size_t kLongestLogin = 254;

// Returns what went wrong.
std::optional<std::string> Append(const std::string& file, const std::string& text) {
  // O_NONBLOCK: a pipe that nobody reads is an error, not a reason to wait.
  const int fd = open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) return file + ": " + std::strerror(errno);
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (written == static_cast<ssize_t>(text.size())) return std::nullopt;
  return file + ": " + (written < 0 ? std::strerror(error) : "no room for a whole line");
}

}  // namespace

LedgerKeeper::LedgerKeeper(Ledger& ledger, Needs needs)
    : ledger_(ledger), needs_(std::move(needs)), thread_([this] { Run(); }) {}

LedgerKeeper::~LedgerKeeper() {
  waiting_.Lock()->is_stopping = true;
  wakes_.notify_all();
  thread_.join();
}

void LedgerKeeper::Tell(const OutboundNotice& notice) {
  std::string line = rules::PrintTime(needs_.now()) + " login=" + rules::EscapeText(notice.account, kLongestLogin) +
                     " act=" + rules::Name(notice.act) + " signals=" + notice.signals + '\n';
  const auto waiting = waiting_.Lock();
  if (waiting->lines.size() < kMostLines) waiting->lines.push_back(std::move(line));
}

void LedgerKeeper::Run() {
  for (bool is_stopping = false; !is_stopping;) {
    std::vector<std::string> lines;
    {
      auto waiting = waiting_.Lock();
      waiting.WaitFor(wakes_, kEvery, [&waiting] { return waiting->is_stopping; });
      is_stopping = waiting->is_stopping;
      lines = std::exchange(waiting->lines, {});
    }
    HandOver();
    Write(lines);
  }
}

void LedgerKeeper::HandOver() {
  for (;;) {
    cache::RecordWrite write;
    write.outbound_accounts = ledger_.TakeChanged(kRowsPerWrite);
    if (write.outbound_accounts.empty()) break;
    const std::vector<cache::OutboundAccountRow> rows = write.outbound_accounts;
    if (needs_.record(std::move(write))) continue;
    ledger_.Return(rows);  // the queue is full: in a second
    break;
  }
  ledger_.Shrink();
}

void LedgerKeeper::Write(const std::vector<std::string>& lines) {
  const auto file = lines.empty() ? std::nullopt : needs_.notify();
  if (!file) return;
  std::string text;
  for (const std::string& line : lines) text += line;
  const auto error = Append(*file, text);
  const rules::TimePoint now = needs_.now();
  if (!error || (complained_ && rules::Since(*complained_, now) < kComplainedEvery)) return;
  complained_ = now;
  needs_.failed(*error);
}

}  // namespace policyd::serve
