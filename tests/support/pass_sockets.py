"""Becomes a program to which listening sockets are passed, as systemd does (sd_listen_fds(3)): a stand-in for a unit.

usage: pass_sockets.py NAME:NAME... DESCRIPTOR... -- PROGRAM [ARGUMENT...]
"""

import fcntl
import os
import sys

names, end = sys.argv[1], sys.argv.index("--")
# First out of the way: one of them may have the number that another gets.
copies = [fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 100) for number in sys.argv[2:end]]
for number, copy in enumerate(copies, 3):
    os.dup2(copy, number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(copies)), LISTEN_FDNAMES=names)
os.execv(sys.argv[end + 1], sys.argv[end + 1:])
