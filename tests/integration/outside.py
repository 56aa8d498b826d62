"""The daemon from outside: a policy connection as Postfix holds it, the clock it goes by, what /metrics says."""

import re
import select
import socket
import struct
import time

from stage import PATIENCE

REQUEST = {"request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "ESMTP",
           "client_name": "unknown", "reverse_client_name": "unknown", "helo_name": "mail.sender.example",
           "sender": "someone@sender.example", "recipient": "someone@ours.example", "sasl_username": ""}


class Client:
    """One policy connection, to a path or to (host, port)."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def fileno(self):
        return self._socket.fileno()

    def has_answer(self):
        return bool(select.select([self._socket], [], [], 0)[0])

    def send(self, client_address="unknown", **attributes):
        """A request of a message of its own, where no `instance` is given."""
        request = {**REQUEST, "client_address": client_address, "instance": f"{time.monotonic_ns():x}", **attributes}
        text = "".join(f"{name}={value}\n" for name, value in request.items())
        self._socket.sendall(text.encode() + b"\n")

    def receive(self):
        """What stands behind "action="; exactly one answer and not a byte more."""
        answer = b""
        while not answer.endswith(b"\n\n"):
            part = self._socket.recv(4096)
            if not part:
                raise AssertionError(f"the daemon closed the connection after {answer!r}")
            answer += part
        found = re.fullmatch(rb"action=([\x20-\x7e]+)\n\n", answer)
        if not found:
            raise AssertionError(f"expected one answer, got {answer!r}")
        return found[1].decode("ascii")

    def ask(self, client_address="unknown", **attributes):
        self.send(client_address, **attributes)
        return self.receive()


class Clock:
    """What SEKIMORI_TEST_CLOCK names: its programs are as far ahead of the time as it was moved."""

    def __init__(self, path):
        self.path = path
        self._offset = 0
        with open(path, "wb") as file:
            file.write(struct.pack("<q", 0))

    def move(self, seconds):
        self._offset += seconds
        with open(self.path, "r+b") as file:  # in place: the programs map the file
            file.write(struct.pack("<q", self._offset))


def metric(page, name):
    """The value of one line of /metrics, whatever the order of its labels; None where it is not there."""
    def key(text):
        family, _, labels = text.partition("{")
        return family, sorted(re.findall(r'(\w+)="([^"]*)"', labels))

    wanted = key(name)
    for line in page.splitlines():
        said, _, value = line.rpartition(" ")
        if said.startswith(wanted[0]) and key(said) == wanted:
            return float(value)
    return None
