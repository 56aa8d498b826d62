// The DNS of the benchmarks: PTR and A of every client, lists whose test points answer as they should, and the listed
// clients on the first of them.
//
//   bench_name_server port=5353 lists=zen.spamhaus.org,bl.spamcop.net
//
// It answers from memory, in batches, with a buffer that holds any burst: what is measured is who asks.  (rbldnsd
// keeps no PTR records, and NSD stood still for seconds now and then while it took its zones in.)
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/bench/population.h"
#include "tests/bench/settings.h"

namespace bench {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kHeader = 12;
constexpr std::string_view kTtl("\x00\x01\x51\x80", 4);  // a day

// "mx.name.example" as it stands in a message.
std::string Wire(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    wire += static_cast<char>(end);
    wire += name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return wire + '\0';
}

std::string Rdata(std::uint16_t type, std::string_view data) {
  std::string record = {'\xc0', '\x0c', '\0', static_cast<char>(type), '\0', 1};  // the name of the question
  record += kTtl;
  record += {static_cast<char>(data.size() >> 8), static_cast<char>(data.size() & 255)};
  return record.append(data);
}

std::string Address(const std::string& dotted) {
  in_addr address{};
  inet_pton(AF_INET, dotted.c_str(), &address);
  return {reinterpret_cast<const char*>(&address), sizeof address};
}

// RFC 5782: 127.0.0.2 and ::ffff:127.0.0.2 are on every list.
const std::string kTestPoint = "2.0.0.127";

std::string TestPointV6() {
  std::string labels = "2.0.0.0.0.0.f.7.f.f.f.f";
  for (int i = 0; i < 20; ++i) labels += ".0";
  return labels;
}

class Zones {
 public:
  explicit Zones(const std::vector<std::string>& lists) {
    const std::string listed = Rdata(ns_t_a, Address("127.0.0.2"));
    for (const std::string& list : lists) {
      for (const std::string& point : {kTestPoint, TestPointV6()}) answers_[Wire(point + "." + list)] = listed;
    }
    for (const Kind kind : kKinds) {
      if (kind == Kind::kRemembered) continue;
      for (std::uint32_t number = 0; number < SizeOf(kind); ++number) {
        const Host host{kind, number};
        answers_[Wire(host.ReversedAddress() + ".in-addr.arpa")] = Rdata(ns_t_ptr, Wire(host.Name()));
        answers_[Wire(host.Name())] = Rdata(ns_t_a, Address(host.Address()));
        if (kind == Kind::kListed) answers_[Wire(host.ReversedAddress() + "." + lists.front())] = listed;
      }
    }
  }

  // Turns a question into its answer.  Too short a message is left as it is.
  void Answer(std::string& message) const {
    const std::size_t end = message.find('\0', kHeader);
    if (message.size() < kHeader || end == std::string::npos || end + 5 > message.size()) return;
    const auto found = answers_.find(message.substr(kHeader, end + 1 - kHeader));
    const bool is_known = found != answers_.end();
    message.resize(end + 5);
    message[2] = static_cast<char>(0x84 | (message[2] & 1));  // an authoritative answer
    message[3] = is_known ? 0 : ns_r_nxdomain;
    message[7] = is_known ? 1 : 0;
    message[9] = is_known ? 0 : 1;
    message[11] = 0;
    message += is_known ? found->second : soa_;
  }

 private:
  std::unordered_map<std::string, std::string> answers_;  // name -> its one record
  // Of "test" or whatever was asked: an hour is what matters.
  const std::string soa_ =
      Rdata(ns_t_soa, Wire("ns.test") + Wire("root.test") +
                          std::string("\0\0\0\1\0\0\x0e\x10\0\0\x0e\x10\0\0\x0e\x10\0\0\x0e\x10", 20));
};

int Serve(std::uint16_t port, const std::vector<std::string>& lists) {
  const Zones zones(lists);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int buffer = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    std::perror("bench_name_server");
    return 69;
  }
  std::puts("ready");
  std::fflush(stdout);

  std::vector<std::array<char, 512>> bytes(kBatch);
  std::vector<sockaddr_in> from(kBatch);
  std::vector<std::string> answers(kBatch);
  for (;;) {
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> parts{};
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {.iov_base = bytes[i].data(), .iov_len = bytes[i].size()};
      messages[i].msg_hdr.msg_name = &from[i];
      messages[i].msg_hdr.msg_namelen = sizeof from[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(fd, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
      answers[i].assign(bytes[i].data(), messages[i].msg_len);
      zones.Answer(answers[i]);
      parts[i] = {.iov_base = answers[i].data(), .iov_len = answers[i].size()};
    }
    if (count > 0) sendmmsg(fd, messages.data(), static_cast<unsigned>(count), 0);
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Settings settings(argc, argv);
  const auto port = static_cast<std::uint16_t>(settings.Number("port", 5353));
  const std::vector<std::string> lists = settings.List("lists");
  settings.Finish();
  if (lists.empty()) {
    std::fputs("expected lists=ZONE,...\n", stderr);
    return 64;
  }
  return bench::Serve(port, lists);
}
