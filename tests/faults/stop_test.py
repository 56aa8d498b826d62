"""Stopping under load, with name servers that do not answer: no request fails by Postfix's rules."""

import os
import select
import socket
import threading
import time

from fault_case import SLOW, FaultCase, main, wait_for
from outside import REQUEST
from world import POLICY_PORT

RESTARTS = int(os.environ.get("SEKIMORI_TEST_RESTARTS", "12"))


class Smtpd(threading.Thread):
    """What Postfix's attr_clnt does: a connection closed while idle is replaced without a word; a request that fails is
    tried once more after a second; the second failure is a fault."""

    def __init__(self, address, number, is_over):
        super().__init__()
        self._address, self._number, self._is_over = address, number, is_over
        self._connection = None
        self.asked = self.failed_tries = 0
        self.faults, self.longest = [], 0.0

    def run(self):
        while not self._is_over.is_set():
            self.asked += 1
            began = time.monotonic()
            client = f"{100 + self._number}.{self.asked // 62500 % 250}.{self.asked // 250 % 250}.{1 + self.asked % 250}"
            self._ask(client)
            self.longest = max(self.longest, time.monotonic() - began)
        if self._connection:
            self._connection.close()

    def _ask(self, client):
        for attempt in (1, 2):
            try:
                return self._try(client)
            except OSError as error:
                self._hang_up()
                self.failed_tries += 1
                if attempt == 2:
                    self.faults.append(str(error))
            if attempt == 1:
                time.sleep(1)

    def _try(self, client):
        if self._connection and select.select([self._connection], [], [], 0)[0]:
            self._hang_up()
        if not self._connection:
            self._connection = socket.create_connection(self._address, timeout=20)
        request = {**REQUEST, "client_address": client, "instance": f"{self._number}.{self.asked}"}
        self._connection.sendall("".join(f"{key}={value}\n" for key, value in request.items()).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n\n"):
            part = self._connection.recv(4096)
            if not part:
                raise OSError("closed before the answer")
            answer += part

    def _hang_up(self):
        if self._connection:
            self._connection.close()
        self._connection = None


class StopTest(FaultCase):
    def test_no_request_fails_in_fifty_restarts_while_dns_hangs(self):
        self.world.zone.tell(None, "*", ["drop"])
        self.world.start()
        is_over = threading.Event()
        clients = [Smtpd((self.world.host, POLICY_PORT), number, is_over) for number in range(20)]
        for client in clients:
            client.start()
        stops = []
        try:
            for _ in range(RESTARTS):
                before = sum(client.asked for client in clients)
                wait_for(lambda: sum(client.asked for client in clients) > before + 20, "requests")
                began = time.monotonic()
                self.world.stop()
                stops.append(time.monotonic() - began)
                self.world.start()
        finally:
            is_over.set()
            for client in clients:
                client.join()
        print(f"{RESTARTS} restarts: {sum(c.asked for c in clients)} requests, faults: {sum(len(c.faults) for c in clients)}, "
              f"first tries failed: {sum(c.failed_tries for c in clients)}, longest answer {max(c.longest for c in clients):.2f} s, "
              f"stops: median {sorted(stops)[len(stops) // 2]:.2f} s, longest {max(stops):.2f} s")
        self.assertEqual([fault for client in clients for fault in client.faults], [])
        self.assertLess(max(stops), self.ANSWER_WITHIN + 1 * SLOW)
        self.world.stop()

    def test_a_request_that_arrives_at_the_stop_is_answered(self):
        self.world.start()
        with self.world.connect() as idle, self.world.connect() as asking, self.world.connect() as half:
            self.assertRegex(idle.ask("192.0.2.1"), "^DEFER")
            self.assertRegex(asking.ask("192.0.2.2"), "^DEFER")
            wait_for(lambda: self.world.tool(["cache", "show", "192.0.2.2"])[0] == 0, "the client in the store")
            daemon = self.world._daemon
            os.kill(daemon.pid, 19)  # SIGSTOP: the request is there before it hears of the end
            asking.send("192.0.2.2")  # which is known: its answer waits for nobody
            os.kill(daemon.pid, 15)
            os.kill(daemon.pid, 18)
            self.assertRegex(asking.receive(), "^DEFER")
            self.assertTrue(wait_for(idle.has_answer, "the end of the idle connection"))
            self.assertEqual(idle._socket.recv(1), b"")
            self.assertEqual(half._socket.recv(1), b"")
        self.assertEqual(daemon.wait(), 0)


if __name__ == "__main__":
    main()
