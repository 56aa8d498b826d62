"""The stage of an integration test: a directory, ports of its own, and processes that end with it.

Nothing of the machine's own services is touched: every server runs in the foreground with its own files, on a free
port of 127.0.0.1.  Waiting is always for an event (a port, a line in a log, the end of a process), never for a time.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

PATIENCE = 20.0  # seconds for an event that normally takes milliseconds
# So many times slower are the programs with a sanitizer: ask at lower rates, allow more time.
SLOW = float(os.environ.get("SEKIMORI_TEST_SLOW", "1"))


def wait_for(condition, what, patience=PATIENCE):
    """Returns the first true value of `condition()`; fails with `what` where none comes."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain for {what() if callable(what) else what}")
        time.sleep(0.01)


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One server: started in the foreground, its output in a file, ended by its process id."""

    def __init__(self, name, command, log, env=None, descriptors=()):
        self.name = name
        self.log = log
        with open(log, "ab") as out:
            # Should the test itself be killed, its servers end with it.
            self._child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                           env={**os.environ, **(env or {})}, pass_fds=descriptors)

    @property
    def pid(self):
        return self._child.pid

    def is_running(self):
        return self._child.poll() is None

    def send(self, number):
        self._child.send_signal(number)

    def wait(self, patience=PATIENCE):
        """The exit status."""
        try:
            return self._child.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {patience} s\n{self.text()[-2000:]}") from None

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for_line(self, pattern, patience=PATIENCE):
        """The match of a compiled pattern somewhere in the output."""
        def search():
            found = pattern.search(self.text())
            if not found and not self.is_running():
                raise AssertionError(f"{self.name} ended early\n{self.text()[-2000:]}")
            return found

        return wait_for(search, lambda: f"{pattern.pattern} from {self.name}\n{self.text()[-2000:]}", patience)

    def stop(self):
        if self.is_running():
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            try:
                self._child.wait(5)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self._child.wait()


def is_open_to_all(directory):
    """May every user enter it, from the root on?"""
    while True:
        if not os.stat(directory).st_mode & stat.S_IXOTH:
            return False
        above = os.path.dirname(directory)
        if above == directory:
            return True
        directory = above


def open_folder():
    """Where temporary directories are made: TMPDIR, but for root only one that the users of its daemons may enter."""
    chosen = tempfile.gettempdir()
    if os.geteuid() != 0:
        return chosen
    for folder in (chosen, "/tmp", "/var/tmp"):
        if os.path.isdir(folder) and is_open_to_all(os.path.realpath(folder)):
            return folder
    raise AssertionError(f"neither {chosen} nor /tmp nor /var/tmp may be entered by every user")


class Stage:
    """A temporary directory that every user may enter, free ports, and the processes of one test module."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="sekimori-", dir=open_folder())
        os.chmod(self.directory, 0o755)
        self._processes = []
        self._closers = []
        self._ports = set()

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def free_port(self):
        """A port of 127.0.0.1 that neither UDP nor TCP uses."""
        while True:
            with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
                tcp.bind(("127.0.0.1", 0))
                port = tcp.getsockname()[1]
                try:
                    udp.bind(("127.0.0.1", port))
                except OSError:
                    continue
            if port not in self._ports:
                self._ports.add(port)
                return port

    def start(self, name, command, env=None, descriptors=()):
        """`descriptors` of this process are the server's, too, under the same numbers."""
        process = Process(name, command, self.path(f"{name}.log"), env, descriptors)
        self._processes.append(process)
        return process

    def on_close(self, action):
        self._closers.append(action)

    def close(self):
        for action in self._closers:
            action()
        for process in reversed(self._processes):
            process.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def program(name):
    """The path of an installed server; fails where it is missing, so that no test is left out unnoticed."""
    path = shutil.which(name, path="/usr/sbin:/usr/lib/postfix/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not path:
        raise AssertionError(f"{name} is not installed: scripts/packages test")
    return path


