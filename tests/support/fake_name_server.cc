#include "tests/support/fake_name_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "policyd/dns/wire/dns_query.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace support {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = Fault::Kind;

bool IsUnder(const std::string& name, std::string_view domain) {
  return domain.empty() || rules::IsUnder(name, rules::LowerAscii(domain));
}

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A test without its server says nothing: end it loudly.
void Require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

struct Reply {
  std::vector<Bytes> messages;
  std::chrono::milliseconds delay{0};
  bool hangs_on_tcp = false, closes_tcp = false;
  std::optional<Bytes> raw_tcp{};  // instead of the messages
  bool drips = false;
};

}  // namespace

struct FakeNameServer::State {
  struct Book {
    mutable std::mutex mutex;
    std::vector<Record> records;
    std::vector<std::pair<std::string, Fault>> faults;
    std::map<std::string, unsigned> questions;
    std::vector<std::uint16_t> source_ports;
    unsigned tcp_questions = 0, asked = 0;
    bool last_had_edns = false;
    std::uint32_t negative_ttl = 60;
  } book;

  struct Late {
    Clock::time_point due;
    sockaddr_in to{};
    Bytes message;
    int connection = -1;  // over TCP
  };
  std::vector<Late> late;
  std::vector<int> connections;
  int udp = -1, tcp = -1, wake = -1;
  std::uint16_t port = 0;
  std::thread thread;

  void Open(std::uint16_t wanted_port);
  void Run();
  void ReadDatagrams();
  void ReadConnection(int& connection);
  void SendLate();
  void Drip(int connection, const Bytes& framed);
  int PollTimeout() const;
  Reply Answer(const Bytes& query, bool over_tcp, std::uint16_t from_port);
  std::optional<Fault> TakeFault(const std::string& name);
  Message RightAnswer(const Bytes& query) const;
  static Reply SpoilTcp(Kind kind, Bytes right);
  Reply Spoil(const Fault& fault, const Bytes& query, Message right, bool over_tcp);
};

