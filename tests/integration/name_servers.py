"""Real name servers for the tests: NSD for the zones, rbldnsd for a block list, both behind unbound.

All names and addresses are those set aside for documentation (RFC 2606, 5737, 3849).
"""

import ipaddress
import re
import signal
import socket
import struct

from stage import program, wait_for

LIST = "bl.example"  # the block list
FORWARD = "example"

# address -> (its PTR name or None, the addresses of that name)
HOSTS = {
    "192.0.2.10": ("mail.clean.example", ["192.0.2.10"]),
    "192.0.2.11": (None, []),
    "192.0.2.12": ("ghost.clean.example", []),
    "192.0.2.13": ("liar.clean.example", ["192.0.2.99"]),
    "192.0.2.14": ("mail.partner.example", ["192.0.2.99"]),  # claims a name that is somebody else's
    "192.0.2.16": (None, []),
    "192.0.2.17": (None, []),
    "192.0.2.20": ("mail.listed.example", ["192.0.2.20"]),
    "192.0.2.30": ("mail.other.example", ["192.0.2.30"]),
    "198.51.100.10": ("mail.classless.example", ["198.51.100.10"]),  # by RFC 2317, see CLASSLESS
    "203.0.113.45": ("203-0-113-45.adsl.isp.example", ["203.0.113.45"]),
    "203.0.113.46": ("203-0-113-46.adsl.isp.example", ["203.0.113.46"]),
    "203.0.113.77": ("203-0-113-77.partner.example", ["203.0.113.77"]),
    "2001:db8::10": ("mail.six.example", ["2001:db8::10"]),
    "2001:db8::11": (None, []),
    "2001:db8::12": ("ghost.six.example", []),
    "2001:db8::13": ("liar.six.example", ["2001:db8::99"]),
    "2001:db8::20": ("mail.sixlisted.example", ["2001:db8::20"]),
    "2001:db8::45": ("2001-db8-0-0-0-0-0-45.dyn.isp.example", ["2001:db8::45"]),
}

REVERSE = ["2.0.192.in-addr.arpa", "100.51.198.in-addr.arpa", "113.0.203.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"]
# A provider's customer keeps the reverse names of 198.51.100.0/26 himself (RFC 2317).
CLASSLESS = "0/26.100.51.198.in-addr.arpa"

# Besides the test points of RFC 5782.
LISTED_V4 = ["192.0.2.20"]
LISTED_V6 = ["2001:db8::20"]


def reverse_name(address):
    return ipaddress.ip_address(address).reverse_pointer


def zone_file(records):
    head = "$TTL 300\n@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ IN NS ns.example.\n"
    return head + "".join(f"{record}\n" for record in records)


def zones():
    """Zone name -> its file, made from HOSTS."""
    records = {zone: [] for zone in [FORWARD, CLASSLESS, *REVERSE]}
    records[FORWARD].append("ns.example. IN A 127.0.0.1")
    for address, (name, forward) in HOSTS.items():
        for target in forward:
            kind = "AAAA" if ":" in target else "A"
            records[FORWARD].append(f"{name}. IN {kind} {target}")
        if name is None:
            continue
        owner = reverse_name(address)
        zone = next(zone for zone in REVERSE if owner.endswith("." + zone))
        if zone == "100.51.198.in-addr.arpa":
            last = owner.split(".")[0]
            records[zone].append(f"{owner}. IN CNAME {last}.{CLASSLESS}.")
            owner, zone = f"{last}.{CLASSLESS}", CLASSLESS
        records[zone].append(f"{owner}. IN PTR {name}.")
    records["100.51.198.in-addr.arpa"].append(f"{CLASSLESS}. IN NS ns.example.")
    return {zone: zone_file(lines) for zone, lines in records.items()}


def encode_name(name):
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


