// Prints the clients that the zones must know, one a line: KIND <tab> ADDRESS <tab> REVERSED ADDRESS <tab> NAME.
#include <cstdio>

#include "tests/bench/population.h"

int main() {
  for (const bench::Kind kind : bench::kKinds) {
    for (std::uint32_t number = 0; number < bench::SizeOf(kind); ++number) {
      const bench::Host host{kind, number};
      std::printf("%s\t%s\t%s\t%s\n", std::string(bench::NameOf(kind)).c_str(), host.Address().c_str(),
                  host.ReversedAddress().c_str(), host.Name().c_str());
    }
  }
  return 0;
}
