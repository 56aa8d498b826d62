// A name server over c-ares: the one file that includes ares.h.
#include <ares.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "policyd/dns/servers/name_server.h"
#include "policyd/dns/wire/dns_query.h"
#include "policyd/dns/wire/dns_reply.h"

// The traps of c-ares 1.18.1, and what is done about each:
// - It calls back from inside ares_send() (no socket) and ares_destroy(): results are gathered and delivered later.
// - ares_destroy() in a callback recurses for ever, ares_cancel() there frees twice: channels are retired, and go from
//   Tick(), which no callback calls; ares_cancel() is not used.
// - One FORMERR switches EDNS off for the whole channel, silently: until it is replaced, large answers cost a TCP
//   connection.  The next FORMERR reaches Resolver, which asks without EDNS then.  Queries without OPT must not be sent
//   on a channel with the flag, as a FORMERR would cut 11 bytes off them: StopEdns() takes another channel.
// - It has no memory of dead servers, and its time-outs add up over them: one channel per server, one try per query.
// - A refused UDP peer is seen only where a poll error is passed on to ares_process_fd(), and where the next query was
//   sent before that, only by that query: Refuse() tells the others.
// - An open channel keeps one source port: it is replaced after some queries.
// - A TCP connection that hangs is used again while any query is open, and one that fails takes all queries of its
//   channel with it, those over UDP too: TCP has a channel for each query, and none goes over to it by itself.
// - An answer larger than what we said we take is cut without a word: it is handed on as truncated.
// - QR bit, rcodes above 5 and the case of the question are not checked: ParseReply() and Resolver do.
// - A full socket buffer burns a try: Resolver bounds what is sent and unanswered.

