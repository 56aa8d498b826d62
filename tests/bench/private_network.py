"""A network, a /dev/log and a directory in memory of this process's own.

For servers that know no port but 53 and no log but syslog, and so that no server waits for this machine's disk.
"""

import ctypes
import os
import socket
import subprocess
import threading

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
DEVICES = ("null", "zero", "random", "urandom")


def enter(stage):
    """Leaves the machine's network: from now on there is loopback only, 127.0.0.1 is the name server, what is sent to
    /dev/log goes nowhere, and the stage is in memory.  REQUIRES: root, and nothing on the stage yet."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        raise AssertionError(f"a private network needs root: {os.strerror(ctypes.get_errno())}")
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "stage", stage.directory)
    stage.on_close(lambda: run("umount", "--lazy", stage.directory))
    run("ip", "link", "set", "lo", "up")
    run("mount", "--bind", stage.write("resolv.conf", "nameserver 127.0.0.1\n"), "/etc/resolv.conf")

    devices = stage.path("dev")
    os.mkdir(devices)
    for name in DEVICES:
        with open(os.path.join(devices, name), "wb"):
            run("mount", "--bind", f"/dev/{name}", os.path.join(devices, name))
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(os.path.join(devices, "log"))
    os.chmod(os.path.join(devices, "log"), 0o666)
    run("mount", "--rbind", devices, "/dev")
    threading.Thread(target=discard, args=(log,), daemon=True).start()


def run(*command):
    subprocess.run(command, check=True)


def discard(log):
    while True:
        log.recv(65536)
