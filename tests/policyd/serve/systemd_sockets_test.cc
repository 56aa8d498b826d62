#include "policyd/serve/systemd_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/daemon/startup.h"
#include "policyd/runtime/log.h"
#include "tests/support/temp_directory.h"

namespace policyd::serve::systemd_sockets_test {

// Descriptors that this process does not use.
constexpr int kFirst = 700;

template <class Address>
int Bound(int type, const Address& address, socklen_t size = sizeof(Address)) {
  const int fd = socket(reinterpret_cast<const sockaddr&>(address).sa_family, type, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0) << std::strerror(errno);
  return fd;
}

sockaddr_in Ipv4(const char* host) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  inet_pton(AF_INET, host, &in.sin_addr);
  return in;
}

sockaddr_in6 Ipv6(const char* host) {
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, host, &in6.sin6_addr);
  return in6;
}

sockaddr_un Unix(const std::string& path) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  return un;
}

// What a service manager passes: descriptors one after another, and the variables that tell of them.
class SystemdSockets : public testing::Test {
 protected:
  ~SystemdSockets() override {
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
    for (int fd = kFirst; fd < next_; ++fd) close(fd);
  }

  void Pass(int fd, bool listens = true) {
    if (listens) {
      EXPECT_EQ(listen(fd, 8), 0) << std::strerror(errno);
    }
    EXPECT_EQ(dup2(fd, next_), next_);
    ++next_;
    close(fd);
  }
  void Say(const std::string& count, const char* names = nullptr, pid_t pid = getpid()) {
    setenv("LISTEN_PID", std::to_string(pid).c_str(), 1);
    setenv("LISTEN_FDS", count.c_str(), 1);
    if (names) setenv("LISTEN_FDNAMES", names, 1);
  }
  std::string ErrorOf() {
    const auto taken = TakePassedSockets(kFirst);
    return taken ? "none" : taken.error().message;
  }

  support::TempDirectory directory_;
  int next_ = kFirst;
};

TEST_F(SystemdSockets, AreTakenWithNameAndAddress) {
  Pass(Bound(SOCK_STREAM, Ipv4("127.0.0.1")));
  Pass(Bound(SOCK_STREAM, Ipv6("::1")));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "socket")));
  const std::string abstract = std::string("\0sekimori-test-", 15) + std::to_string(getpid());
  Pass(Bound(SOCK_STREAM, Unix(abstract), static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + abstract.size())));
  Say("4", "policy:http::last");
  const auto taken = TakePassedSockets(kFirst);
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_EQ(taken->size(), 4U);
  const std::vector<PassedSocket>& sockets = *taken;
  EXPECT_EQ(sockets[0].name, "policy");
  EXPECT_EQ(sockets[1].name, "http");
  EXPECT_EQ(sockets[2].name, "");
  EXPECT_EQ(sockets[3].name, "last");
  EXPECT_EQ(sockets[0].endpoint.host, "127.0.0.1");
  EXPECT_NE(sockets[0].endpoint.port, 0);
  EXPECT_EQ(sockets[1].endpoint.host, "::1");
  EXPECT_EQ(sockets[2].endpoint.ToString(), "unix:" + (directory_ / "socket"));
  EXPECT_EQ(sockets[3].endpoint.host, "@" + abstract.substr(1));
  for (const PassedSocket& socket : sockets) {
    EXPECT_EQ(fcntl(socket.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC) << "no child inherits it";
    EXPECT_EQ(fcntl(socket.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) EXPECT_EQ(std::getenv(name), nullptr);
}

TEST_F(SystemdSockets, OfAnotherProcessAreNotOurs) {
  Pass(Bound(SOCK_STREAM, Ipv4("127.0.0.1")));
  Say("1", nullptr, getppid());
  EXPECT_TRUE(TakePassedSockets(kFirst)->empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0) << "left alone";
  EXPECT_TRUE(TakePassedSockets(kFirst)->empty()) << "without variables, too";
}

TEST_F(SystemdSockets, ThatAreOfNoUseAreNamed) {
  Say("1", "policy");
  EXPECT_NE(ErrorOf().find("descriptor 700 (policy), passed by the service manager"), std::string::npos);
  Pass(Bound(SOCK_DGRAM, Ipv4("127.0.0.1")), false);
  Say("1");
  EXPECT_NE(ErrorOf().find("got a socket of another type"), std::string::npos);
  next_ = kFirst;
  Pass(Bound(SOCK_STREAM, Ipv4("127.0.0.1")), false);
  Say("1");
  EXPECT_NE(ErrorOf().find("got one that does not listen"), std::string::npos) << "Accept=yes passes connections";
  next_ = kFirst;
  Pass(open("/dev/null", O_RDONLY), false);
  Say("1");
  EXPECT_NE(ErrorOf().find("Socket operation on non-socket"), std::string::npos);
  for (const char* count : {"", "x", "-1", "1x", "99999999999", "1025"}) {
    Say(count);
    EXPECT_NE(ErrorOf().find("$LISTEN_FDS: expected"), std::string::npos) << count;
  }
}

TEST_F(SystemdSockets, OfAProcessAreFound) {
  EXPECT_FALSE(HoldsSocketFor(getpid(), {.is_unix = true, .host = directory_ / "held"}));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "held")));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "idle")), false);
  EXPECT_TRUE(HoldsSocketFor(getpid(), {.is_unix = true, .host = directory_ / "held"}));
  EXPECT_FALSE(HoldsSocketFor(getpid(), {.is_unix = true, .host = directory_ / "idle"})) << "it does not listen";
  EXPECT_FALSE(HoldsSocketFor(0, {.is_unix = true, .host = directory_ / "held"})) << "no such process";
  EXPECT_EQ(fcntl(kFirst, F_GETFL) & O_NONBLOCK, 0) << "it is only looked at";
}

