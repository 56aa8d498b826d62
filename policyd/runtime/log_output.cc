// syslog = "<" priority ">" MMM " " dd " " hh:mm:ss " " name "[" pid "]: " text      one datagram a line, as syslog(3)
//
// Neither protocol confirms that anybody read a line: it counts as written once the kernel has taken it.
#include "policyd/runtime/log_output.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/values/time.h"

namespace policyd::runtime {
namespace {

constexpr const char* kName = "sekimorid";
constexpr const char* kPostgrey = "postgrey";
constexpr unsigned kFacilityMail = 2 << 3;
constexpr std::size_t kShort = 1024;  // what every reader takes
constexpr int kSendBuffer = 4 << 20;

// Returns how many bytes could not be written.
std::size_t WriteToStandardError(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDERR_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return bytes.size();
}

std::size_t CountLines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

class StandardError : public LogOutput {
 public:
  StandardError(bool is_postgrey, LogFront front) : is_postgrey_(is_postgrey), front_(front) {}

  std::size_t Write(std::string_view lines) override {
    if (is_postgrey_) lines = InPostgreysWords(lines);
    return CountLines(lines.substr(lines.size() - WriteToStandardError(lines)));
  }

 private:
  std::string_view InPostgreysWords(std::string_view lines) {
    words_.clear();
    ForEachLogLine(lines, front_, [this](const LogLine& line) {
      const auto text = PostgreyText(line);
      words_.append(line.front).append(text ? *text : line.text).append("\n");
    });
    return words_;
  }

  const bool is_postgrey_;
  const LogFront front_;
  std::string words_;
};

// A UNIX datagram socket to a path; connects anew when its reader was restarted.
class DatagramSocket {
 public:
  explicit DatagramSocket(std::string path) : path_(std::move(path)) {}
  ~DatagramSocket() { Close(); }
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  // Waits while the reader has no room.  Returns 0 or an errno.
  int Send(std::string_view datagram) {
    for (bool is_again = false;; is_again = true) {
      if (fd_ < 0 && !Connect()) return errno;
      while (send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0) {
        if (errno == EINTR) continue;
        if (errno == EMSGSIZE || is_again) return errno;
        Close();
        break;
      }
      if (fd_ >= 0) return 0;
    }
  }

 private:
  bool Connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) {
      errno = ENAMETOOLONG;
      return false;
    }
    std::memcpy(address.sun_path, path_.data(), path_.size());
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return false;
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    const int why = errno;
    Close();
    errno = why;
    return false;
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  const std::string path_;
  int fd_ = -1;
};

class DatagramOutput : public LogOutput {
 public:
  // One datagram of a line; `message` is what people read of it.
  using Encode = std::string (*)(const LogLine& line, std::string_view message, std::string_view name);

  DatagramOutput(bool is_postgrey, std::string path, Encode encode)
      : is_postgrey_(is_postgrey), encode_(encode), socket_(std::move(path)) {}

  std::size_t Write(std::string_view lines) override {
    std::size_t lost = 0;
    ForEachLogLine(lines, LogFront::kNone, [&](const LogLine& line) { lost += WriteOne(line) ? 0 : 1; });
    return lost;
  }

 private:
  bool WriteOne(const LogLine& line) {
    const auto words = is_postgrey_ ? PostgreyText(line) : std::nullopt;
    const std::string_view message = words ? *words : line.text;
    const char* const name = words ? kPostgrey : kName;
    int error = socket_.Send(encode_(line, message, name));
    if (error == EMSGSIZE)
      error = socket_.Send(encode_({{}, line.text.substr(0, kShort)}, message.substr(0, kShort), name));
    if (error == 0) return true;
    const rules::TimePoint now{rules::seconds(std::time(nullptr))};
    return WriteToStandardError(fmt::format("{} {}\n", rules::PrintTime(now), message)) == 0;
  }

  const bool is_postgrey_;
  const Encode encode_;
  DatagramSocket socket_;
};

std::string SyslogLine(const LogLine& line, std::string_view message, std::string_view name) {
  const std::string_view level = line.level();
  const unsigned severity = level == "error" ? 3 : level == "warning" ? 4 : 6;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> time{};
  const std::size_t size = std::strftime(time.data(), time.size(), "%b %e %T", &local);
  return fmt::format("<{}>{} {}[{}]: {}", kFacilityMail | severity, std::string_view(time.data(), size), name, getpid(),
                     message);
}

std::string PathOf(const char* variable, const char* otherwise) {
  const char* path = std::getenv(variable);
  return path ? path : otherwise;
}

}  // namespace

std::unique_ptr<LogOutput> StandardErrorOutput(bool is_postgrey, LogFront front) {
  return std::make_unique<StandardError>(is_postgrey, front);
}

std::unique_ptr<LogOutput> SyslogOutput(bool is_postgrey) {
  return std::make_unique<DatagramOutput>(is_postgrey, PathOf("SEKIMORI_SYSLOG_SOCKET", "/dev/log"), SyslogLine);
}

std::unique_ptr<LogOutput> JournalOutput(bool is_postgrey) {
  return std::make_unique<DatagramOutput>(is_postgrey, PathOf("SEKIMORI_JOURNAL_SOCKET", "/run/systemd/journal/socket"),
                                          JournalEntry);
}

}  // namespace policyd::runtime
