#include "policyd/http/server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <microhttpd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>

#include "cache/locked.h"
#include "policyd/http/admission.h"
#include "policyd/http/crew.h"
#include "policyd/http/wire/answer.h"
#include "policyd/http/wire/arrivals.h"
#include "policyd/http/wire/connections.h"
#include "policyd/http/wire/door.h"
#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kWithoutDescriptors{50};  // until it is tried again
constexpr milliseconds kFarewell{1'000};         // for answers that are ready when the server ends
constexpr std::size_t kPageThreads = 4;
// A head of 8 KiB fits whatever it holds: of each header, cookie and parameter the library keeps a record.
constexpr std::size_t kMemoryOfConnection = 1024 * 1024;

// One request and what becomes of it.
struct Exchange {
  std::string target;  // as it was sent
  HttpRequest request{};
  MHD_Connection* connection = nullptr;
  bool has_headers = false;
  const Route* route = nullptr;
  std::optional<HttpResponse> answer{};
  std::uint64_t received = 0;  // of the body
  bool is_suspended = false;
};

// Of an answer that cannot be sent the connection is closed.
MHD_Result Sent(MHD_Connection* connection, const HttpResponse& answer) {
  return Send(connection, answer) ? MHD_YES : MHD_NO;
}

// A header that comes twice is as if its values stood in one, behind commas.
MHD_Result NoteHeader(void* headers, MHD_ValueKind, const char* name, const char* value) {
  auto& all = *static_cast<decltype(HttpRequest::headers)*>(headers);
  const auto [place, is_new] = all.emplace(rules::LowerAscii(name), value ? value : "");
  if (!is_new) place->second.append(", ").append(value ? value : "");
  return MHD_YES;
}

// Nothing where there is no body, or its end tells its length.
std::optional<std::uint64_t> LengthOfBody(const HttpRequest& request) {
  const std::string_view text = request.Header("content-length");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}

// A short body need not be waited for: it is in the kernel's hands by now.  One that does not end in time is not,
// either.
bool DropsBody(const HttpRequest& request) {
  if (!request.Header("expect").empty()) return false;
  const auto length = LengthOfBody(request);
  return length && *length > kMostOfBody && *length <= kMostDropped;
}

HttpResponse Ending(std::string_view path) {
  HttpResponse response = ErrorResponse(path, 503, "the daemon ends; nothing was changed");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

HttpResponse TooBusy(std::string_view path, const char* seconds) {
  HttpResponse response = ErrorResponse(path, 503, "too much is being asked at once: try again");
  response.headers.emplace_back("Retry-After", seconds);
  return response;
}

}  // namespace

class HttpServer::Serving {
 public:
  Serving(serve::ListeningSocket socket, std::vector<Route> routes, ServerSettings settings)
      : socket_(std::move(socket)),
        settings_(std::move(settings)),
        admission_(std::move(routes), settings_.locked_out, settings_.missing),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        door_(socket_.fd()),
        arrivals_(connections_, [this](const Peer& peer) { Take(peer); }) {
    daemon_ = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
                               Receive, this, MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(2 * kMostConnections),
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMemoryOfConnection, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                               MHD_OPTION_NOTIFY_CONNECTION, Notify, this, MHD_OPTION_URI_LOG_CALLBACK, Begin, this,
                               MHD_OPTION_NOTIFY_COMPLETED, Complete, this, MHD_OPTION_END);
    if (is_started()) thread_ = std::jthread([this](const std::stop_token& is_stopped) { Run(is_stopped); });
  }
  ~Serving() {
    if (!is_started()) return;
    stop_.request_stop();
    thread_.request_stop();
    Wake();
    thread_.join();
    MHD_stop_daemon(daemon_);
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  void BeginStop() { stop_.request_stop(); }
  bool is_started() const { return daemon_ && wake_.get() >= 0 && arrivals_.fd() >= 0; }
  int fd() const { return socket_.fd(); }

 private:
  void Run(const std::stop_token& is_stopped);
  bool HasEnded(Clock::time_point now);
  bool IsAnswering() const;
  int TimeToWait() const;
  void LetAllIn();
  void GiveUpOne();
  void Take(const Peer& peer);
  void Wake() const;
  void SendFinished();

  MHD_Result HeadersCame(Exchange& exchange, const char* method);
  MHD_Result Dispatch(Exchange& exchange);
  HttpResponse AnswerOf(const Exchange& exchange) const;

  // Called back by the library; `self` is the Serving.
  static void Notify(void* self, MHD_Connection* connection, void** context, MHD_ConnectionNotificationCode what);
  static void* Begin(void* self, const char* target, MHD_Connection* connection);
  static MHD_Result Receive(void* self, MHD_Connection* connection, const char* url, const char* method,
                            const char* version, const char* data, std::size_t* size, void** context);
  static void Complete(void* self, MHD_Connection* connection, void** context, MHD_RequestTerminationCode why);
  static Serving& Of(void* self) { return *static_cast<Serving*>(self); }
  static int FdOf(MHD_Connection* connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  }

  const serve::ListeningSocket socket_;
  const ServerSettings settings_;
  Admission admission_;
  Descriptor wake_;
  Door door_;
  Connections connections_;
  Arrivals arrivals_;
  MHD_Daemon* daemon_ = nullptr;
  std::optional<Clock::time_point> next_deadline_;  // when the oldest connection began
  std::optional<Clock::time_point> farewell_;       // set once the server ends and nothing is being made
  std::map<MHD_Connection*, Exchange> exchanges_;

  std::size_t pages_ = 0;  // with the crews
  std::size_t long_ = 0;
  cache::Locked<std::vector<Exchange*>> finished_;
  std::stop_source stop_;
  std::unique_ptr<Crew> page_crew_ = std::make_unique<Crew>(kPageThreads);
  std::unique_ptr<Crew> long_crew_ = std::make_unique<Crew>(kMostLong);
  std::jthread thread_;
};

void HttpServer::Serving::Run(const std::stop_token& is_stopped) {
  const int epoll = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  while (!is_stopped.stop_requested() || !HasEnded(Clock::now())) {
    std::array<pollfd, 4> waits{
        {{wake_.get(), POLLIN, 0}, {epoll, POLLIN, 0}, {arrivals_.fd(), POLLIN, 0}, {socket_.fd(), POLLIN, 0}}};
    // The last one only where there are descriptors for what comes.
    poll(waits.data(), door_.is_short() ? 3 : 4, TimeToWait());
    door_.TryAgain();
    SendFinished();
    arrivals_.Look();
    if (waits[3].revents != 0 && !is_stopped.stop_requested()) LetAllIn();
    next_deadline_ = connections_.GiveUpBefore(Clock::now() - settings_.patience);
    MHD_run(daemon_);
  }
}

// What is being made is made to its end, as it may be a change, and its asker hears of it if it listens.
bool HttpServer::Serving::HasEnded(Clock::time_point now) {
  if (pages_ + long_ > 0) return false;
  if (!farewell_) farewell_ = now + kFarewell;
  return now >= *farewell_ || !IsAnswering();
}

bool HttpServer::Serving::IsAnswering() const {
  return std::any_of(exchanges_.begin(), exchanges_.end(),
                     [](const auto& one) { return one.second.answer.has_value(); });
}

int HttpServer::Serving::TimeToWait() const {
  milliseconds wait{door_.is_short() ? kWithoutDescriptors : milliseconds{60'000}};
  if (farewell_) wait = kWithoutDescriptors;
  MHD_UNSIGNED_LONG_LONG theirs = 0;
  if (MHD_get_timeout(daemon_, &theirs) == MHD_YES) wait = std::min(wait, milliseconds{theirs});
  if (next_deadline_) {
    const auto left = std::chrono::ceil<milliseconds>(*next_deadline_ + settings_.patience - Clock::now());
    wait = std::min(wait, std::max(left, milliseconds{1}));
  }
  return static_cast<int>(wait.count());
}

// One after the other is answered before the next is taken: of a flood each has its turn.
void HttpServer::Serving::LetAllIn() {
  for (std::size_t i = 0; i < kMostConnections; ++i) {
    const auto peer = door_.LetIn([this] { GiveUpOne(); });
    if (!peer) return;
    if (connections_.size() >= kMostConnections) GiveUpOne();
    const Clock::time_point now = Clock::now();
    connections_.Add(peer->fd, PeerOf(AddressOf(reinterpret_cast<const sockaddr&>(peer->address))), now);
    if (!next_deadline_) next_deadline_ = now;
    arrivals_.Add(*peer);
    MHD_run(daemon_);
  }
}

// Its owner sees its end at once.
void HttpServer::Serving::GiveUpOne() {
  connections_.GiveUpOne();
  arrivals_.Look();
  MHD_run(daemon_);
}

// One whose head is well formed.
void HttpServer::Serving::Take(const Peer& peer) {
  const auto* address = reinterpret_cast<const sockaddr*>(&peer.address);
  if (MHD_add_connection(daemon_, peer.fd, address, peer.size) != MHD_YES) connections_.Remove(peer.fd);
}

void HttpServer::Serving::Wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
}

void HttpServer::Serving::SendFinished() {
  std::uint64_t count = 0;
  if (read(wake_.get(), &count, sizeof count) < 0) return;
  const auto finished = std::exchange(*finished_.Lock(), {});
  for (Exchange* exchange : finished) {
    --(exchange->route->is_long ? long_ : pages_);
    exchange->is_suspended = false;
    connections_.Release(FdOf(exchange->connection), Clock::now());
    MHD_resume_connection(exchange->connection);
  }
}

MHD_Result HttpServer::Serving::HeadersCame(Exchange& exchange, const char* method) {
  HttpRequest& request = exchange.request;
  MHD_Connection* connection = exchange.connection;
  exchange.has_headers = true;
  request.method = method;
  request.stop = stop_.get_token();
  request.peer = AddressOf(*MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
  MHD_get_connection_values(connection, MHD_HEADER_KIND, NoteHeader, &request.headers);

  auto admitted = admission_.Admit(*settings_.access(), exchange.target, request, Clock::now());
  if (auto* refusal = std::get_if<HttpResponse>(&admitted)) exchange.answer = std::move(*refusal);
  if (const auto* route = std::get_if<const Route*>(&admitted)) exchange.route = *route;
  const auto length = LengthOfBody(request);
  if (!exchange.answer && length && *length > kMostOfBody) {
    exchange.answer = ErrorResponse(request.path, 413, "expected a body of at most 64 KiB");
  }
  if (!exchange.answer) return MHD_YES;
  return DropsBody(request) ? MHD_YES : Sent(connection, *exchange.answer);
}

// A page that is broken must not end the process that answers Postfix: what a library throws in it ends here.
HttpResponse HttpServer::Serving::AnswerOf(const Exchange& exchange) const {
  try {
    return exchange.route->answer(exchange.request);
  } catch (const std::exception& error) {
    if (settings_.failed) settings_.failed(exchange.request, error.what());
    return ErrorResponse(exchange.request.path, 500, "an internal error: the log of sekimorid has more");
  }
}

MHD_Result HttpServer::Serving::Dispatch(Exchange& exchange) {
  const Route& route = *exchange.route;
  if (route.is_quick) return Sent(exchange.connection, AnswerOf(exchange));
  std::size_t& busy = route.is_long ? long_ : pages_;
  // A change is made and told, or refused: none begins once the server ends.
  const auto answer = [this, &exchange] {
    exchange.answer = stop_.stop_requested() ? Ending(exchange.request.path) : AnswerOf(exchange);
    finished_.Lock()->push_back(&exchange);
    Wake();
  };
  if (stop_.stop_requested()) return Sent(exchange.connection, Ending(exchange.request.path));
  const bool has_room = busy < (route.is_long ? kMostLong : kMostPages);
  if (!has_room || !(route.is_long ? long_crew_ : page_crew_)->Add(answer)) {
    return Sent(exchange.connection, TooBusy(exchange.request.path, route.is_long ? "5" : "1"));
  }
  // It is resumed by this thread, so not before it is suspended.
  ++busy;
  exchange.is_suspended = true;
  connections_.Hold(FdOf(exchange.connection));
  MHD_suspend_connection(exchange.connection);
  return MHD_YES;
}

void HttpServer::Serving::Notify(void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) Of(self).connections_.Remove(FdOf(connection));
}

void* HttpServer::Serving::Begin(void* self, const char* target, MHD_Connection* connection) {
  return &(Of(self).exchanges_[connection] = Exchange{.target = target, .connection = connection});
}

MHD_Result HttpServer::Serving::Receive(void* self, MHD_Connection* connection, const char*, const char* method,
                                        const char*, const char* data, std::size_t* size, void** context) {
  Serving& serving = Of(self);
  auto& exchange = *static_cast<Exchange*>(*context);
  if (!exchange.has_headers) return serving.HeadersCame(exchange, method);
  if (*size > 0) {
    exchange.received += *size;
    if (exchange.received <= kMostOfBody) exchange.request.body.append(data, *size);
    *size = 0;
    return exchange.received <= kMostDropped ? MHD_YES : MHD_NO;
  }
  if (!exchange.answer && exchange.received > kMostOfBody) {
    exchange.answer = ErrorResponse(exchange.request.path, 413, "expected a body of at most 64 KiB");
  }
  return exchange.answer ? Sent(connection, *exchange.answer) : serving.Dispatch(exchange);
}

void HttpServer::Serving::Complete(void* self, MHD_Connection* connection, void**, MHD_RequestTerminationCode) {
  Of(self).exchanges_.erase(connection);
}

HttpServer::HttpServer(std::unique_ptr<Serving> serving) : serving_(std::move(serving)) {}

HttpServer::~HttpServer() = default;

void HttpServer::BeginStop() {
  serving_->BeginStop();
}

rules::Result<std::unique_ptr<HttpServer>> HttpServer::Start(serve::ListeningSocket socket, std::vector<Route> routes,
                                                             ServerSettings settings) {
  auto serving = std::make_unique<Serving>(std::move(socket), std::move(routes), std::move(settings));
  if (!serving->is_started()) return rules::Error{"the server does not start: no descriptors left"};
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(serving)));
}

std::uint16_t HttpServer::port() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(serving_->fd(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  switch (bound.ss_family) {
    case AF_INET:
      return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
    case AF_INET6:
      return ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
    default:
      return 0;
  }
}

}  // namespace policyd::http
