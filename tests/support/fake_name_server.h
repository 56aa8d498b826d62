// A scriptable name server on a port of 127.0.0.1, UDP and TCP, with a thread of its own: answers by table, faults by
// name.  All methods are safe from all threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config.h"
#include "tests/support/dns_message.h"

namespace support {

struct Fault {
  enum class Kind : std::uint8_t {
    kDrop,             // no answer
    kDropHalf,         // no answer to every second question
    kDelay,            // the right answer after `delay`
    kRcode,            // `rcode` and nothing else
    kFormErrToEdns,    // FORMERR without OPT while the question carries OPT
    kFormErrWithOpt,   // FORMERR with OPT while the question carries OPT
    kBadVers,          // rcode 16
    kTruncate,         // TC over UDP, the right answer over TCP
    kTruncateHang,     // TC over UDP; over TCP two bytes of length, then nothing
    kTruncateHalf,     // TC over UDP; over TCP one byte of length, then nothing
    kTruncateSilent,   // TC over UDP; over TCP nothing
    kTruncateDrip,     // TC over UDP; over TCP the right answer, a byte every 50 ms
    kTruncateGarbage,  // TC over UDP; over TCP 40 bytes of nonsense
    kTruncateClose,    // TC over UDP; TCP connections are closed at once
    kWrongId,
    kWrongQuestion,
    kLowerCase,  // the question in lower case
    kEcho,       // our own question, QR = 0
    kGarbage,    // 40 bytes of nonsense behind the right id
    kPointerLoop,
    kEmpty,  // a datagram of no bytes, then the right answer
    kTwice,  // the right answer two times
    kReferral,
  };
  Kind kind = Kind::kDrop;
  std::chrono::milliseconds delay{0};
  unsigned rcode = 2;
  unsigned times = std::numeric_limits<unsigned>::max();  // then it answers as if nothing had been
};

class FakeNameServer {
 public:
  // Port 0: any that is free.
  explicit FakeNameServer(std::uint16_t port = 0);
  ~FakeNameServer();
  FakeNameServer(const FakeNameServer&) = delete;
  FakeNameServer& operator=(const FakeNameServer&) = delete;

  policyd::config::Endpoint endpoint() const;
  std::uint16_t port() const;

  // Names without records are NXDOMAIN, with an SOA of this TTL.
  void Add(Record record);
  void Remove(std::string_view owner);
  void SetNegativeTtl(std::uint32_t ttl);

  // For names equal to or below `name`; "" is all.  The latest that fits holds.
  void SetFault(Fault fault, std::string_view name = "");
  void ClearFaults();
  // From now on connections over TCP are refused.
  void RefuseTcp();

  // Questions that arrived for names equal to or below `name`, repeated ones too.
  unsigned questions(std::string_view name = "") const;
  unsigned probes() const;  // questions about the root
  unsigned tcp_questions() const;
  // The ports that questions came from, in order.
  std::vector<std::uint16_t> source_ports() const;
  bool last_question_had_edns() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace support
