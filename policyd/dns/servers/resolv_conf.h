// Follows the name servers of resolv.conf(5): DHCP and VPN clients write it anew.
//
// c-ares would read the file once and with it search lists and options that we do not want.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/uv_handle.h"

namespace policyd::dns {

inline constexpr const char* kResolvConf = "/etc/resolv.conf";

// The first three `nameserver` lines with a numeric address, as the C library takes them; 127.0.0.1 where there is
// none. An address with a zone ("fe80::1%eth0") is left out.  Pure.
std::vector<config::Endpoint> ParseResolvConf(std::string_view text);

// Tells when the file names other servers.  Belongs to one loop's thread.
//
// The file is read every few seconds: it is often a symbolic link into another directory, in a container a mount, and
// no event tells of all the ways in which it is replaced.
class ResolvConfWatch {
 public:
  using Changed = std::function<void(const std::vector<config::Endpoint>& servers)>;

  // `changed` is not called for what servers() says at first.
  ResolvConfWatch(uv_loop_t* loop, std::string file, Changed changed);

  // Never empty.
  const std::vector<config::Endpoint>& servers() const { return servers_; }
  void Look();

 private:
  std::string file_;
  Changed changed_;
  std::vector<config::Endpoint> servers_;
  runtime::Timer timer_;
};

}  // namespace policyd::dns
