"""Postfix's logs as the scripts here read them: a log with its rotated set, packed or not, or standard input."""

import glob
import gzip
import lzma
import os
import re
import sys
import time

ROTATED = re.compile(r"[.-][0-9]+([.-][0-9]+)*(\.gz|\.xz)?")
DEFAULT_LOGS = ("/var/log/mail.log", "/var/log/maillog")
OPENERS = {".gz": gzip.open, ".xz": lzma.open}


def rotated_set(path):
    """The log itself and what became of it earlier."""
    older = [name for name in glob.glob(glob.escape(path) + "*") if ROTATED.fullmatch(name[len(path):])]
    return ([path] if os.path.exists(path) or not older else []) + sorted(older)


def logs_or_default(logs):
    """Those that were named, else those that are there."""
    return logs or [log for log in DEFAULT_LOGS if any(map(os.path.exists, rotated_set(log)))]


class Logs:
    """Reads logs file by file; `failed` counts those that could not be read to their end: what came before counts."""

    def __init__(self, paths, program):
        self.paths = paths
        self.program = program
        self.failed = 0

    def files(self):
        """Pairs: when the file was last written, and its lines as bytes."""
        for path in self.paths:
            if path == "-":
                yield time.time(), sys.stdin.buffer
                continue
            for part in rotated_set(path):
                yield (os.path.getmtime(part) if os.path.exists(part) else time.time()), self._lines(part)

    def _lines(self, part):
        try:
            with OPENERS.get(os.path.splitext(part)[1], open)(part, "rb") as file:
                yield from file
        except (OSError, EOFError, lzma.LZMAError) as error:
            print(f"{self.program}: {part}: {error}", file=sys.stderr)
            self.failed += 1
