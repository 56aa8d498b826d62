"""Postfix's logs as the scripts here read them: a log with its rotated set, packed or not, or standard input.

The part that Postfix wrote is found wherever it stands in a line: behind the head of syslog, ISO 8601 or RFC 5424, what
a container engine puts before it, or in the JSON of journalctl and Docker.
"""

import bz2
import calendar
import collections
import datetime
import glob
import gzip
import itertools
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import time

ROTATED = re.compile(r"[.-][0-9]+([.-][0-9]+)*(\.(gz|xz|bz2|zst|lz4|Z|lzma))?")
DEFAULT_LOGS = ("/var/log/mail.log", "/var/log/maillog")
# First bytes of a packed file -> what opens it: a function, or a program that writes it to standard output.
PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open, b"\x5d\x00\x00": lzma.open,
          b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4", b"\x1f\x9d": "uncompress"}
ENDINGS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

# "postfix/smtpd[123]: ", "postfix-in/submission/smtpd[123]: ", "[1:mail1:postfix/smtpd] ", "postfix/smtpd 123 - - ",
# "postfix/smtpd: ", and what Solaris puts behind it.
PROCESS = re.compile(rb"(?:[/ ]|postfix[\w.-]*/(?:[\w.-]+/)*)"
                     rb"(smtpd|postscreen|cleanup|qmgr|smtp|lmtp|local|virtual|pipe|error|discard)"
                     rb"(?:\[(\d+)\]:? |\]:? |: | (\d+) \S+ (?:-|\[.*?[^\\]\]) (?:\xef\xbb\xbf)?)"
                     rb"(?:\[ID \d+ \S+\] )?(.*)")
ISO_TIME = re.compile(rb"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)? ?(Z|[+-]\d\d:?\d\d)?[ \]]")
SYSLOG_TIME = re.compile(rb"([A-Z][a-z]{2}) +(\d+) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)[ .]")
UNIX_TIME = re.compile(rb"(?:^|\s)(\d{10})\.\d+ ")
MONTHS = {name.encode(): number for number, name in enumerate(calendar.month_abbr)}

# `process` is empty where the line does not tell, `when` is None there.
Event = collections.namedtuple("Event", "when program process message")


def rotated_set(path):
    """The log itself and what became of it earlier."""
    older = [name for name in glob.glob(glob.escape(path) + "*") if ROTATED.fullmatch(name[len(path):])]
    return ([path] if os.path.exists(path) or not older else []) + sorted(older)


def logs_or_default(logs):
    """Those that were named, else those that are there."""
    return logs or [log for log in DEFAULT_LOGS if any(map(os.path.exists, rotated_set(log)))]


class Clock:
    """Times of log lines; syslog leaves the year out: it is the last in which the line is not newer than its file."""

    def __init__(self, written):
        self.written = written

    def read(self, head):
        """Seconds since 1970 of the time in the head of a line, or None."""
        iso = ISO_TIME.search(head)
        if iso:
            zone = (iso[3] or b"").decode().replace("Z", "+00:00")
            return _moment(f"{iso[1].decode()}T{iso[2].decode()}{zone}")
        syslog = SYSLOG_TIME.search(head)
        if syslog and syslog[1] in MONTHS:
            return self._in_its_year(MONTHS[syslog[1]], *(int(part or 0) for part in syslog.groups()[1:]))
        unix = UNIX_TIME.search(head)
        return int(unix[1]) if unix else None

    def _in_its_year(self, month, day, year, hour, minute, second):
        if year:
            return int(time.mktime((year, month, day, hour, minute, second, 0, 0, -1)))
        year = time.localtime(self.written).tm_year
        when = time.mktime((year, month, day, hour, minute, second, 0, 0, -1))
        if when > self.written + 86400:
            when = time.mktime((year - 1, month, day, hour, minute, second, 0, 0, -1))
        return int(when)


def _moment(text):
    try:
        return int(datetime.datetime.fromisoformat(text).timestamp())
    except ValueError:
        return None


def event_in(line, clock):
    """What Postfix says in this line, or None where it says nothing."""
    if line.lstrip().startswith(b"{"):
        try:
            return _event_in_json(json.loads(line), clock)
        except (ValueError, TypeError, OverflowError):
            pass  # a line that only begins so
    found = PROCESS.search(line)
    if not found:
        return None
    program, pid, rfc5424_pid, message = found.groups()
    return Event(clock.read(line[:found.start()]), program, pid or rfc5424_pid or b"", message)


def _event_in_json(document, clock):
    if "MESSAGE" in document:  # journalctl -o json
        program = _bytes(document.get("SYSLOG_IDENTIFIER")).rpartition(b"/")[2]
        when = document.get("_SOURCE_REALTIME_TIMESTAMP") or document.get("__REALTIME_TIMESTAMP")
        process = _bytes(document.get("SYSLOG_PID") or document.get("_PID"))
        return Event(int(when) // 1_000_000 if when else None, program, process, _bytes(document["MESSAGE"]).rstrip())
    for text, moment in (("log", "time"), ("message", "@timestamp"), ("message", "timestamp")):  # Docker, rsyslog
        if isinstance(document.get(text), str):
            event = event_in(_bytes(document[text]).rstrip(), clock)
            when = ISO_TIME.search(_bytes(document.get(moment)) + b" ")
            return event._replace(when=clock.read(when[0])) if event and event.when is None and when else event
    return None


def _bytes(value):
    """A field of JSON; journalctl writes one with strange bytes as an array of numbers."""
    if isinstance(value, list):
        return bytes(value)
    return ("" if value is None else str(value)).encode("utf-8", "surrogatepass")


class Logs:
    """Reads logs file by file; `failed` counts those that could not be read to their end: what came before counts."""

    def __init__(self, paths, program):
        self.paths = paths
        self.program = program
        self.failed = 0

    def files(self):
        """Triples: the file's name, when it was last written, and its lines as bytes."""
        for path in self.paths:
            if path == "-":
                yield "standard input", time.time(), sys.stdin.buffer
                continue
            for part in rotated_set(path):
                yield part, (os.path.getmtime(part) if os.path.exists(part) else time.time()), self._lines(part)

    def say(self, part, text):
        print(f"{self.program}: {part}: {text}", file=sys.stderr)

    def _lines(self, part):
        try:
            with open(part, "rb") as file:
                first = file.read(6)
            opener = next((how for magic, how in PACKED.items() if first.startswith(magic)),
                          ENDINGS.get(os.path.splitext(part)[1], open))
            if isinstance(opener, str):
                yield from self._lines_of_program(opener, part)
                return
            with opener(part, "rb") as file:
                yield from file
        except (OSError, EOFError, lzma.LZMAError) as error:
            self.say(part, error)
            self.failed += 1

    def _lines_of_program(self, program, part):
        if not shutil.which(program):
            raise OSError(f"left out: expected the program {program}, which unpacks it")
        with subprocess.Popen([program, "-dc", part], stdout=subprocess.PIPE) as child:
            yield from child.stdout
        if child.returncode != 0:
            raise OSError(f"{program} ends with status {child.returncode}")


class Counted:
    """Lines as they are read, and how many there were."""

    def __init__(self, lines):
        self.lines = iter(lines)
        self.count = 0

    def __iter__(self):
        for self.count, line in zip(itertools.count(1), self.lines):
            yield line
