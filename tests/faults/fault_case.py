"""The base of these tests: a world of its own for each test, and what a test does to it."""

import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from world import SLOW, World, run_tests, wait_for  # noqa: E402, F401

STORE_FAILURES = 'sekimori_fail_open_total{cause="store"}'

# Opens the environment given and holds a transaction with the flags given until standard input ends.
HOLD = """
import ctypes, sys
lmdb = ctypes.CDLL("liblmdb.so.0")
env, txn = ctypes.c_void_p(), ctypes.c_void_p()
def check(code):
    if code: raise SystemExit(f"lmdb: {code}")
check(lmdb.mdb_env_create(ctypes.byref(env)))
check(lmdb.mdb_env_set_mapsize(env, ctypes.c_size_t(64 << 20)))
check(lmdb.mdb_env_open(env, sys.argv[1].encode(), 0, 0o600))
check(lmdb.mdb_txn_begin(env, None, int(sys.argv[2]), ctypes.byref(txn)))
print("held", flush=True)
sys.stdin.read()
lmdb.mdb_txn_abort(txn)
"""


class FaultCase(unittest.TestCase):
    BUILD = "build-dev"
    ANSWER_WITHIN = 2.0

    _worlds = itertools.count()

    def setUp(self):
        self.world = World(self.BUILD, next(self._worlds))
        self.addCleanup(self.world.close)
        self.world.set("policy_service", "answer_within", f'"{self.ANSWER_WITHIN:g}s"')
        self.store = self.world.stage.path("store")
        self._asked = 0

    def preload(self, name, **environment):
        """The daemon runs with the library of NAME.cc; skips loudly where there is no compiler or a sanitizer is in the
        way."""
        shim = self.world.stage.path(f"{name}.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.cc")
        compiler = shutil.which("c++")
        linked = subprocess.run(["ldd", os.path.join(self.BUILD, "sekimorid")], capture_output=True, text=True, check=True).stdout
        if not compiler or "libasan" in linked or "libtsan" in linked:
            print(f"SKIPPED: {self.id()}: no compiler, or a sanitizer", file=sys.stderr)
            self.skipTest("nothing to preload")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-std=c++20", "-o", shim, source, "-ldl"], check=True)
        environment["LD_PRELOAD"] = shim
        os.environ.update(environment)
        self.addCleanup(lambda: [os.environ.pop(key) for key in environment])

    def ask(self, client):
        return self.world.ask(client_address=client)

    def first_sight(self):
        """(the answer to a client without a name that was never here, how long it took)"""
        self._asked += 1
        began = time.monotonic()
        answer = self.ask(f"100.{64 + self._asked // 250}.{self._asked % 250}.1")
        return answer, time.monotonic() - began

    def wait_until_first_sights_wait(self):
        wait_for(lambda: self.first_sight()[0].startswith("DEFER_IF_PERMIT"), "first sights to be remembered")

    def fill(self):
        """A whitelisted client and one that came back."""
        status, said = self.world.tool(["whitelist", "add", "192.0.2.9"])
        self.assertEqual(status, 0, said)
        self.ask("192.0.2.10")
        self.world.pass_time(600)
        self.check_the_known_pass()

    def check_the_known_pass(self):
        self.assertEqual(self.ask("192.0.2.9"), "DUNNO")
        self.assertNotRegex(self.ask("192.0.2.10"), "^DEFER")

    def hold_lock(self, environment):
        """A process that hangs with the lock of writers; returns what lets it go."""
        return self._hold(environment, 0)[1]

    def hold_snapshot(self, environment):
        """A process that hangs while it reads; returns its number and what lets it go."""
        read_only = 0x20000
        return self._hold(environment, read_only)

    def _hold(self, environment, flags):
        holder = subprocess.Popen([sys.executable, "-c", HOLD, os.path.join(self.store, environment), str(flags)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(holder.stdout.readline(), b"held\n")

        def let_go():
            if holder.stdin.closed:
                return
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

        self.addCleanup(let_go)
        return holder.pid, let_go

    def mount(self, size):
        """A file system of its own for the store; skips loudly where that is not allowed."""
        self._mount("tmpfs", self.store, "tmpfs", 0, f"size={size},mode=755")
        self.addCleanup(lambda: ctypes.CDLL(None).umount2(self.store.encode(), 2))

    def remount(self, is_read_only):
        self._mount("tmpfs", self.store, "tmpfs", 32 | (1 if is_read_only else 0), "")

    def _mount(self, *arguments):
        source, target, kind, flags, options = arguments
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()) != 0:
            print(f"SKIPPED: {self.id()}: mount: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
            self.skipTest("only root may mount")

    def fill_disk(self):
        """Returns what makes room again."""
        path = os.path.join(self.store, "full")
        with open(path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        return lambda: os.remove(path)

    def kill(self):
        self.world.stop(signal.SIGKILL)


def main():
    run_tests(FaultCase)
