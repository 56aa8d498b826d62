#include "cache/repair/store_check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <lmdb.h>

#include "cache/lmdb/durable_file.h"
#include "cache/lmdb/lmdb_file.h"
#include "cache/repair/alarms.h"

namespace cache {
namespace {

using State = StoreCheck::State;
using std::chrono::steady_clock;

constexpr MDB_dbi kFreeList = 0;
constexpr std::size_t kMaxWhy = 512;

StoreCheck Damaged(rules::Statement why) {
  return {.state = State::kDamaged, .why = std::move(why)};
}

StoreCheck Unchecked(std::string why) {
  return {.state = State::kUnchecked, .why = rules::InOwnWords(std::move(why))};
}

std::string_view ToView(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// Reads each page that the bytes lie on: a page that the disk does not give is found now.
void Touch(std::string_view bytes) {
  constexpr std::size_t kPage = 4096;
  volatile char sink = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kPage) sink = bytes[at];
  if (!bytes.empty()) sink = bytes.back();
  (void)sink;
}

// A record of the free list: a count and as many numbers of pages, the greatest first.
bool IsSoundFreeRecord(std::string_view pages, std::size_t last_page) {
  std::size_t count = 0;
  if (pages.size() < sizeof count) return false;
  std::memcpy(&count, pages.data(), sizeof count);
  if (count > pages.size() / sizeof count - 1) return false;
  std::size_t before = last_page + 1;
  for (std::size_t i = 1; i <= count; ++i) {
    std::size_t page = 0;
    std::memcpy(&page, pages.data() + i * sizeof page, sizeof page);
    if (page < 2 || page >= before) return false;
    before = page;
  }
  return true;
}

// In the order of LMDB's keys: bytes, but for the free list, which has numbers.
bool IsBehind(std::string_view key, const std::optional<std::string>& before, bool is_number) {
  if (!before) return true;
  if (!is_number) return key > *before;
  std::size_t is = 0;
  std::size_t was = 0;
  if (key.size() != sizeof is || before->size() != sizeof was) return false;
  std::memcpy(&is, key.data(), sizeof is);
  std::memcpy(&was, before->data(), sizeof was);
  return is > was;
}

StoreCheck TableFails(const std::string& name, int code) {
  return Damaged(AlarmOf("table_fails", {{"table", name}, {"error", std::string(mdb_strerror(code))}}));
}

// Walks through a table: its rows in order, all of them there.
std::optional<StoreCheck> CheckTable(MDB_txn* txn, MDB_dbi table, const std::string& name, std::size_t last_page) {
  MDB_stat stat{};
  MDB_cursor* cursor = nullptr;
  if (mdb_stat(txn, table, &stat) != MDB_SUCCESS || mdb_cursor_open(txn, table, &cursor) != MDB_SUCCESS) {
    return Damaged(AlarmOf("table_closed", {{"table", name}}));
  }
  MDB_val key{};
  MDB_val value{};
  std::size_t rows = 0;
  std::optional<std::string> before;
  int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  for (; code == MDB_SUCCESS; code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    const std::string_view at = ToView(key);
    if (!IsBehind(at, before, table == kFreeList)) return Damaged(AlarmOf("table_out_of_order", {{"table", name}}));
    Touch(ToView(value));
    if (table == kFreeList && !IsSoundFreeRecord(ToView(value), last_page)) return Damaged(AlarmOf("free_list"));
    before.emplace(at);
    ++rows;
  }
  mdb_cursor_close(cursor);
  if (code != MDB_NOTFOUND) return TableFails(name, code);
  if (rows != stat.ms_entries) return Damaged(AlarmOf("table_lacks_rows", {{"table", name}}));
  return std::nullopt;
}

// The names of the tables that are there; an error where one row of the table of tables is none.
std::vector<std::string> TablesIn(MDB_txn* txn, MDB_dbi main) {
  std::vector<std::string> names;
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(txn, main, &cursor) != MDB_SUCCESS) return names;
  MDB_val key{};
  MDB_val value{};
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) names.emplace_back(ToView(key));
  mdb_cursor_close(cursor);
  return names;
}

StoreCheck CheckTables(MDB_env* env, const std::vector<std::string>& ours) {
  MDB_envinfo info{};
  MDB_txn* txn = nullptr;
  MDB_dbi main = 0;
  mdb_env_info(env, &info);
  if (const int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn)) {
    return IsDamage(code) ? Damaged(rules::InOwnWords(mdb_strerror(code))) : Unchecked(mdb_strerror(code));
  }
  if (const int code = mdb_dbi_open(txn, nullptr, 0, &main)) return Damaged(rules::InOwnWords(mdb_strerror(code)));
  if (auto damage = CheckTable(txn, main, "of tables", info.me_last_pgno)) return *damage;
  const std::vector<std::string> there = TablesIn(txn, main);
  const auto is_ours = [&](const std::string& name) { return std::find(ours.begin(), ours.end(), name) != ours.end(); };
  if (!there.empty() && std::none_of(there.begin(), there.end(), is_ours)) {
    return Damaged(AlarmOf("foreign"));
  }
  for (const std::string& name : there) {
    if (!is_ours(name)) continue;
    MDB_dbi table = 0;
    if (const int code = mdb_dbi_open(txn, name.c_str(), 0, &table)) {
      return TableFails(name, code);
    }
    if (auto damage = CheckTable(txn, table, name, info.me_last_pgno)) return *damage;
  }
  if (auto damage = CheckTable(txn, kFreeList, "of free pages", info.me_last_pgno)) return *damage;
  return {.state = State::kSound, .why = {}};
}

