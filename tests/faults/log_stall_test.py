"""A reader of the log that stalls: every request is answered, lines are dropped and counted, and the log goes on later."""

import os
import re
import socket
import subprocess
import threading

from fault_case import FaultCase, main, wait_for

DROPPED = "sekimori_log_lines_dropped_total"
ASKED = 12_000  # more lines than the queue, a batch under way and the kernel hold
AT_ONCE = 200


class StalledReader:
    """Takes nothing until it is told to; `has_told` once a line said that others were dropped."""

    def __init__(self, read):
        self._read = read
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._parts = []
        self.has_told = threading.Event()

    def go_on(self):
        self._thread.start()

    def text(self):
        """All that it read, once the writer has ended."""
        self._thread.join(20)
        return b"".join(self._parts)

    def _run(self):
        last = b""
        while part := self._read():
            self._parts += [part, b"\n"]
            if b"log_lines_dropped" in last + part:
                self.has_told.set()
            last = part


class LogStallTest(FaultCase):
    CLIENT = "203.0.113.4"

    def setUp(self):
        super().setUp()
        self.world.zone.tell(None, "4.113.0.203.in-addr.arpa", ["PTR", "mail.clean.example"])
        self.world.zone.tell(None, "mail.clean.example", ["A", self.CLIENT])
        self.world.start()  # once, for the configuration and what DNS says
        self.world.ask(client_address=self.CLIENT)
        self.world.stop()

    def answers(self):
        try:
            with self.world.connect() as connection:
                return connection.ask(self.CLIENT) == "DUNNO"
        except OSError:
            return False

    def run_daemon(self, error, **environment):
        program = os.path.join(self.BUILD, "sekimorid")
        daemon = subprocess.Popen([program, "--config", self.world.config], stderr=error,
                                  env={**os.environ, "SEKIMORI_TEST_CLOCK": self.world.clock.path, **environment})
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        wait_for(self.answers, "an answer")
        return daemon

    def ask_often(self):
        """Every request is answered though nobody reads."""
        request = f"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address={self.CLIENT}\nsender=a@b.example\nrecipient=c@ours.example\n\n"
        with socket.create_connection((self.world.host, 10040), timeout=20) as connection:
            for _ in range(ASKED // AT_ONCE):
                connection.sendall(request.encode() * AT_ONCE)
                answers = b""
                while answers.count(b"\n\n") < AT_ONCE:
                    answers += connection.recv(65536)
                self.assertEqual(answers, b"action=DUNNO\n\n" * AT_ONCE)

    def check(self, daemon, reader):
        self.ask_often()
        wait_for(lambda: (self.world.metric(DROPPED) or 0) > 0, "lines that are counted")
        reader.go_on()
        self.assertTrue(reader.has_told.wait(60), "no line says so")
        daemon.terminate()
        self.assertEqual(daemon.wait(self.ANSWER_WITHIN + 5), 0)
        # Each line was written, or counted.
        said = reader.text()
        dropped = sum(int(count) for count in re.findall(rb"log_lines_dropped level=warning lines=(\d+)", said))
        written = len(re.findall(rb"verdict action=pass reason=clean", said))
        self.assertGreaterEqual(written + dropped, ASKED)

    def check_socket(self, target, variable):
        path = self.world.stage.path("reader")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(path)
        self.world.set("log", "target", f'"{target}"')
        self.world._write_config()
        daemon = self.run_daemon(subprocess.DEVNULL, **{variable: path})

        def read():
            try:
                return listener.recv(65536)
            except TimeoutError:
                return b"" if daemon.poll() is not None else b"\n"

        listener.settimeout(1)
        self.check(daemon, StalledReader(read))

    def test_a_stalled_pipe(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        daemon = self.run_daemon(write)
        os.close(write)
        self.check(daemon, StalledReader(lambda: os.read(read, 65536)))

    def test_a_stalled_syslog(self):
        self.check_socket("syslog", "SEKIMORI_SYSLOG_SOCKET")

    def test_a_stalled_journal(self):
        self.check_socket("journald", "SEKIMORI_JOURNAL_SOCKET")


if __name__ == "__main__":
    main()
