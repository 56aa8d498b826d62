"""The daemon of a scenario with its store, clock and name servers: all in one directory, on loopback addresses that
no other scenario uses, so that many run at once and none needs to be root."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))

from name_server import NameServers, Zone  # noqa: E402
from outside import Client, Clock, metric  # noqa: E402
from stage import PATIENCE, SLOW, Stage, wait_for  # noqa: E402, F401

POLICY_PORT, HTTP_PORT, DNS_PORT = 10040, 9140, 5300
PASS_SOCKETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "pass_sockets.py")

# What a scenario's `config` lines are added to, or replace.
DEFAULTS = {
    "dns": {},
    "reply": {"hostname": '"mx.ours.example"'},
    "policy": {"own_names": '["mx.ours.example"]'},
}


def own_address(number=0):
    """127.x.y.z made of the process id; another for each `number` of a process."""
    pid = os.getpid()
    return f"127.{1 + ((pid >> 14) + 50 * number) % 254}.{(pid >> 7) % 128}.{1 + pid % 128}"


class World:
    def __init__(self, build, number=0):
        """`number`: of this world where a process makes several."""
        self._build = os.path.abspath(build)
        self.launcher = []  # a program that runs the daemon, with its arguments
        self.passed = {}  # listening sockets by name: passed to the daemon, as systemd does with a socket unit's
        self.stage = Stage()  # its folder, and whatever else ends with it
        self.host = own_address(number)
        self.zone = Zone()
        self.servers = 1
        self._sections = {name: dict(keys) for name, keys in DEFAULTS.items()}
        self._tables = []
        self.config = self.stage.path("sekimori.toml")
        self.clock = Clock(self.stage.path("clock"))
        self._log = self.stage.path("sekimorid.log")
        self.names = None
        self._daemon = None
        os.mkdir(self.stage.path("store"))

    def close(self):
        self.stage.close()
        if self.names:
            self.names.close()

    def set(self, section, key, value):
        self._sections.setdefault(section, {})[key] = value

    def add_table(self, name, lines):
        self._tables.append("\n".join([f"[[{name}]]", *lines, ""]))

    def open_name_servers(self):
        if not self.names:
            self.names = NameServers(self.zone, self.host, DNS_PORT, self.servers)
        return self.names

    def _write_config(self):
        sections = {**self._sections}
        sections["policy_service"] = {"listen": f'["inet:{self.host}:{POLICY_PORT}"]', "threads": "2",
                                      **sections.get("policy_service", {})}
        sections["http"] = {"listen": f'"{self.host}:{HTTP_PORT}"', **sections.get("http", {})}
        sections["store"] = {"directory": f'"{self.stage.path("store")}"', "max_size": '"64MiB"'}
        servers = [f'"{self.host}:{DNS_PORT + number}"' for number in range(self.servers)]
        sections["dns"] = {"servers": f"[{', '.join(servers)}]", **sections["dns"]}
        # Without a word about them the lists of a scenario count from the start.
        dnsbl = sections.get("dnsbl", {})
        zones = re.findall(r'"([^"=*]+)[^"]*"', dnsbl.get("sites", "") + dnsbl.get("name_sites", ""))
        if zones:
            sections["dnsbl"] = {"no_test_point": json.dumps(sorted(set(zones))), **dnsbl}
        text = "".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                       for name, keys in sections.items())
        self.stage.write(self.config, text + "".join(self._tables))

    @property
    def is_running(self):
        return self._daemon is not None

    def start(self):
        """Returns when it takes requests."""
        self.open_name_servers()
        self._write_config()
        program = os.path.join(self._build, "sekimorid")
        before = self._times_said(" listening on=")
        descriptors = [socket.fileno() for socket in self.passed.values()]
        passing = [sys.executable, PASS_SOCKETS, ":".join(self.passed), *map(str, descriptors), "--"] if descriptors else []
        self._daemon = self.stage.start("sekimorid", [*self.launcher, *passing, program, "--config", self.config],
                                         {"SEKIMORI_TEST_CLOCK": self.clock.path}, descriptors)

        def listens():
            if not self._daemon.is_running():
                raise AssertionError(f"the daemon ended: status {self._daemon.wait()}")
            return self._times_said(" listening on=") > before

        wait_for(listens, "the daemon to listen")

    def _times_said(self, text):
        return self.log().count(text) if os.path.exists(self._log) else 0

    def stop(self, number=signal.SIGTERM):
        daemon, self._daemon = self._daemon, None
        daemon.send(number)
        status = daemon.wait()
        if number == signal.SIGTERM and status != 0:
            raise AssertionError(f"the daemon ended with status {status}")

    def reload(self, said=" reloaded "):
        """Returns when the log holds one more of what is said then."""
        before = self._times_said(said)
        self._write_config()
        self._daemon.send(signal.SIGHUP)
        wait_for(lambda: self._times_said(said) > before, "the reload")

    def pass_time(self, seconds):
        self.clock.move(seconds)

    def connect(self):
        return Client((self.host, POLICY_PORT))

    def ask(self, **request):
        """The answer to one request on a connection of its own."""
        with self.connect() as connection:
            return connection.ask(**request)

    def tool(self, arguments, text=None):
        """(exit status, what it said)"""
        command = [os.path.join(self._build, "sekimorictl"), "--config", self.config, *arguments]
        done = subprocess.run(command, input=text, text=True, capture_output=True, timeout=PATIENCE, check=False,
                              cwd=self.stage.directory, env={**os.environ, "SEKIMORI_TEST_CLOCK": self.clock.path})
        return done.returncode, done.stdout + done.stderr

    def write(self, name, text):
        self.stage.write(name, text)

    def log(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.host}:{HTTP_PORT}{path}", timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.URLError as error:
            raise AssertionError(f"{path}: {error}") from None

    def metric(self, name):
        """The value of one line of /metrics; 0 where it is not there."""
        return metric(self.page("/metrics"), name) or 0.0


def run_tests(case):
    """Runs the tests of the calling file: NAME_test.py --build DIR [arguments of unittest]; the folder becomes case.BUILD."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", default=case.BUILD)
    known, rest = parser.parse_known_args()
    case.BUILD = os.path.abspath(known.build)
    unittest.main(argv=sys.argv[:1] + rest)