StoreCheck Look(Environment::Options options) {
  options.create = false;
  for (const bool is_read_only : {false, true}) {
    options.is_read_only = is_read_only;
    MDB_env* env = nullptr;
    if (mdb_env_create(&env) != MDB_SUCCESS) return {};
    const auto failure = OpenFile(env, options);
    if (!failure) return CheckTables(env, options.tables);
    if (failure->is_damage()) return Damaged(rules::InOwnWords(failure->message));
    if (is_read_only) return Unchecked(failure->message);
    mdb_env_close(env);
  }
  return {};
}

// Runs in the child process and never returns.
[[noreturn]] void LookAndTell(const Environment::Options& options, int answer) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The sockets and the store of the process that asks are its own.
  constexpr int kAnswer = 3;
  if (answer != kAnswer) dup2(answer, kAnswer);
  close_range(kAnswer + 1, ~0U, 0);
  prctl(PR_SET_DUMPABLE, 0);  // no core: that it dies is expected
  for (const int number : {SIGABRT, SIGBUS, SIGSEGV, SIGFPE, SIGTERM, SIGINT, SIGHUP}) std::signal(number, SIG_DFL);
  if (const int silence = open("/dev/null", O_WRONLY); silence >= 0) dup2(silence, STDERR_FILENO);
  const StoreCheck found = Look(options);
  const std::string why = found.why ? rules::ToLine(*found.why) : std::string();
  const std::string text = static_cast<char>(found.state) + why.substr(0, kMaxWhy);
  const ssize_t told = write(kAnswer, text.data(), text.size());
  _exit(told == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

// The bytes that arrived through the pipe by `until`; nothing if they did not end by then.
std::optional<std::string> Receive(int from, steady_clock::time_point until) {
  std::string text(kMaxWhy + 1, '\0');
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd readable{.fd = from, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? poll(&readable, 1, static_cast<int>(left.count())) : 0;
    if (ready == 0) return std::nullopt;
    if (ready < 0) continue;
    const ssize_t size = read(from, text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return text;
  }
}

StoreCheck Ask(const Environment::Options& options, std::chrono::milliseconds patience) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return Unchecked(std::strerror(errno));
  const pid_t child = fork();
  if (child == 0) LookAndTell(options, ends[1]);
  const Error no_process = SystemError("a process to look at " + options.directory);
  close(ends[1]);
  std::optional<std::string> answer;
  if (child > 0) answer = Receive(ends[0], steady_clock::now() + patience);
  close(ends[0]);
  if (child < 0) return Unchecked(no_process.message);
  if (!answer) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!answer) return {.state = State::kSound, .why = {}};  // not looked at to its end
  if (!answer->empty()) {
    return {.state = static_cast<State>(answer->front()), .why = rules::FromLine(std::string_view(*answer).substr(1))};
  }
  // Any other signal came from outside.
  constexpr int kOwnFaults[] = {SIGABRT, SIGBUS, SIGSEGV, SIGFPE};
  const int end = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (std::find(std::begin(kOwnFaults), std::end(kOwnFaults), end) != std::end(kOwnFaults)) {
    return Damaged(AlarmOf("look_crashed", {{"signal", std::string(strsignal(end))}}));
  }
  return Unchecked("the look at every page was ended");
}

// Something that is no folder with a file in it.
std::optional<StoreCheck> CheckPlace(const std::string& directory) {
  struct stat place {};
  if (lstat(directory.c_str(), &place) != 0) {
    if (errno == ENOENT) return StoreCheck{.state = State::kAbsent, .why = {}};
    return Unchecked(SystemError(directory).message);
  }
  if (stat(directory.c_str(), &place) != 0 || !S_ISDIR(place.st_mode))
    return Damaged(AlarmOf("no_folder", {{"path", directory}}));
  for (const char* name : {"/data.mdb", "/lock.mdb"}) {
    const bool is_there = lstat((directory + name).c_str(), &place) == 0;
    if (is_there && !S_ISREG(place.st_mode)) return Damaged(AlarmOf("no_file", {{"path", directory + name}}));
    if (!is_there && errno != ENOENT) return Unchecked(SystemError(directory).message);
  }
  if (!HasData(directory)) return StoreCheck{.state = State::kAbsent, .why = {}};
  return std::nullopt;
}

}  // namespace

StoreCheck CheckStore(const Environment::Options& options, std::chrono::milliseconds patience) {
  if (auto found = CheckPlace(options.directory)) return *found;
  return Ask(options, patience);
}

}  // namespace cache
