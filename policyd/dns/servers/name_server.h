// Sends queries to one name server and delivers its replies, as bytes.  Belongs to one loop's thread.
//
// Behind it stand c-ares channels (cares_server.cc); the Resolver decides what is asked, when and how often.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/uv_handle.h"

namespace policyd::dns {

class NameServer {
 public:
  struct Result {
    enum class Outcome : std::uint8_t {
      kReply,    // `message` came; whether it is an answer is for ParseReply()
      kRefused,  // the server's machine refused, or nothing could be sent
      kLost,     // nothing came
    };
    std::uint64_t attempt = 0;  // as given to Send()
    Outcome outcome = Outcome::kLost;
    std::vector<std::uint8_t> message;
  };
  // What came together: the answer to it can be sent together.
  using Deliver = std::function<void(std::span<const Result>)>;

  virtual ~NameServer() = default;

  // Sends over UDP; a truncated answer is delivered as it is.  The result is delivered once, never from inside.
  // REQUIRES: the query carries OPT exactly where speaks_edns().
  virtual void Send(std::uint64_t attempt, std::span<const std::uint8_t> query) = 0;
  // The same over a TCP connection of its own: what becomes of it touches no other question.  Where too many are open,
  // the oldest is closed and its result is kLost: a server that has the answer needs no time for it.
  virtual void SendOverTcp(std::uint64_t attempt, std::span<const std::uint8_t> query) = 0;

  virtual bool speaks_edns() const = 0;
  // It answered FORMERR to EDNS: for some minutes it is asked without.
  virtual void StopEdns() = 0;

  // Nobody waits for this attempt any more: its TCP connection, if it has one, is closed.
  virtual void GaveUp(std::uint64_t attempt) = 0;

  // For what is sent from now on: after it a result is kLost.
  virtual void SetPatience(std::chrono::milliseconds patience) = 0;

  // To be called a few times a second while results are due.
  virtual void Tick() = 0;
};

std::unique_ptr<NameServer> MakeNameServer(uv_loop_t* loop, const config::Endpoint& endpoint,
                                           std::chrono::milliseconds patience, NameServer::Deliver deliver);

}  // namespace policyd::dns
