"""A name server that says what a scenario wrote down, and misbehaves as it was told to.

Zone.tell() takes the words of a `dns` line (see play.py).  One thread serves all addresses over UDP and TCP; a test
changes the Zone while it runs.
"""

import contextlib
import heapq
import itertools
import re
import selectors
import socket
import struct
import threading
import time

from dns_message import TYPES, Question, encode_rdata, message, read_question

NXDOMAIN, NODATA = "nxdomain", "nodata"
RCODES = {"formerr": 1, "servfail": 2, "refused": 5}
# What a server does to a right answer.
FAULTS = {"drop", "drop-half", "delay", "truncate", "wrong-id", "wrong-question", "wrong-case", "echo", "garbage",
          "loop", "overrun", "empty", "twice", "formerr-to-edns", "rcode", *RCODES}
# hangs: nothing follows the length of an answer; half: nor half of the length; drips: a byte every 50 ms.
TCP_FAULTS = {"hangs", "half", "silent", "drips", "garbage", "closes"}
PLAIN_UDP = 512
LARGEST_TCP = 65535


class Fault:
    def __init__(self, words):
        self.kind = words[0]
        self.argument = words[1] if len(words) > 1 else None
        if self.kind == "delay":
            number, unit = re.fullmatch(r"(\d+)(ms|s)", self.argument or "").groups()
            self.seconds = int(number) / (1000 if unit == "ms" else 1)


class Records:
    """What is true of one name and type."""

    def __init__(self):
        self.data, self.ttl, self.negative = [], 3600, None


def wildcards(name):
    """*.example, *"""
    labels = name.split(".")
    return ["*." + ".".join(labels[n:]) for n in range(1, len(labels))] + ["*"]


