"""A stranger's reverse zones that are silent, slow or broken, behind a real unbound: nobody else's mail notices.

The zones are those of the scenarios' name server, its second address for the stranger's: unbound remembers of each
address how quick it is.
"""

import itertools
import os
import statistics
import sys
import time

from scene import Scene, main
from stage import SLOW, program, wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from play import Flood, Player  # noqa: E402
from world import World  # noqa: E402

STRANGER = "18.198.in-addr.arpa"
STRANGERS_PER_NET = 40
STRANGERS = [f"198.18.{net}.{host}" for net in range(1, 5) for host in range(1, STRANGERS_PER_NET + 1)]
LISTED = "is listed by bl.example"
UNBOUND = """server:
  interface: 127.0.0.1
  port: {port}
  num-threads: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  do-ip6: no
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "{stranger}." nodefault
  local-zone: "113.0.203.in-addr.arpa." nodefault
  local-zone: "2.0.192.in-addr.arpa." nodefault
forward-zone:
  name: "."
  forward-addr: {host}@{first}
forward-zone:
  name: "{stranger}."
  forward-addr: {host}@{second}
"""


class SilentZonesTest(Scene):
    """No Postfix, no NSD: the player's world, with unbound between the daemon and its name server."""

    NUMBERS = itertools.count()

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.world = World(self.BUILD, next(self.NUMBERS))
        self.addCleanup(self.world.close)
        self.world.servers = 2
        self.servers = self.world.open_name_servers().servers
        self.world.set("dnsbl", "sites", '["bl.example*8"]')
        self.world.set("dns", "timeout", '"1s"')
        self.world.set("dns", "failure_ttl", '"1s"')
        port = self.world.stage.free_port()
        self.world.set("dns", "servers", f'["127.0.0.1:{port}"]')
        (host, first), (_, second) = (server.endpoint for server in self.servers)
        config = self.world.stage.write("unbound.conf", UNBOUND.format(
            port=port, directory=self.world.stage.directory, stranger=STRANGER, host=host, first=first, second=second))
        self.world.stage.start("unbound", [program("unbound"), "-d", "-p", "-c", config])
        zone = self.world.zone
        zone.tell(None, "*.bl.example", ["nxdomain", "ttl", "3600"])
        for host in range(1, 251):
            zone.tell(None, f"{host}.113.0.203.bl.example", ["A", "127.0.0.2"])
            zone.tell(None, f"{host}.2.0.192.in-addr.arpa", ["PTR", f"mail{host}.sender.example"])
            zone.tell(None, f"mail{host}.sender.example", ["A", f"192.0.2.{host}"])
        self.world.start()
        wait_for(lambda: LISTED in self.world.ask(client_address="203.0.113.250"), "unbound")
        self.hosts = iter(range(1, 250))

    def judge(self, count, every):
        """Listed clients that passed, and how long clean ones waited: one of either each time."""
        passed, took = [], []
        for _ in range(count):
            host = next(self.hosts)
            began = time.monotonic()
            answer = self.world.ask(client_address=f"192.0.2.{host}")
            took.append(time.monotonic() - began)
            self.assertEqual(answer, "DUNNO")
            listed = f"203.0.113.{host}"
            if LISTED not in self.world.ask(client_address=listed):
                passed.append(listed)
            time.sleep(every)
        return passed, took

    def attack(self, rates):
        requests = [{"client_address": client} for client in STRANGERS]
        Player(self.world).step(f"ask client_address=198.18.[1-4].[1-{STRANGERS_PER_NET}]")
        self.world.pass_time(2)  # what the list says is remembered from here on, failures are not
        for rate in rates:
            with self.subTest(rate=rate):
                flood = Flood(self.world, requests, rate / SLOW)
                passed, took = self.judge(4, 0.7 * SLOW)
                answers = flood.end()
                self.assertEqual(passed, [])
                self.assertLess(statistics.median(took), 0.9 * SLOW)
                self.assertEqual([answer for answer in answers if answer == "DUNNO"], [])
        self.assertFalse("state=down" in self.world.log())

    def test_zones_that_are_silent(self):
        self.world.zone.tell(2, f"*.{STRANGER}", ["drop"])
        self.attack((1, 5, 30, 300))

    def test_zones_that_answer_after_five_seconds(self):
        self.world.zone.tell(2, f"*.{STRANGER}", ["delay", "5s"])
        self.attack((5, 300))

    def test_zones_whose_answers_are_truncated_and_whose_tcp_fails(self):
        self.world.zone.tell(2, f"*.{STRANGER}", ["truncate"])
        for fault in ("closes", "silent"):
            self.servers[1].tcp_fault = fault
            self.attack((30,))


if __name__ == "__main__":
    main()
