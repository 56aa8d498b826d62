"""A real redis-server on a loopback address, with its files in the stage's folder."""

import os
import shutil
import signal
import subprocess
import sys
import unittest

from stage import PATIENCE, wait_for

PORT = 6379


def need_redis():
    """Skips, loudly, where Redis is not installed."""
    if shutil.which("redis-server") and shutil.which("redis-cli"):
        return
    print("SKIPPED: redis-server is not installed: scripts/packages test", file=sys.stderr)
    raise unittest.SkipTest("redis-server is not installed")


class RedisServer:
    def __init__(self, stage, host, port=PORT, name="redis"):
        self._stage, self.host, self.port, self._name = stage, host, port, name
        self.socket = stage.path(f"{name}.sock")
        self._process = None
        os.makedirs(stage.path(name), exist_ok=True)

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def start(self, **options):
        """Returns when it takes connections."""
        settings = {"bind": self.host, "port": self.port, "unixsocket": self.socket, "save": "", "appendonly": "no",
                    "dir": self._stage.path(self._name), "daemonize": "no", **options}
        words = [word for key, value in settings.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        self._process = self._stage.start(self._name, ["redis-server", *words])
        wait_for(lambda: self.tell("PING", check=False), "redis-server to answer")

    def tell(self, *words, check=True, password=None):
        """What it answers to a command, with `check` no error; empty where nobody answers."""
        login = ["-a", password, "--no-auth-warning"] if password else []
        done = subprocess.run(["redis-cli", *(["-e"] if check else []), "-h", self.host, "-p", str(self.port), *login, *words], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def send(self, number):
        self._process.send(number)

    def stop(self, number=signal.SIGKILL):
        self._process.send(number)
        self._process.wait()