namespace policyd::dns {
namespace {

using std::chrono::milliseconds;
using Outcome = NameServer::Result::Outcome;

constexpr unsigned kQueriesPerPort = 128;            // a forger has so many tries at one port
constexpr unsigned kQueriesPerLoopbackPort = 16384;  // nobody forges there, but a channel's state goes stale
constexpr milliseconds kWithoutEdns{600'000};
constexpr int kReceiveBuffer = 1 << 20;
constexpr std::size_t kMostTcpConnections = 64;  // to one server
constexpr std::size_t kPlainUdpPayload = 512;    // without EDNS (RFC 1035)

// One ares_channel with its sockets.
class CaresChannel {
 public:
  struct Options {
    config::Endpoint endpoint;
    bool edns = true;
    bool tcp = false;
    milliseconds patience{};
  };

  // `results` gets the results, `processed` is called after each event of a socket, outside of c-ares.
  CaresChannel(uv_loop_t* loop, const Options& options, std::vector<NameServer::Result>& results,
               std::function<void()> processed)
      : loop_(loop),
        payload_(options.edns ? kUdpPayload : kPlainUdpPayload),
        is_tcp_(options.tcp),
        results_(results),
        processed_(std::move(processed)) {
    Open(options);
  }
  ~CaresChannel() {
    is_closing_ = true;
    if (channel_) ares_destroy(channel_);
  }
  CaresChannel(const CaresChannel&) = delete;
  CaresChannel& operator=(const CaresChannel&) = delete;

  void Send(std::uint64_t attempt, std::span<const std::uint8_t> query) {
    if (!channel_) {
      results_.push_back({.attempt = attempt, .outcome = Outcome::kRefused, .message = {}});
      return;
    }
    ++sent_;
    OpenQuery& open = open_.try_emplace(attempt, OpenQuery{.channel = this, .attempt = attempt}).first->second;
    errno = 0;
    is_refused_ = false;
    ares_send(channel_, query.data(), static_cast<int>(query.size()), OnAnswer, &open);
    if (std::exchange(is_refused_, false)) Refuse();
  }

  void Tick() {
    if (channel_) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }

  // Nothing waits for its queries any more: they give no results.
  void Abandon() { is_closing_ = true; }

  unsigned sent() const { return sent_; }
  bool is_idle() const { return open_.empty(); }

 private:
  struct OpenQuery {
    CaresChannel* channel = nullptr;
    std::uint64_t attempt = 0;
    bool is_told = false;  // its result was delivered
  };

  void Open(const Options& options) {
    ares_options settings{};
    settings.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP;
    settings.flags |= options.tcp ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC;
    if (options.edns) settings.flags |= ARES_FLAG_EDNS;
    settings.timeout = static_cast<int>(options.patience.count());
    settings.tries = 1;
    settings.ednspsz = kUdpPayload;
    settings.socket_receive_buffer_size = kReceiveBuffer;
    std::string lookups = "b", resolv_conf = "/dev/null";
    settings.lookups = lookups.data();
    settings.resolvconf_path = resolv_conf.data();
    settings.sock_state_cb = OnSocketState;
    settings.sock_state_cb_data = this;
    const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS |
                     ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_SOCK_RCVBUF | ARES_OPT_DOMAINS |
                     ARES_OPT_NOROTATE;
    if (ares_init_options(&channel_, &settings, mask) != ARES_SUCCESS) {
      channel_ = nullptr;
      return;
    }
    const auto& [is_unix, host, port] = options.endpoint;
    const std::string server =
        (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
    if (ares_set_servers_ports_csv(channel_, server.c_str()) == ARES_SUCCESS) return;
    ares_destroy(std::exchange(channel_, nullptr));
  }

  static void OnAnswer(void* arg, int status, int /*timeouts*/, unsigned char* message, int size) {
    const OpenQuery open = *static_cast<OpenQuery*>(arg);
    // Of the system call that sent it: a full buffer fails it too, and says nothing of the peer.
    if (status == ARES_ECONNREFUSED && errno == ECONNREFUSED) open.channel->is_refused_ = true;
    open.channel->Finish(open, status, {message, message ? static_cast<std::size_t>(size) : 0});
  }

  // The peer's refusal of an earlier query was reported when the last one was sent, and is reported only once.
  void Refuse() {
    for (auto& [attempt, open] : open_) {
      if (std::exchange(open.is_told, true)) continue;
      results_.push_back({.attempt = attempt, .outcome = Outcome::kRefused, .message = {}});
    }
  }

  void Finish(const OpenQuery& open, int status, std::span<const std::uint8_t> message) {
    const std::uint64_t attempt = open.attempt;
    open_.erase(attempt);
    if (is_closing_ || open.is_told) return;
    NameServer::Result result{.attempt = attempt, .outcome = Outcome::kRefused, .message = {}};
    if (status == ARES_SUCCESS) {
      result.outcome = Outcome::kReply;
      result.message.assign(message.begin(), message.end());
      if (!is_tcp_ && message.size() >= payload_) result.message[2] |= kTruncatedBit;
    } else if (status == ARES_ETIMEOUT) {
      result.outcome = Outcome::kLost;
    }
    results_.push_back(std::move(result));
  }

  static void OnSocketState(void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<CaresChannel*>(self)->Watch(
        socket, (readable != 0 ? int{UV_READABLE} : 0) | (writable != 0 ? int{UV_WRITABLE} : 0));
  }

  void Watch(ares_socket_t socket, int events) {
    if (events == 0) {
      sockets_.erase(socket);
      return;
    }
    auto& watched = sockets_[socket];
    watched.events = events;
    if (!watched.poll) {
      watched.poll = std::make_unique<runtime::Poll>(
          loop_, socket, [this, socket](int status, int happened) { OnSocketEvent(socket, status, happened); });
    }
    watched.poll->Start(events);
  }

  void OnSocketEvent(ares_socket_t socket, int status, int events) {
    const bool failed = status < 0;  // c-ares learns the error by reading and writing
    ares_process_fd(channel_, failed || (events & UV_READABLE) != 0 ? socket : ARES_SOCKET_BAD,
                    failed || (events & UV_WRITABLE) != 0 ? socket : ARES_SOCKET_BAD);
    // libuv stopped watching at the error; c-ares may have kept the socket.
    const auto watched = sockets_.find(socket);
    if (failed && watched != sockets_.end()) watched->second.poll->Start(watched->second.events);
    processed_();
  }

  struct Watched {
    std::unique_ptr<runtime::Poll> poll;
    int events = 0;
  };

  uv_loop_t* loop_;
  std::size_t payload_;
  bool is_tcp_;
  std::vector<NameServer::Result>& results_;
  std::function<void()> processed_;
  ares_channel channel_ = nullptr;
  std::unordered_map<std::uint64_t, OpenQuery> open_;
  std::unordered_map<ares_socket_t, Watched> sockets_;
  unsigned sent_ = 0;
  bool is_refused_ = false;  // by the system call of the query being sent
  bool is_closing_ = false;
};

class CaresServer final : public NameServer {
 public:
  CaresServer(uv_loop_t* loop, config::Endpoint endpoint, milliseconds patience, Deliver deliver)
      : loop_(loop),
        endpoint_(std::move(endpoint)),
        patience_(patience),
        deliver_(std::move(deliver)),
        deferred_(loop, [this] { DeliverResults(); }) {}

  void Send(std::uint64_t attempt, std::span<const std::uint8_t> query) override {
    if (!channel_) {
      const CaresChannel::Options options{.endpoint = endpoint_, .edns = speaks_edns_, .patience = patience_};
      channel_ = std::make_unique<CaresChannel>(loop_, options, results_, [this] { DeliverResults(); });
    }
    channel_->Send(attempt, query);
    const unsigned limit = endpoint_.is_loopback() ? kQueriesPerLoopbackPort : kQueriesPerPort;
    if (channel_->sent() >= limit) Retire();
    if (!results_.empty()) deferred_.Start(milliseconds(0));
  }

  void SetPatience(milliseconds patience) override {
    if (std::exchange(patience_, patience) != patience) Retire();
  }

  bool speaks_edns() const override { return speaks_edns_; }

  void StopEdns() override {
    if (!speaks_edns_) return;
    speaks_edns_ = false;
    edns_again_at_ = uv_now(loop_) + static_cast<std::uint64_t>(kWithoutEdns.count());
    Retire();
  }

  void SendOverTcp(std::uint64_t attempt, std::span<const std::uint8_t> query) override {
    while (over_tcp_.size() >= kMostTcpConnections) {
      const std::uint64_t oldest = over_tcp_.begin()->first;
      results_.push_back({.attempt = oldest, .outcome = Outcome::kLost, .message = {}});
      GaveUp(oldest);
    }
    const CaresChannel::Options options{
        .endpoint = endpoint_, .edns = speaks_edns_, .tcp = true, .patience = patience_};
    auto channel = std::make_unique<CaresChannel>(loop_, options, results_, [this] { DeliverResults(); });
    channel->Send(attempt, query);
    over_tcp_.emplace(attempt, std::move(channel));
    if (!results_.empty()) deferred_.Start(milliseconds(0));
  }

  void GaveUp(std::uint64_t attempt) override {
    const auto found = over_tcp_.find(attempt);
    if (found == over_tcp_.end()) return;
    found->second->Abandon();
    closing_.push_back(std::move(found->second));
    over_tcp_.erase(found);
  }

  void Tick() override {
    if (channel_) channel_->Tick();
    for (const auto& channel : retired_) channel->Tick();
    for (const auto& [attempt, channel] : over_tcp_) channel->Tick();
    closing_.clear();
    std::erase_if(over_tcp_, [](const auto& row) { return row.second->is_idle(); });
    DeliverResults();
    std::erase_if(retired_, [](const auto& channel) { return channel->is_idle(); });
    if (!speaks_edns_ && uv_now(loop_) >= edns_again_at_) {
      speaks_edns_ = true;
      Retire();
    }
  }

 private:
  // Answers to what was sent still arrive; the channel goes in a Tick() once there are none to come.
  void Retire() {
    if (channel_) retired_.push_back(std::move(channel_));
  }

  void DeliverResults() {
    if (results_.empty()) return;
    delivered_.swap(results_);
    deliver_(delivered_);
    delivered_.clear();
  }

  uv_loop_t* loop_;
  config::Endpoint endpoint_;
  milliseconds patience_;
  Deliver deliver_;
  runtime::Timer deferred_;
  std::vector<Result> results_, delivered_;  // they take turns
  std::unique_ptr<CaresChannel> channel_;
  std::vector<std::unique_ptr<CaresChannel>> retired_;
  std::map<std::uint64_t, std::unique_ptr<CaresChannel>> over_tcp_;  // by attempt: the oldest first
  std::vector<std::unique_ptr<CaresChannel>> closing_;               // c-ares may be inside a call on them
  bool speaks_edns_ = true;
  std::uint64_t edns_again_at_ = 0;
};

}  // namespace

std::unique_ptr<NameServer> MakeNameServer(uv_loop_t* loop, const config::Endpoint& endpoint, milliseconds patience,
                                           NameServer::Deliver deliver) {
  return std::make_unique<CaresServer>(loop, endpoint, patience, std::move(deliver));
}

}  // namespace policyd::dns