void FakeNameServer::State::Open(std::uint16_t wanted_port) {
  // The same free port for both: TCP picks, UDP follows; another try where it is taken.
  for (int tries = 0; tries < 50; ++tries) {
    udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address = Loopback(wanted_port);
    socklen_t size = sizeof(address);
    if (bind(tcp, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        getsockname(tcp, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
        bind(udp, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(tcp, 64) == 0) {
      port = ntohs(address.sin_port);
      return;
    }
    close(udp);
    close(tcp);
  }
  Require(false, "fake name server: no port");
}

void FakeNameServer::State::Run() {
  for (;;) {
    std::vector<pollfd> watched{{wake, POLLIN, 0}, {udp, POLLIN, 0}, {tcp, POLLIN, 0}};
    for (const int connection : connections) watched.push_back({connection, POLLIN, 0});
    poll(watched.data(), watched.size(), PollTimeout());
    if (watched[0].revents != 0) return;
    SendLate();
    if (watched[1].revents != 0) ReadDatagrams();
    for (std::size_t i = 3; i < watched.size(); ++i) {
      if (watched[i].revents != 0) ReadConnection(connections[i - 3]);
    }
    std::erase(connections, -1);
    if (watched[2].revents != 0) {
      if (const int accepted = accept4(tcp, nullptr, nullptr, SOCK_CLOEXEC); accepted >= 0) {
        connections.push_back(accepted);
      }
    }
  }
}

int FakeNameServer::State::PollTimeout() const {
  if (late.empty()) return -1;
  const auto due = std::ranges::min(late, {}, &Late::due).due - Clock::now();
  return static_cast<int>(std::max<long>(0, std::chrono::ceil<std::chrono::milliseconds>(due).count()));
}

void FakeNameServer::State::SendLate() {
  const auto now = Clock::now();
  for (const Late& answer : late) {
    if (answer.due > now) continue;
    if (answer.connection >= 0) {
      send(answer.connection, answer.message.data(), answer.message.size(), MSG_NOSIGNAL);
      continue;
    }
    sendto(udp, answer.message.data(), answer.message.size(), 0, reinterpret_cast<const sockaddr*>(&answer.to),
           sizeof(answer.to));
  }
  std::erase_if(late, [now](const Late& answer) { return answer.due <= now; });
}

void FakeNameServer::State::ReadDatagrams() {
  for (;;) {
    Bytes query(4096);
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    const ssize_t got = recvfrom(udp, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    query.resize(static_cast<std::size_t>(got));
    const Reply reply = Answer(query, false, ntohs(from.sin_port));
    for (const Bytes& message : reply.messages) {
      if (reply.delay.count() > 0) {
        late.push_back({.due = Clock::now() + reply.delay, .to = from, .message = message});
      } else {
        sendto(udp, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
      }
    }
  }
}

void FakeNameServer::State::ReadConnection(int& connection) {
  std::array<std::uint8_t, 2> length{};
  Bytes query;
  bool keeps = recv(connection, length.data(), 2, MSG_WAITALL) == 2;
  if (keeps) {
    query.resize(static_cast<std::size_t>(length[0] << 8U | length[1]));
    keeps = recv(connection, query.data(), query.size(), MSG_WAITALL) == static_cast<ssize_t>(query.size());
  }
  if (keeps) {
    const Reply reply = Answer(query, true, 0);
    keeps = !reply.closes_tcp;
    if (reply.raw_tcp) send(connection, reply.raw_tcp->data(), reply.raw_tcp->size(), MSG_NOSIGNAL);
    for (const Bytes& message : reply.messages) {
      Bytes framed{static_cast<std::uint8_t>(message.size() >> 8U), static_cast<std::uint8_t>(message.size())};
      if (!reply.hangs_on_tcp) framed.insert(framed.end(), message.begin(), message.end());
      if (reply.drips) {
        Drip(connection, framed);
        continue;
      }
      send(connection, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
  }
  if (keeps) return;
  std::erase_if(late, [connection](const Late& answer) { return answer.connection == connection; });
  close(connection);
  connection = -1;
}

void FakeNameServer::State::Drip(int connection, const Bytes& framed) {
  auto due = Clock::now();
  for (const std::uint8_t byte : framed) {
    late.push_back({.due = due, .message = {byte}, .connection = connection});
    due += std::chrono::milliseconds(50);
  }
}

Reply FakeNameServer::State::Answer(const Bytes& query, bool over_tcp, std::uint16_t from_port) {
  const std::lock_guard lock(book.mutex);
  const std::string name = rules::LowerAscii(QuestionOf(query).name);
  ++book.questions[name];
  ++book.asked;
  if (over_tcp) {
    ++book.tcp_questions;
  } else {
    book.source_ports.push_back(from_port);
  }
  book.last_had_edns = query[11] != 0;
  Message right = RightAnswer(query);
  const auto fault = TakeFault(name);
  if (!fault) return {.messages = {right.ToBytes()}};
  return Spoil(*fault, query, std::move(right), over_tcp);
}

std::optional<Fault> FakeNameServer::State::TakeFault(const std::string& name) {
  for (auto at = book.faults.rbegin(); at != book.faults.rend(); ++at) {
    if (!IsUnder(name, at->first) || at->second.times == 0) continue;
    --at->second.times;
    return at->second;
  }
  return std::nullopt;
}

Message FakeNameServer::State::RightAnswer(const Bytes& query) const {
  Message message;
  message.id = static_cast<std::uint16_t>(query[0] << 8U | query[1]);
  message.questions.push_back(QuestionOf(query));
  if (query[11] != 0) message.additional.push_back(OptRecord(0));
  const auto& [asked_name, asked_type] = message.questions[0];
  const std::uint16_t type = policyd::dns::WireType(asked_type);
  std::string name = rules::LowerAscii(asked_name);
  bool exists = false;
  for (int hop = 0; hop < 20; ++hop) {
    const Record* cname = nullptr;
    for (const Record& record : book.records) {
      if (rules::LowerAscii(record.owner) != name) continue;
      exists = true;
      if (record.type == type) message.answer.push_back(record);
      if (record.type == kTypeCname) cname = &record;
    }
    if (!cname) break;
    message.answer.push_back(*cname);
    name = rules::LowerAscii(QuestionOf([&] {  // a name on the wire reads like a question's
                               Bytes framed(12);
                               framed.insert(framed.end(), cname->data.begin(), cname->data.end());
                               framed.insert(framed.end(), {0, 1, 0, 1});
                               return framed;
                             }())
                                 .name);
  }
  if (!exists) message.rcode = 3;
  if (message.answer.empty()) message.authority.push_back(SoaRecord("example", book.negative_ttl, book.negative_ttl));
  return message;
}

Reply FakeNameServer::State::SpoilTcp(Kind kind, Bytes right) {
  switch (kind) {
    case Kind::kTruncateClose:
      return {.messages = {}, .closes_tcp = true};
    case Kind::kTruncateHalf:
      return {.messages = {}, .raw_tcp = Bytes{0}};
    case Kind::kTruncateSilent:
      return {};
    case Kind::kTruncateGarbage:
      return {.messages = {}, .raw_tcp = Bytes(40, 0xa7)};
    case Kind::kTruncateDrip:
      return {.messages = {std::move(right)}, .drips = true};
    default:
      return {.messages = {std::move(right)}, .hangs_on_tcp = kind == Kind::kTruncateHang};
  }
}

Reply FakeNameServer::State::Spoil(const Fault& fault, const Bytes& query, Message right, bool over_tcp) {
  const bool has_edns = query[11] != 0;
  const auto only = [](const Message& message) { return Reply{.messages = {message.ToBytes()}}; };
  const auto bare = [&](unsigned rcode, std::vector<Record> additional) {
    return only({.id = right.id, .rcode = rcode, .questions = right.questions, .additional = std::move(additional)});
  };
  switch (fault.kind) {
    case Kind::kDrop:
      return {};
    case Kind::kDropHalf:
      return book.asked % 2 == 0 ? Reply{} : only(right);
    case Kind::kDelay:
      return {.messages = {right.ToBytes()}, .delay = fault.delay};
    case Kind::kRcode:
      return bare(fault.rcode, {});
    case Kind::kFormErrToEdns:
      return has_edns ? bare(1, {}) : only(right);
    case Kind::kFormErrWithOpt:
      return has_edns ? bare(1, {OptRecord(0)}) : only(right);
    case Kind::kBadVers:
      return bare(0, {OptRecord(1)});
    case Kind::kTruncate:
    case Kind::kTruncateHang:
    case Kind::kTruncateHalf:
    case Kind::kTruncateSilent:
    case Kind::kTruncateDrip:
    case Kind::kTruncateGarbage:
    case Kind::kTruncateClose:
      if (over_tcp) return SpoilTcp(fault.kind, right.ToBytes());
      right.is_truncated = true;
      right.answer.clear();
      return only(right);
    case Kind::kWrongId:
      right.id ^= 0x5555U;
      return only(right);
    case Kind::kWrongQuestion:
      right.questions[0].name = "other." + right.questions[0].name;
      return only(right);
    case Kind::kLowerCase:
      right.questions[0].name = rules::LowerAscii(right.questions[0].name);
      return only(right);
    case Kind::kEcho:
      return {.messages = {query}};
    case Kind::kGarbage: {
      Bytes bytes(query.begin(), query.begin() + 2);
      for (unsigned i = 0; i < 38; ++i) bytes.push_back(static_cast<std::uint8_t>(0xa7U * (i + 1)));
      return {.messages = {bytes}};
    }
    case Kind::kPointerLoop: {
      right.answer = {AddressRecord("", "192.0.2.1")};
      right.authority.clear();
      right.additional.clear();
      Bytes bytes = right.ToBytes();
      const std::size_t owner = bytes.size() - 15;  // root, type, class, TTL, length, address
      bytes[owner] = static_cast<std::uint8_t>(0xc0U | owner >> 8U);
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(owner) + 1, static_cast<std::uint8_t>(owner));
      return {.messages = {bytes}};
    }
    case Kind::kEmpty:
      return {.messages = {Bytes(), right.ToBytes()}};
    case Kind::kTwice:
      return {.messages = {right.ToBytes(), right.ToBytes()}};
    case Kind::kReferral:
      return only(
          {.id = right.id, .questions = right.questions, .authority = {NameRecord("example", kTypeNs, "ns.example")}});
  }
  return {};
}

FakeNameServer::FakeNameServer(std::uint16_t port) : state_(std::make_unique<State>()) {
  state_->Open(port);
  state_->wake = eventfd(0, EFD_CLOEXEC);
  Require(state_->wake >= 0, "fake name server: eventfd");
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

FakeNameServer::~FakeNameServer() {
  const std::uint64_t one = 1;
  Require(write(state_->wake, &one, sizeof(one)) == sizeof(one), "fake name server: wake");
  state_->thread.join();
  for (const int descriptor : state_->connections) close(descriptor);
  for (const int descriptor : {state_->udp, state_->tcp, state_->wake}) close(descriptor);
}

policyd::config::Endpoint FakeNameServer::endpoint() const {
  return {.is_unix = false, .host = "127.0.0.1", .port = state_->port};
}

std::uint16_t FakeNameServer::port() const {
  return state_->port;
}

void FakeNameServer::Add(Record record) {
  const std::lock_guard lock(state_->book.mutex);
  state_->book.records.push_back(std::move(record));
}

void FakeNameServer::Remove(std::string_view owner) {
  const std::lock_guard lock(state_->book.mutex);
  std::erase_if(state_->book.records, [owner](const Record& record) { return record.owner == owner; });
}

void FakeNameServer::SetNegativeTtl(std::uint32_t ttl) {
  const std::lock_guard lock(state_->book.mutex);
  state_->book.negative_ttl = ttl;
}

void FakeNameServer::SetFault(Fault fault, std::string_view name) {
  const std::lock_guard lock(state_->book.mutex);
  state_->book.faults.emplace_back(name, fault);
}

void FakeNameServer::ClearFaults() {
  const std::lock_guard lock(state_->book.mutex);
  state_->book.faults.clear();
}

void FakeNameServer::RefuseTcp() {
  shutdown(state_->tcp, SHUT_RDWR);
}

unsigned FakeNameServer::questions(std::string_view name) const {
  const std::lock_guard lock(state_->book.mutex);
  unsigned sum = 0;
  for (const auto& [asked, count] : state_->book.questions) sum += IsUnder(asked, name) ? count : 0;
  return sum;
}

unsigned FakeNameServer::probes() const {
  const std::lock_guard lock(state_->book.mutex);
  const auto found = state_->book.questions.find("");
  return found == state_->book.questions.end() ? 0 : found->second;
}

unsigned FakeNameServer::tcp_questions() const {
  const std::lock_guard lock(state_->book.mutex);
  return state_->book.tcp_questions;
}

std::vector<std::uint16_t> FakeNameServer::source_ports() const {
  const std::lock_guard lock(state_->book.mutex);
  return state_->book.source_ports;
}

bool FakeNameServer::last_question_had_edns() const {
  const std::lock_guard lock(state_->book.mutex);
  return state_->book.last_had_edns;
}

}  // namespace support
