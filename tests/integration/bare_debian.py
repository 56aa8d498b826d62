"""A bare Debian 12 with Debian's Postfix, in a chroot of its own for each test.

It is made once with debootstrap and kept as an archive below $XDG_CACHE_HOME/sekimori; what a test does to it is gone
afterwards.  In it no systemd runs: sockets and daemon are started as the units say.
"""

import ctypes
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from stage import wait_for

MIRROR = os.environ.get("SEKIMORI_TEST_MIRROR", "http://deb.debian.org/debian")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sekimori")
SETTINGS = """\
postfix postfix/main_mailer_type select Internet Site
postfix postfix/mailname string mx.ours.example
postfix postfix/protocols select all
"""
QUIET = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root"}


class Missing(Exception):
    """What the test needs is not here."""


def need_root_and(*programs):
    if os.geteuid() != 0:
        raise Missing("only root may make a chroot")
    for name in programs:
        if not shutil.which(name):
            raise Missing(f"{name} is not installed")


def archive_for(package, *more):
    """The archive with the packages that `package` and `more` need in its cache; made where it is not there."""
    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    key = hashlib.sha256((SETTINGS + depends + " ".join(more)).encode()).hexdigest()[:12]
    archive = os.path.join(CACHE, f"bookworm-{key}.tar")
    if os.path.exists(archive):
        return archive
    os.makedirs(CACHE, exist_ok=True)
    print(f"making {archive} (once)", file=sys.stderr)
    try:
        make_archive(archive, package, more)
    except subprocess.CalledProcessError as error:
        raise Missing(f"no bare Debian: {error}") from None
    return archive


