"""The daemon under test, its tool, its clock, and what can be asked of it from outside."""

import itertools
import os
import pwd
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request

from name_servers import LIST
from outside import Client, Clock, metric
from stage import PATIENCE, wait_for

OWNER = pwd.getpwnam("nobody")

CONFIG = """[policy_service]
listen = ["inet:127.0.0.1:{port}", "unix:{socket}"]
threads = 2
answer_within = "{answer_within}"
{service}
[http]
listen = "127.0.0.1:{http}"
[store]
directory = "{store}"
max_size = "64MiB"
[dns]
servers = ["127.0.0.1:{dns}"]
timeout = "500ms"
[dnsbl]
sites = ["{site}=127.0.0.2*8"]
{more}"""

REFERENCE = re.compile(r"\(ref ([0-9A-Z]{5}-[0-9A-Z]{5})\)")


class Daemon:
    """One store and its configuration; start() and stop() as often as a test likes.

    Started by root on a store that belongs to nobody: the daemon has to drop its privileges.
    """

    _made = itertools.count(1)

    def __init__(self, stage, build, name_servers, port=None, store=None, dns_port=None, socket=None, **settings):
        """`build`: the directory with the programs; `dns_port`: where no name server is; `socket`: the path of its UNIX
        socket; `settings`: as in configure()."""
        self._stage = stage
        self._build = build
        self._name = name = f"daemon{next(self._made)}"
        self.port = port or stage.free_port()
        self.http_port = stage.free_port()
        self.socket = socket or stage.path(name, "policy.sock")
        self.store = store or stage.path(name, "store")
        self.config = stage.path(name, "sekimori.toml")
        self._dns_port = dns_port or name_servers.port
        self.process = None
        self._notify = None
        self._said = b""
        os.makedirs(stage.path(name))
        os.makedirs(self.store, exist_ok=True)
        for path in (stage.path(name), self.store):
            os.chown(path, OWNER.pw_uid, OWNER.pw_gid)
        self._clock = Clock(stage.path(name, "clock"))
        self.configure(**settings)

    def configure(self, answer_within="4s", service="", more=""):
        self._stage.write(self.config, CONFIG.format(
            port=self.port, socket=self.socket, answer_within=answer_within, service=service, http=self.http_port, store=self.store,
            dns=self._dns_port, site=LIST, more=more))

    def pass_time(self, seconds):
        """Moves the clock of the daemon and the tool."""
        self._clock.move(seconds)

    def start(self):
        """Returns when the daemon has said READY=1."""
        self._said = b""
        if self._notify:
            self._notify.close()
        path = self._stage.path(self._name, "notify")
        if os.path.exists(path):
            os.remove(path)
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._stage.on_close(self._notify.close)
        self._notify.setblocking(False)
        self._notify.bind(path)
        os.chmod(path, 0o666)
        self.process = self.launch({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})
        self.wait_until_it_says("READY=1")
        return self

    def launch(self, env=None):
        """The process alone, for a start that may fail."""
        command = [os.path.join(self._build, "sekimorid"), "--config", self.config]
        return self._stage.start(self._name, command, {"SEKIMORI_TEST_CLOCK": self._clock.path, **(env or {})})

    def wait_until_it_says(self, state):
        """Waits for a message to systemd."""
        def has_said():
            was_running = self.process.is_running()
            try:
                while True:
                    self._said += self._notify.recv(4096) + b"\n"
            except BlockingIOError:
                pass
            if state.encode() in self._said:
                return True
            if not was_running:
                raise AssertionError(f"the daemon ended without {state}\n{self.log()}")
            return False

        wait_for(has_said, lambda: f"{state}\n{self.log()}")

    def wait_for_list(self):
        """Returns when the block list counts: while it has not passed its self-test it gives no points."""
        def counts():
            states = (f'sekimori_dnsbl_state{{site="{LIST}",state="{state}"}}' for state in ("healthy", "unchecked"))
            return any(self.metric(state) == 1 for state in states)

        wait_for(counts, lambda: f"the self-test of {LIST}\n{self.log()}")

    def wait_until_written(self, clients):
        """Returns when the facts about so many clients are in the store: an answer does not wait for that."""
        wait_for(lambda: (self.metric('sekimori_store_entries{table="clients"}') or 0) >= clients
                 and self.metric("sekimori_writer_queue") == 0, "the facts in the store")

    def wait_for_verdict(self, code):
        """Returns when the journal knows the reference: an answer never waits for that, only a person's look does."""
        wait_for(lambda: self.tool("explain", code).returncode == 0, f"{code} in the journal")
        return code

    def stop(self):
        """Ends it as systemd would; returns the exit status."""
        self.process.send(signal.SIGTERM)
        return self.process.wait()

    def kill(self):
        self.process.send(signal.SIGKILL)
        self.process.wait()

    def log(self):
        with open(self._stage.path(f"{self._name}.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def verdicts(self, text):
        """The log lines of verdicts that hold `text`."""
        lines = [line for line in self.log().splitlines() if text in line]
        return [line for line in lines if re.search(r"\bverdict\b.*\baction=", line)]

    def connect(self):
        return Client(("127.0.0.1", self.port))

    def ask(self, client, **attributes):
        with self.connect() as connection:
            return connection.ask(client, **attributes)

    def http(self, path):
        """(status, body)"""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name):
        """The value of one line of /metrics, or None where it is not there."""
        return metric(self.http("/metrics")[1], name)

    def tool(self, *arguments, text=None, config=None):
        """Runs sekimorictl as root; its finished process with stdout and stderr."""
        command = [os.path.join(self._build, "sekimorictl"), "--config", config or self.config, *arguments]
        return subprocess.run(command, input=text, text=True, capture_output=True, timeout=PATIENCE, check=False,
                              env={**os.environ, "SEKIMORI_TEST_CLOCK": self._clock.path})

    def foreign_files(self):
        """What in the store does not belong to its owner."""
        paths = [os.path.join(folder, name) for folder, folders, files in os.walk(self.store) for name in folders + files]
        return [path for path in paths if os.lstat(path).st_uid != OWNER.pw_uid]


def reference(reply):
    """The reference in a reply that turned a mail away."""
    found = REFERENCE.search(str(reply))
    if not found:
        raise AssertionError(f"no reference in {reply}")
    return found[1]
