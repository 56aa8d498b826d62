// The Resolver over the name servers of resolv.conf, also when the file changes: DHCP and VPN clients write it anew.
// Belongs to one loop's thread.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "policyd/dns/resolver.h"
#include "policyd/dns/servers/resolv_conf.h"
#include "policyd/dns/switched_resolver.h"

namespace policyd::dns {

class SystemResolver final : public Resolver {
 public:
  SystemResolver(uv_loop_t* loop, DnsSettings settings, ResolverEvents events, std::string file);

  void Ask(const rules::DnsQuestion& question, const QuestionShare& share, Deadline deadline,
           Callback callback) override {
    resolver_.Ask(question, share, deadline, std::move(callback));
  }
  bool servers_are_down() const override { return resolver_.servers_are_down(); }
  std::vector<rules::NameServerState> servers() const override { return resolver_.servers(); }
  bool is_idle() const override { return resolver_.is_idle(); }

  // Reads the file again if it is another one; called every few seconds.
  void Look();

 private:
  // What tells that a file was changed or replaced.
  struct Version {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec written{};
  };
  Version Stat() const;
  std::vector<Endpoint> Read() const;
  std::unique_ptr<Resolver> Make() const;

  uv_loop_t* loop_;
  DnsSettings settings_;
  ResolverEvents events_;
  std::string file_;
  Version version_;
  std::vector<Endpoint> servers_;
  SwitchedResolver resolver_;
  Timer timer_;
};

}  // namespace policyd::dns