def make_archive(archive, package, more):
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        root = os.path.join(work, "root")
        run = lambda *command, **more_: subprocess.run(command, check=True, stdout=sys.stderr, **more_)  # noqa: E731
        run("debootstrap", "--variant=minbase", "--include=systemd,ca-certificates", "bookworm", root, MIRROR)
        with open(os.path.join(root, "usr/sbin/policy-rc.d"), "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(file.name, 0o755)
        shutil.copy("/etc/resolv.conf", os.path.join(root, "etc/resolv.conf"))
        run("chroot", root, "debconf-set-selections", input=SETTINGS.encode(), env=QUIET)
        run("chroot", root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "postfix", env=QUIET)
        shutil.copy(package, os.path.join(root, "tmp/sekimori.deb"))
        run("chroot", root, "apt-get", "install", "-y", "-qq", "--download-only", "--no-install-recommends",
            "/tmp/sekimori.deb", *more, env=QUIET)
        os.remove(os.path.join(root, "tmp/sekimori.deb"))
        run("tar", "-C", root, "-cf", archive + ".new", ".")
    os.rename(archive + ".new", archive)


def enter_own_network():
    """This process, and what it starts, sees an own loopback with addresses of the outside, and own mounts."""
    libc_unshare(0x40000000 | 0x00020000)  # CLONE_NEWNET | CLONE_NEWNS
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    for command in (["link", "set", "lo", "up"], ["addr", "add", "192.0.2.1/32", "dev", "lo"],
                    ["addr", "add", "198.51.100.7/32", "dev", "lo"]):
        subprocess.run(["ip", *command], check=True)


def libc_unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise Missing(f"unshare: {os.strerror(ctypes.get_errno())}")


class BareDebian:
    def __init__(self, archive):
        self.root = tempfile.mkdtemp(prefix="sekimori-root-", dir="/var/tmp")
        self._daemon = None
        self._sockets = {}
        subprocess.run(["tar", "-C", self.root, "-xf", archive], check=True)
        for kind, where in (("proc", "proc"), ("tmpfs", "dev/shm")):
            subprocess.run(["mount", "-t", kind, kind, self.path(where)], check=True)
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")

    def close(self):
        self.run("postfix", "stop", check=False)
        self.stop_daemon()
        self.close_sockets()
        for where in ("proc", "dev/shm"):
            subprocess.run(["umount", "-l", self.path(where)], check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))

    def exists(self, name):
        return os.path.lexists(self.path(name))

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def write(self, name, text, mode="w"):
        with open(self.path(name), mode, encoding="utf-8") as file:
            file.write(text)

    def run(self, *command, check=True, text=None):
        done = subprocess.run(["chroot", self.root, *command], capture_output=True, text=True, env=QUIET, check=False,
                              input=text)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    def install(self, package, *more):
        shutil.copy(package, self.path("tmp"))
        return self.run("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                        "/tmp/" + os.path.basename(package), *more).stdout

    # What systemd would do.

    def unit(self, name, key):
        return re.search(rf"^{key}=(.*)$", self.read(f"lib/systemd/system/{name}"), re.M)[1]

    def open_sockets(self):
        """Those of the enabled units."""
        for name in sorted(os.listdir(self.path("etc/systemd/system/sockets.target.wants"))):
            if not name.startswith("sekimori"):
                continue
            address = self.unit(name, "ListenStream")
            if address.startswith("/"):
                held = socket.socket(socket.AF_UNIX)
                held.bind(self.path(address))
                user = self.run("id", "-u", self.unit(name, "SocketUser")).stdout
                group = self.run("id", "-g", self.unit(name, "SocketUser")).stdout
                os.chown(self.path(address), int(user), int(group))
                os.chmod(self.path(address), int(self.unit(name, "SocketMode"), 8))
            else:
                host, _, port = address.rpartition(":")
                held = socket.create_server((host, int(port)))
            held.listen(int(self.unit(name, "Backlog")))
            self._sockets[name] = held

    def close_sockets(self):
        for held in self._sockets.values():
            held.close()
        self._sockets = {}

    def start_daemon(self):
        """As sekimori.service does."""
        user = int(self.run("id", "-u", self.unit("sekimori.service", "User")).stdout)
        group = int(self.run("id", "-g", self.unit("sekimori.service", "User")).stdout)
        store = self.path("var/lib/" + self.unit("sekimori.service", "StateDirectory"))
        if not os.path.exists(store):
            os.mkdir(store, int(self.unit("sekimori.service", "StateDirectoryMode"), 8))
            os.chown(store, user, group)
        log = open(self.path("var/log/sekimorid.log"), "ab")
        self._daemon = os.fork()
        if self._daemon == 0:
            try:
                self._become(user, group, log.fileno())
            finally:
                os._exit(127)
        log.close()
        wait_for(lambda: self._is_listening(), "the daemon to listen")

    def _become(self, user, group, log):
        os.dup2(log, 2)
        os.chroot(self.root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
        descriptors = [os.dup(held.fileno()) for held in self._sockets.values()]
        high = [os.dup2(descriptor, 200 + i) for i, descriptor in enumerate(descriptors)]
        for i, descriptor in enumerate(high):
            os.dup2(descriptor, 3 + i)
        environment = {"PATH": QUIET["PATH"], "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(high)),
                       "LISTEN_FDNAMES": ":".join("policy" for _ in high)}
        program = self.unit_program()
        os.closerange(3 + len(high), 1000)
        os.execve(program[0], program, environment)

    @staticmethod
    def unit_program():
        with open("/lib/systemd/system/sekimori.service", encoding="utf-8") as file:
            return re.search(r"^ExecStart=(.*)$", file.read(), re.M)[1].split()

    def _is_listening(self):
        pid, status = os.waitpid(self._daemon, os.WNOHANG)
        if pid:
            self._daemon = None
            raise AssertionError(f"the daemon ended ({status}): {self.read('var/log/sekimorid.log')[-2000:]}")
        log = self.read("var/log/sekimorid.log")
        return log.count(" listening ") > 0 and log.rfind(" started ") > log.rfind(" stopped")

    def stop_daemon(self):
        if self._daemon:
            os.kill(self._daemon, signal.SIGTERM)
            os.waitpid(self._daemon, 0)
        self._daemon = None
