// The limit: a libuv server that answers every request with a constant and does nothing else.
//
//   bench_bare_server at=inet:127.0.0.1:10040 [loops=2]
//
// One thread accepts and deals the connections out evenly; the loops read to the empty line and answer, by the streams
// of libuv.  Ends with SIGTERM.
#include <fcntl.h>
#include <uv.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "policyd/runtime/loop_queue.h"
#include "tests/bench/settings.h"
#include "tests/bench/socket_address.h"

namespace bench {
namespace {

constexpr std::string_view kAnswer = "action=DUNNO\n\n";

// One connection, freed by its own close callback.
struct Peer {
  uv_pipe_t stream{};  // serves TCP as well: libuv reads and writes any stream socket the same way
  bool ends_line = false;
  char bytes[16 * 1024];

  static Peer& Of(void* handle) { return *static_cast<Peer*>(static_cast<uv_handle_t*>(handle)->data); }
};

void Close(Peer& peer) {
  uv_close(reinterpret_cast<uv_handle_t*>(&peer.stream), [](uv_handle_t* handle) { delete &Peer::Of(handle); });
}

void OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  Peer& peer = Peer::Of(stream);
  if (count < 0) return Close(peer);
  if (count == 0) return;
  // Strictly one request at a time: an end can only be the last thing that came.
  const std::string_view bytes(buffer->base, static_cast<std::size_t>(count));
  const bool is_whole = bytes.ends_with("\n\n") || (peer.ends_line && bytes == "\n");
  peer.ends_line = !is_whole && bytes.ends_with('\n');
  if (!is_whole) return;
  uv_buf_t answer = uv_buf_init(const_cast<char*>(kAnswer.data()), kAnswer.size());
  uv_try_write(stream, &answer, 1);
}

void Take(uv_loop_t* loop, int fd) {
  Peer* peer = new Peer;
  uv_pipe_init(loop, &peer->stream, 0);
  peer->stream.data = peer;
  uv_pipe_open(&peer->stream, fd);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&peer->stream),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(Peer::Of(handle).bytes, sizeof Peer::bytes);
      },
      OnRead);
}

class Server {
 public:
  Server() : connections_(loop_.get(), [this](int fd) { Take(loop_.get(), fd); }) {
    std::thread([this] { loop_.Run(); }).detach();  // until the process ends
  }
  void Give(int fd) { connections_.Post(fd); }

 private:
  policyd::runtime::Loop loop_;
  policyd::runtime::LoopQueue<int> connections_;
};

int Main(int argc, char** argv) {
  Settings settings(argc, argv);
  const auto address = SocketAddress::Parse(settings.Text("at", ""));
  const auto loops = static_cast<std::size_t>(settings.Number("loops", 2));
  settings.Finish();
  if (!address) return 64;
  const int listening = address->NewSocket();
  if (bind(listening, address->get(), address->length) != 0 || listen(listening, SOMAXCONN) != 0) {
    std::perror("bench_bare_server");
    return 69;
  }
  std::vector<std::unique_ptr<Server>> servers;
  while (servers.size() < loops) servers.push_back(std::make_unique<Server>());
  for (std::size_t next = 0;; ++next) {
    const int fd = accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) servers[next % servers.size()]->Give(fd);
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