class Zone:
    """What every server of a scenario knows; what is not there is NXDOMAIN for 60 s.  Safe from all threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._records, self._faults, self._forged = {}, {}, {}
        self._asked = []
        self._dropped = set()

    def tell(self, server, name, words):
        """`server`: its number, or None for all; `name`: lower case, or * for every name."""
        with self._lock:
            kind = words[0]
            if kind == "ok":
                self._faults = {key: fault for key, fault in self._faults.items() if key[1] != name}
                self._forged.pop(name, None)
            elif kind == "forged":
                self._forged[name] = (Fault(words[1:2]), words[2], words[3])
            elif kind in FAULTS:
                self._faults[server, name, None] = Fault(words)
            elif kind in TYPES and words[1] in FAULTS:
                self._faults[server, name, kind] = Fault(words[1:])
            elif kind in (NXDOMAIN, NODATA):
                self._set(name, None, [], words[1:]).negative = kind
            elif kind in TYPES:
                end = words.index("ttl") if "ttl" in words else len(words)
                self._set(name, kind, [data for word in words[1:end] for data in expand(word)], words[end:])
            else:
                raise ValueError(f"expected a record type, a fault or ok, got {kind!r}")

    def forget(self, name):
        with self._lock:
            self._records = {key: value for key, value in self._records.items() if key[0] != name}

    def _set(self, name, kind, data, options):
        if kind is None:
            self._records = {key: value for key, value in self._records.items() if key[0] != name}
        else:
            self._records.pop((name, None), None)
        records = self._records.setdefault((name, kind), Records())
        records.data += data
        if options:
            if options[0] != "ttl":
                raise ValueError(f"expected ttl SECONDS, got {options[0]!r}")
            records.ttl = int(options[1])
        return records

    def count(self, name, kind=None, server=None):
        with self._lock:
            return sum(1 for asked in self._asked
                       if asked[1] == name and kind in (None, asked[2]) and server in (None, asked[0]))

    def questions(self):
        with self._lock:
            return list(self._asked)

    def replies(self, server, packet, is_tcp):
        """[(seconds from now, bytes)] for one query."""
        question = read_question(packet)
        if not question:
            return []
        with self._lock:
            self._asked.append((server, question.name, question.kind))
            fault = next((self._faults[key] for key in itertools.product(
                (server, None), [question.name, *wildcards(question.name)], (question.kind, None))
                if key in self._faults), None)
            right = self._answer(question)
            replies = self._with_fault(fault, question, right, is_tcp)
            if question.name in self._forged:
                forged, kind, data = self._forged[question.name]
                lie = Question(question.id, question.raw_name, kind, question.udp_size)
                replies = self._with_fault(forged, lie, message(lie, [(question.name, kind, 60, data)]),
                                           is_tcp) + replies
            return replies

    def _answer(self, question):
        """Follows CNAMEs as a resolver does: the whole chain is in the answer."""
        name, answers = question.name, []
        for _ in range(20):
            records = self._find(name, question.kind)
            alias = self._find(name, "CNAME")
            if records:
                answers += [(name, question.kind, records.ttl, data) for data in records.data]
                return message(question, answers)
            if not alias:
                break
            answers.append((name, "CNAME", alias.ttl, alias.data[0]))
            name = alias.data[0].lower()
        if alias:
            return message(question, answers)
        said = self._find(name, None)
        exists = (said and said.negative == NODATA) or any(key[0] == name and key[1] for key in self._records)
        return message(question, answers, rcode=0 if exists else 3, soa_ttl=said.ttl if said else 60)

    def _find(self, name, kind):
        """What is said of a name, or of all names below one of those above it."""
        for owner in (name, *wildcards(name)):
            if (owner, kind) in self._records:
                return self._records[owner, kind]
        return None

    def _with_fault(self, fault, question, right, is_tcp):
        if fault is None:
            return [(0, self._fit(question, right, is_tcp))]
        if fault.kind in RCODES:
            return [(0, message(question, [], rcode=RCODES[fault.kind]))]
        if fault.kind == "rcode":
            if int(fault.argument) > 15 and not question.udp_size:
                return [(0, right)]  # its upper bits have no place without EDNS
            return [(0, message(question, [], rcode=int(fault.argument)))]
        if fault.kind == "formerr-to-edns":
            return [(0, message(question, [], rcode=1, with_opt=False) if question.udp_size else right)]
        if fault.kind == "drop-half":
            # Of each question the first is lost, the second answered, and so on.
            key = (question.name, question.kind)
            self._dropped ^= {key}
            return [] if key in self._dropped else [(0, right)]
        if fault.kind == "delay":
            return [(fault.seconds, self._fit(question, right, is_tcp))]
        if fault.kind == "truncate":
            return [(0, right if is_tcp else message(question, [], is_truncated=True))]
        return [(0, packet) for packet in mangled(fault.kind, question, right)]

    @staticmethod
    def _fit(question, right, is_tcp):
        room = LARGEST_TCP if is_tcp else max(question.udp_size, PLAIN_UDP)
        return right if len(right) <= room else message(question, [], is_truncated=True)


def mangled(kind, question, right):
    """The packets that a broken or hostile server sends."""
    body = len(question.raw_name) + 16  # behind header and question
    return {
        "drop": [],
        "twice": [right, right],
        "empty": [b""],
        "garbage": [right[:2] + bytes((7 * n) % 256 for n in range(60))],
        "echo": [right[:2] + b"\x01\x00" + right[4:6] + b"\0\0\0\0\0\0" + right[12:body]],
        "wrong-id": [struct.pack(">H", question.id ^ 0x5555) + right[2:]],
        "wrong-question": [right[:12] + b"\x05other" + right[12:]],
        "wrong-case": [right[:12] + right[12:body].swapcase() + right[body:]],
        # An answer whose owner is a pointer to itself, and one whose label runs over the end.
        "loop": [right[:6] + b"\0\1\0\0\0\0" + right[12:body] + struct.pack(">HHHIH", 0xC000 | body, 1, 1, 60, 4)
                 + b"\x7f\0\0\2"],
        "overrun": [right[:6] + b"\0\1\0\0\0\0" + right[12:body] + b"\x3fover"],
    }[kind]


def expand(text):
    """host[1-3].example stands for three; more than one [1-3] for all their pairs."""
    found = re.search(r"\[(\d+)-(\d+)\]", text)
    if not found:
        yield text
        return
    for number in range(int(found[1]), int(found[2]) + 1):
        yield from expand(text[:found.start()] + str(number) + text[found.end():])


class Server:
    """One address of the scenario's name servers.  UDP and TCP can be shut, as by a machine that is not there."""

    def __init__(self, number, address, port):
        self.number = number
        self.endpoint = (address, port)
        self.udp = self.tcp = None
        self.tcp_fault = None  # one of TCP_FAULTS