struct CoverCase {
  const char* name;
  config::Endpoint passed;
  bool takes_ipv4;
  config::Endpoint listen;
  bool want;
};

class CoversTest : public testing::TestWithParam<CoverCase> {};

TEST_P(CoversTest, ComparesAddresses) {
  const PassedSocket socket{.endpoint = GetParam().passed, .takes_ipv4 = GetParam().takes_ipv4};
  EXPECT_EQ(socket.Covers(GetParam().listen), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    SystemdSockets, CoversTest,
    testing::Values(CoverCase{"the_same", {false, "127.0.0.1", 1}, false, {false, "127.0.0.1", 1}, true},
                    CoverCase{"another_port", {false, "127.0.0.1", 1}, false, {false, "127.0.0.1", 2}, false},
                    CoverCase{"another_host", {false, "127.0.0.1", 1}, false, {false, "127.0.0.2", 1}, false},
                    CoverCase{"written_otherwise", {false, "::1", 1}, false, {false, "0:0::1", 1}, true},
                    CoverCase{"all_of_ipv4", {false, "0.0.0.0", 1}, false, {false, "127.0.0.1", 1}, true},
                    CoverCase{"all_of_ipv4_is_not_ipv6", {false, "0.0.0.0", 1}, false, {false, "::1", 1}, false},
                    CoverCase{"all_of_both", {false, "::", 1}, true, {false, "127.0.0.1", 1}, true},
                    CoverCase{"all_of_ipv6", {false, "::", 1}, false, {false, "::1", 1}, true},
                    CoverCase{"all_of_ipv6_only", {false, "::", 1}, false, {false, "127.0.0.1", 1}, false},
                    CoverCase{"a_path", {true, "/run/x", 0}, false, {true, "/run/x", 0}, true},
                    CoverCase{"another_path", {true, "/run/x", 0}, false, {true, "/run/y", 0}, false},
                    CoverCase{"a_path_is_no_port", {true, "/run/x", 0}, false, {false, "127.0.0.1", 0}, false},
                    CoverCase{
                        "another_way_to_a_file", {true, "/dev/null", 0}, false, {true, "/dev/../dev//null", 0}, true}),
    [](const auto& row) { return row.param.name; });

// What the daemon listens on.
class OpeningTest : public SystemdSockets {
 protected:
  struct Listening {
    std::vector<std::string> passed, opened;
    std::string http;
    int status = 0;
  };

  config::Config ConfigOf(std::vector<config::Endpoint> listen, std::optional<config::Endpoint> http) {
    config::Config config;
    config.service.listen = std::move(listen);
    config.http = std::move(http);
    config.store.directory = directory_.path();
    return config;
  }
  Listening Open(const config::Config& config, const std::string& names) {
    Say(std::to_string(next_ - kFirst), names.c_str());
    auto passed = TakePassedSockets(kFirst);
    runtime::Log log(runtime::Log::Target::kStandardError);
    auto opened = daemon::Open(config, *passed, log);
    next_ = kFirst;  // they have an owner
    if (const int* status = std::get_if<int>(&opened))
      return {.passed = {}, .opened = {}, .http = {}, .status = *status};
    Listening listening;
    const auto& all = std::get<daemon::Opened>(opened);
    for (const auto& socket : all.sockets) {
      (socket.is_passed() ? listening.passed : listening.opened).push_back(socket.endpoint().ToString());
    }
    if (all.http) listening.http = all.http->endpoint().ToString();
    return listening;
  }
  config::Endpoint UnixAt(const char* name) { return {.is_unix = true, .host = directory_ / name}; }
  std::string Named(const char* name) { return "unix:" + (directory_ / name); }
};

TEST_F(OpeningTest, PassedOnesTakeThePlaceOfEqualsTheOthersAreOpened) {
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "held")));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "beside")));
  const auto got = Open(ConfigOf({UnixAt("held"), UnixAt("own")}, UnixAt("http")), "policy:policy");
  EXPECT_EQ(got.passed, (std::vector{Named("held"), Named("beside")}));
  EXPECT_EQ(got.opened, std::vector{Named("own")});
  EXPECT_EQ(got.http, Named("http"));
}

TEST_F(OpeningTest, HttpIsFoundByNameOrAddress) {
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "page")));
  EXPECT_EQ(Open(ConfigOf({}, UnixAt("http")), "http").http, Named("page")) << "whatever http.listen says";
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "page2")));
  EXPECT_EQ(Open(ConfigOf({}, std::nullopt), "http").http, Named("page2"));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "page3")));
  const auto got = Open(ConfigOf({}, UnixAt("page3")), "policy");
  EXPECT_EQ(got.http, Named("page3"));
  EXPECT_TRUE(got.passed.empty());
}

TEST_F(OpeningTest, HttpHasOneSocket) {
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "a")));
  Pass(Bound(SOCK_STREAM, Unix(directory_ / "b")));
  EXPECT_EQ(Open(ConfigOf({}, std::nullopt), "http:http").status, 78);
}

}  // namespace policyd::serve::systemd_sockets_test
