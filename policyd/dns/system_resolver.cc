#include "policyd/dns/system_resolver.h"

#include <fstream>
#include <iterator>
#include <utility>

namespace policyd::dns {
namespace {

constexpr std::chrono::seconds kLookEvery{3};

}  // namespace

SystemResolver::SystemResolver(uv_loop_t* loop, DnsSettings settings, ResolverEvents events, std::string file)
    : loop_(loop),
      settings_(std::move(settings)),
      events_(std::move(events)),
      file_(std::move(file)),
      version_(Stat()),
      servers_(Read()),
      resolver_(loop, Make()),
      timer_(loop, [this] { Look(); }) {
  timer_.Start(kLookEvery, kLookEvery);
}

void SystemResolver::Look() {
  const Version now = Stat();
  const bool is_same = now.device == version_.device && now.inode == version_.inode && now.size == version_.size &&
                       now.written.tv_sec == version_.written.tv_sec && now.written.tv_nsec == version_.written.tv_nsec;
  if (is_same) return;
  version_ = now;
  auto servers = Read();
  if (servers == servers_) return;
  servers_ = std::move(servers);
  resolver_.SwitchTo(Make());
  if (events_.health_changed) events_.health_changed();
}

// All zero where there is no file.
SystemResolver::Version SystemResolver::Stat() const {
  struct stat status {};
  if (stat(file_.c_str(), &status) != 0) return {};
  return {.device = status.st_dev, .inode = status.st_ino, .size = status.st_size, .written = status.st_mtim};
}

std::vector<Endpoint> SystemResolver::Read() const {
  std::ifstream file(file_);
  return ParseResolvConf(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::unique_ptr<Resolver> SystemResolver::Make() const {
  DnsSettings settings = settings_;
  settings.servers = servers_;
  return MakeResolver(loop_, settings, events_);
}

}  // namespace policyd::dns