class NameServers:
    """Serves one Zone on all addresses from a thread of its own, until close()."""

    def __init__(self, zone, address, port, count):
        self._zone = zone
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, self._on_wake)
        self._lock = threading.Lock()
        self._orders, self._late, self._order = [], [], itertools.count()
        self.servers = [Server(number, address, port + number - 1) for number in range(1, count + 1)]
        for server in self.servers:
            self._open(server, "udp")
            self._open(server, "tcp")
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def set_open(self, number, transport, is_open):
        """Returns when it is so."""
        done = threading.Event()
        server = self.servers[number - 1]
        act = self._open if is_open else self._shut
        with self._lock:
            self._orders.append(lambda: (act(server, transport), done.set()))
        self._wake.send(b"x")
        done.wait(10)

    def close(self):
        self._is_closed = True
        self._wake.send(b"x")
        self._thread.join(10)

    def _open(self, server, transport):
        if getattr(server, transport):
            return
        opened = socket.socket(type=socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
        if transport == "tcp":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        opened.bind(server.endpoint)
        if transport == "tcp":
            opened.listen(64)
        opened.setblocking(False)
        act = self._on_udp if transport == "udp" else self._on_connect
        self._selector.register(opened, selectors.EVENT_READ, lambda: act(server))
        setattr(server, transport, opened)

    def _shut(self, server, transport):
        opened = getattr(server, transport)
        if opened:
            self._selector.unregister(opened)
            opened.close()
        setattr(server, transport, None)

    def _run(self):
        while not self._is_closed:
            now = time.monotonic()
            while self._late and self._late[0][0] <= now:
                heapq.heappop(self._late)[2]()
            patience = self._late[0][0] - now if self._late else None
            for key, _ in self._selector.select(patience):
                if key.fileobj.fileno() >= 0:
                    key.data()

    def _on_wake(self):
        self._woken.recv(4096)
        with self._lock:
            orders, self._orders = self._orders, []
        for order in orders:
            order()

    def _on_udp(self, server):
        try:
            while server.udp:
                packet, peer = server.udp.recvfrom(4096)
                for delay, reply in self._zone.replies(server.number, packet, is_tcp=False):
                    self._later(delay, lambda reply=reply, peer=peer: server.udp and server.udp.sendto(reply, peer))
        except BlockingIOError:
            pass

    def _on_connect(self, server):
        connection, _ = server.tcp.accept()
        connection.setblocking(False)
        received = bytearray()

        def on_bytes():
            try:
                part = connection.recv(4096)
            except OSError:
                part = b""
            received.extend(part)
            if not part:
                self._selector.unregister(connection)
                connection.close()
                return
            while len(received) >= 2 and len(received) >= 2 + struct.unpack(">H", received[:2])[0]:
                end = 2 + struct.unpack(">H", received[:2])[0]
                packet = bytes(received[2:end])
                del received[:end]
                for delay, reply in self._zone.replies(server.number, packet, is_tcp=True):
                    self._later(delay, lambda reply=reply: self._send_over_tcp(connection, reply, server.tcp_fault))

        self._selector.register(connection, selectors.EVENT_READ, on_bytes)

    def _send_over_tcp(self, connection, reply, fault):
        whole = struct.pack(">H", len(reply)) + reply
        if fault == "drips":
            for number in range(len(whole)):
                self._later(number * 0.05, lambda byte=whole[number:number + 1]: send_all(connection, byte))
        elif fault == "closes":
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # the selector sees it and tidies up
        elif fault != "silent":
            send_all(connection, {"hangs": whole[:2], "half": whole[:1], "garbage": b"\xa7" * 40}.get(fault, whole))

    def _later(self, delay, act):
        if delay == 0:
            act()
        else:
            heapq.heappush(self._late, (time.monotonic() + delay, next(self._order), act))


def send_all(connection, data):
    try:
        connection.setblocking(True)
        connection.sendall(data)
        connection.setblocking(False)
    except OSError:
        pass