class NameServers:
    """Starts the three; `port` is unbound's, the one to ask."""

    def __init__(self, stage):
        self._stage = stage
        self._marks = 0
        self._nsd_port, self._rbl_port, self.port = stage.free_port(), stage.free_port(), stage.free_port()
        self._nsd = stage.start("nsd", [program("nsd"), "-d", "-c", self._nsd_config()])
        self._rbldnsd = stage.start("rbldnsd", self._rbldnsd_command())
        self.unbound_config = self._unbound_config()
        self._unbound = stage.start("unbound", [program("unbound"), "-d", "-p", "-c", self.unbound_config])
        wait_for(lambda: self.ask("ns.example", 1), lambda: f"NSD behind unbound\n{self._unbound.text()}")
        wait_for(lambda: self.ask(f"2.0.0.127.{LIST}", 1), lambda: f"rbldnsd behind unbound\n{self._rbldnsd.text()}")

    def ask(self, name, kind):
        """One question to unbound; the number of records in its answer."""
        message = struct.pack(">6H", 4711, 0x0100, 1, 0, 0, 0) + encode_name(name) + struct.pack(">2H", kind, 1)
        with socket.socket(type=socket.SOCK_DGRAM) as connection:
            connection.settimeout(1)
            connection.connect(("127.0.0.1", self.port))
            try:
                connection.send(message)
                return struct.unpack(">6H", connection.recv(4096)[:12])[3]
            except OSError:
                return 0

    def questions(self):
        """(name, type) of every question that unbound was asked until now."""
        self._marks += 1
        mark = f"mark{self._marks}.example"
        self.ask(mark, 1)
        found = re.compile(r"info: 127\.0\.0\.1 (\S+)\. (\S+) IN")
        wait_for(lambda: f" {mark}. " in self._unbound.text(), "unbound's log")
        return [match.groups() for match in found.finditer(self._unbound.text())
                if not match[1].startswith("mark") and not match[1] == "ns.example"]

    def questions_about(self, address):
        """The questions that concern one client: its reverse name, the names that it has, the block list."""
        reverse = reverse_name(address)
        listed = reverse.rsplit(".", 2)[0] + "." + LIST
        return [(name, kind) for name, kind in self.questions() if name in (reverse, listed, HOSTS[address][0])]

    def pause(self):
        """No answer to anything from now on, as if the network were gone."""
        self._unbound.send(signal.SIGSTOP)

    def resume(self):
        self._unbound.send(signal.SIGCONT)
        wait_for(lambda: self.ask("ns.example", 1), "unbound after a pause")

    def _nsd_config(self):
        text = f"""server:
  ip-address: 127.0.0.1@{self._nsd_port}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "{self._stage.path('zones')}"
  pidfile: "{self._stage.path('nsd.pid')}"
  zonelistfile: "{self._stage.path('nsd.zonelist')}"
  xfrdfile: "{self._stage.path('nsd.xfrd')}"
  xfrdir: "{self._stage.directory}"
remote-control:
  control-enable: no
"""
        for zone, content in zones().items():
            file = zone.replace("/", "-")
            self._stage.write(f"zones/{file}", content)
            text += f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n'
        return self._stage.write("nsd.conf", text)

    def _rbldnsd_command(self):
        head = "$SOA 300 ns.example hostmaster.example 1 3600 600 86400 60\n$NS 300 ns.example\n$TTL 300\n"
        v4 = self._stage.write("list4", head + "".join(f"{a}\t:2:listed\n" for a in ["127.0.0.2", *LISTED_V4]))
        v6 = self._stage.write("list6", "".join(f"{a}\t:2:listed\n" for a in ["::ffff:7f00:2", *LISTED_V6]))
        return [program("rbldnsd"), "-n", "-u", "nobody:nogroup", "-b", f"127.0.0.1/{self._rbl_port}",
                f"{LIST}:ip4set:{v4}", f"{LIST}:ip6trie:{v6}"]

    def _unbound_config(self):
        text = f"""server:
  interface: 127.0.0.1
  port: {self.port}
  num-threads: 1
  username: ""
  chroot: ""
  directory: "{self._stage.directory}"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  log-queries: yes
  do-ip6: no
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "example." nodefault
"""
        for zone in [*REVERSE, CLASSLESS]:
            text += f'  local-zone: "{zone}." nodefault\n'
        for zone in [FORWARD, CLASSLESS, *REVERSE, LIST]:
            port = self._rbl_port if zone == LIST else self._nsd_port
            text += f'stub-zone:\n  name: "{zone}"\n  stub-addr: 127.0.0.1@{port}\n'
        return self._stage.write("unbound.conf", text)
