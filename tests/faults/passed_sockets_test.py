"""Sockets that systemd holds: restarts, crashes and failed starts under load refuse nobody and lose nothing."""

import asyncio
import os
import re
import resource
import signal
import socket
import threading
import time

from fault_case import FaultCase, main, wait_for
from outside import REQUEST, Client
from stage import PATIENCE
from stop_test import Smtpd
from world import HTTP_PORT, POLICY_PORT

RESTARTS = int(os.environ.get("SEKIMORI_TEST_RESTARTS", "10"))
RATE = 1000  # requests a second, each on a connection of its own
MOST_AT_ONCE = 250  # where this process was held up itself


class Callers(threading.Thread):
    """Asks at a steady rate, whatever becomes of the answers."""

    def __init__(self, addresses):
        super().__init__()
        self._addresses = addresses
        self._is_over = threading.Event()
        self.asked = 0
        self.answered = 0
        self.rate = 0.0
        self.faults = []

    def run(self):
        asyncio.run(self._ask_all())

    def end(self):
        self._is_over.set()
        self.join()

    async def _ask_all(self):
        tasks = set()
        began = due_since = time.monotonic()
        while not self._is_over.is_set():
            now = time.monotonic()
            due = min(MOST_AT_ONCE, int((now - due_since) * RATE))
            due_since = now if due == MOST_AT_ONCE else due_since + due / RATE
            for _ in range(due):
                self.asked += 1
                task = asyncio.ensure_future(self._ask(self.asked))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.01)
        self.rate = self.asked / (time.monotonic() - began)
        if tasks:
            await asyncio.wait(tasks)

    async def _ask(self, number):
        address = self._addresses[number % len(self._addresses)]
        request = {**REQUEST, "client_address": f"192.0.2.{number % 250}", "instance": str(number)}
        try:
            opened = (asyncio.open_unix_connection(address) if isinstance(address, str)
                      else asyncio.open_connection(*address))
            reader, writer = await opened
            writer.write("".join(f"{name}={value}\n" for name, value in request.items()).encode() + b"\n")
            answer = await asyncio.wait_for(reader.readuntil(b"\n\n"), PATIENCE)
            writer.close()
            if not re.fullmatch(rb"action=[\x20-\x7e]+\n\n", answer):
                raise OSError(f"answer {answer!r}")
            self.answered += 1
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            self.faults.append(repr(error))


class PassedSocketsTest(FaultCase):
    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.path = self.world.stage.path("private")
        self.world.set("policy_service", "max_connections", "4096")
        self.hold("tcp", socket.AF_INET, (self.world.host, POLICY_PORT))
        self.hold("postfix", socket.AF_UNIX, self.path)

    def hold(self, name, family, address):
        held = socket.socket(family)
        self.addCleanup(held.close)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
        held.listen(4096)
        self.world.passed[name] = held

    def test_restarts_under_load_refuse_and_lose_nothing(self):
        self.world.start()
        callers = Callers([(self.world.host, POLICY_PORT), self.path])
        callers.start()
        try:
            for _ in range(RESTARTS):
                before = callers.answered
                wait_for(lambda: callers.answered > before + RATE // 10, "answers")
                self.world.stop()
                self.world.start()
        finally:
            callers.end()
        print(f"{RESTARTS} restarts: {callers.asked} requests, {callers.rate:.0f} a second, {callers.answered} answered, "
              f"faults: {callers.faults[:5]}")
        self.assertEqual(callers.faults, [])
        self.assertEqual(callers.answered, callers.asked)
        self.world.stop()

    def test_a_crash_costs_postfix_a_second_try_and_no_mail(self):
        self.world.start()
        is_over = threading.Event()
        smtpds = [Smtpd((self.world.host, POLICY_PORT), number, is_over) for number in range(10)]
        for smtpd in smtpds:
            smtpd.start()
        try:
            for _ in range(3):
                before = [smtpd.asked for smtpd in smtpds]
                # Of each: nobody is still at his second try when the next crash comes.
                wait_for(lambda: all(smtpd.asked > asked + 5 for smtpd, asked in zip(smtpds, before)), "requests")
                self.world.stop(signal.SIGKILL)
                self.world.start()
        finally:
            is_over.set()
            for smtpd in smtpds:
                smtpd.join()
        self.assertEqual([fault for smtpd in smtpds for fault in smtpd.faults], [])
        self.world.stop()

    def test_a_request_that_comes_while_nobody_runs_waits(self):
        with Client(self.path) as early:
            early.send("192.0.2.1")
            self.world.start()
            self.assertRegex(early.receive(), "^DEFER_IF_PERMIT")
        self.world.stop()
        with Client((self.world.host, POLICY_PORT)) as late:
            late.send("192.0.2.1")
            self.world.start()
            self.assertRegex(late.receive(), "^DEFER_IF_PERMIT")

    def test_the_pages_have_a_socket_by_name(self):
        self.world.start()
        self.world.stop()
        self.hold("http", socket.AF_INET, (self.world.host, HTTP_PORT + 1))
        self.world.start()
        with socket.create_connection((self.world.host, HTTP_PORT + 1), timeout=PATIENCE) as page:
            page.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
            self.assertIn(b"200", page.recv(4096))
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((self.world.host, HTTP_PORT), timeout=PATIENCE)

    def test_a_socket_that_does_not_listen_ends_the_start(self):
        idle = socket.socket()
        self.addCleanup(idle.close)
        self.world.passed = {"policy": idle}
        with self.assertRaisesRegex(AssertionError, "status 78"):
            self.world.start()
        self.assertIn("expected a listening stream socket", self.world.log())


if __name__ == "__main__":
    main()
