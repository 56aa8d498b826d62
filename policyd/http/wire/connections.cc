#include "policyd/http/wire/connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace policyd::http {

void Connections::Remove(int fd) {
  all_.remove_if([fd](const Connection& connection) { return connection.fd == fd; });
}

void Connections::GiveUp(Connection& connection) {
  connection.is_given_up = true;
  shutdown(connection.fd, SHUT_RDWR);
}

std::list<Connections::Connection>::iterator Connections::Find(int fd) {
  return std::find_if(all_.begin(), all_.end(), [fd](const Connection& connection) { return connection.fd == fd; });
}

void Connections::Hold(int fd) {
  if (const auto found = Find(fd); found != all_.end()) found->is_held = true;
}

void Connections::Release(int fd, Time now) {
  const auto found = Find(fd);
  if (found == all_.end()) return;
  found->is_held = false;
  found->began = now;
  all_.splice(all_.end(), all_, found);
}

void Connections::GiveUpOne() {
  std::map<std::string_view, std::size_t> counts;
  for (const Connection& connection : all_) {
    if (connection.can_go()) ++counts[connection.peer];
  }
  const auto busiest =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (busiest == counts.end()) return;
  const auto oldest = std::find_if(all_.begin(), all_.end(), [&busiest](const Connection& connection) {
    return connection.peer == busiest->first && connection.can_go();
  });
  GiveUp(*oldest);
}

std::optional<Connections::Time> Connections::GiveUpBefore(Time time) {
  for (Connection& connection : all_) {
    if (!connection.can_go()) continue;
    if (connection.began >= time) return connection.began;
    GiveUp(connection);
  }
  return std::nullopt;
}

}  // namespace policyd::http
