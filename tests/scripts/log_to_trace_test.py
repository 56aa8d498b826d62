"""scripts/log-to-trace: which mails it takes out of which logs, and that sekimorictl replay reads them."""

import bz2
import gzip
import json
import os
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "scripts", "log-to-trace")
SAMPLES = os.path.join(ROOT, "..", "shared", "data", "maillog")

TAKEN = """\
2026-11-20T10:00:00.123456+00:00 mx postfix/smtpd[11]: connect from mail.a.example[192.0.2.1]
2026-11-20T10:00:01+00:00 mx postfix/smtpd[11]: 4D1: client=mail.a.example[192.0.2.1]
2026-11-20T10:00:01+00:00 mx postfix/cleanup[12]: 4D1: message-id=<1@a.example>
2026-11-20T10:00:02+00:00 mx postfix/qmgr[9]: 4D1: from=<x@a.example>, size=1000, nrcpt=2 (queue active)
2026-11-20T10:00:03+00:00 mx postfix/lmtp[13]: 4D1: to=<r@b.example>, relay=b[private/lmtp], delay=2, status=sent (250 OK)
2026-11-20T10:00:03+00:00 mx postfix/lmtp[13]: 4D1: to=<box@b.example>, orig_to=<s@b.example>, relay=b, status=sent (ok)
2026-11-20T10:00:04+00:00 mx postfix/qmgr[9]: 4D1: removed
"""
TAKEN_ROWS = [
    "1795168801 192.0.2.1 mail.a.example verified - x@a.example r@b.example ham - -",
    "1795168801 192.0.2.1 mail.a.example verified - x@a.example s@b.example ham - -",
]

REFUSED = """\
2026-11-20T10:00:00Z mx postfix/smtpd[11]: connect from unknown[192.0.2.2]
2026-11-20T10:00:01Z mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from unknown[192.0.2.2]: 554 5.7.1 Service unavailable; \
Client host [192.0.2.2] blocked using bl.example; from=<> to=<r@b.example> proto=ESMTP helo=<[192.0.2.2]>
2026-11-20T10:00:02Z mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from unknown[192.0.2.2]: 450 4.7.1 <r@b.example>: \
Recipient address rejected: Greylisted; from=<y@c.example> to=<r@b.example> proto=SMTP helo=<c>
2026-11-20T10:00:03Z mx postfix/postscreen[8]: NOQUEUE: reject: RCPT from [2001:db8::1]:51705: 550 5.7.1 Service \
unavailable; client [2001:db8::1] blocked using bl.example; from=<a@d.example>, to=<r@b.example>, proto=ESMTP, helo=<d>
"""
REFUSED_ROWS = [
    "1795168801 192.0.2.2 - none [192.0.2.2] <> r@b.example spam - -",
    "1795168802 192.0.2.2 - none c y@c.example r@b.example ? - -",
    "1795168803 2001:db8::1 - nodata d a@d.example r@b.example spam - -",
]

FORGED = """\
2026-11-20T10:00:00Z mx postfix/smtpd[11]: warning: hostname p.isp.example does not resolve to address 192.0.2.3: Name \
or service not known
2026-11-20T10:00:00Z mx postfix/smtpd[11]: connect from unknown[192.0.2.3]
2026-11-20T10:00:01Z mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from unknown[192.0.2.3]: 550 5.1.1 no; from=<a@d.example> \
to=<r@b.example> proto=ESMTP helo=<d>
2026-11-20T10:01:00Z mx postfix/smtpd[11]: warning: hostname q.isp.example does not resolve to address 192.0.2.4: \
Temporary failure in name resolution
2026-11-20T10:01:00Z mx postfix/smtpd[11]: connect from unknown[192.0.2.4]
2026-11-20T10:01:01Z mx postfix/smtpd[11]: 5E1: client=unknown[192.0.2.4]
2026-11-20T10:01:02Z mx postfix/qmgr[9]: 5E1: from=<x@a.example>, size=1000, nrcpt=1 (queue active)
2026-11-20T10:01:03Z mx postfix/local[13]: 5E1: to=<r@b.example>, relay=local, delay=2, status=sent (250 OK)
"""
FORGED_ROWS = [
    "1795168801 192.0.2.3 p.isp.example forged d a@d.example r@b.example spam - -",
    "1795168861 192.0.2.4 q.isp.example nodata - x@a.example r@b.example ham - -",
]

# Authenticated, from this machine, picked up here, and outgoing: nobody asks a policy server about them.
OWN = """\
2026-11-20T10:00:00Z mx postfix/submission/smtpd[11]: A1: client=pc.a.example[192.0.2.9], sasl_method=PLAIN, \
sasl_username=ann
2026-11-20T10:00:00Z mx postfix/smtpd[11]: A2: client=localhost[127.0.0.1]
2026-11-20T10:00:00Z mx postfix/pickup[12]: A3: uid=0 from=<root>
2026-11-20T10:00:02Z mx postfix/qmgr[9]: A1: from=<x@a.example>, size=1000, nrcpt=1 (queue active)
2026-11-20T10:00:02Z mx postfix/qmgr[9]: A2: from=<x@a.example>, size=1000, nrcpt=1 (queue active)
2026-11-20T10:00:03Z mx postfix/smtp[13]: A1: to=<r@b.example>, relay=b.example[192.0.2.5]:25, delay=2, status=sent (ok)
2026-11-20T10:00:03Z mx postfix/smtp[13]: A2: to=<r@b.example>, relay=b.example[192.0.2.5]:25, delay=2, status=sent (ok)
"""


# One transcript, its lines as (seconds, program, process, message), ...
TRANSCRIPT = [
    (1, "smtpd", 50, "connect from mail.partner.example[192.0.2.20]"),
    (2, "smtpd", 50, "4Cz: client=mail.partner.example[192.0.2.20]"),
    (3, "cleanup", 55, "4Cz: message-id=<1@partner.example>"),
    (4, "qmgr", 9, "4Cz: from=<ann@partner.example>, size=3418, nrcpt=1 (queue active)"),
    (5, "lmtp", 60, "4Cz: to=<bob@here.example>, relay=here.example[private/lmtp], delay=0.3, status=sent (250 Saved)"),
    (6, "qmgr", 9, "4Cz: removed"),
    (8, "smtpd", 51, "warning: hostname gate.other.example does not resolve to address 192.0.2.21: Name not known"),
    (9, "smtpd", 51, "connect from unknown[192.0.2.21]"),
    (10, "smtpd", 51, "NOQUEUE: reject: RCPT from unknown[192.0.2.21]: 450 4.7.1 <bob@here.example>: Recipient address "
                      "rejected: no; from=<sales@other.example> to=<bob@here.example> proto=ESMTP helo=<gate>"),
    (13, "smtpd", 52, "NOQUEUE: reject: RCPT from unknown[203.0.113.66]: 554 5.7.1 Service unavailable; Client host "
                      "[203.0.113.66] blocked using bl.example; from=<s@bad.example> to=<bob@here.example> proto=ESMTP "
                      "helo=<WIN-1>"),
]
TRANSCRIPT_ROWS = [
    "1795168802 192.0.2.20 mail.partner.example verified - ann@partner.example bob@here.example ham - -",
    "1795168810 192.0.2.21 gate.other.example forged gate sales@other.example bob@here.example ? - -",
    "1795168813 203.0.113.66 - none WIN-1 s@bad.example bob@here.example spam - -",
]


def syslog(second, program, process, message):
    return f"Nov 20 10:00:{second:02} mx postfix/{program}[{process}]: {message}"


# ... and the heads that syslog daemons, containers and journals put before them.
LAYOUTS = {
    "syslog": syslog,
    "syslog with the year": lambda *line: syslog(*line).replace("Nov 20 ", "Nov 20 2026 "),
    "docker compose": lambda *line: "postfix-mailcow-1    | " + syslog(*line),
    "docker's json-file": lambda second, *line: json.dumps(
        {"log": syslog(second, *line) + "\n", "stream": "stdout", "time": f"2026-11-20T10:00:{second:02}.5Z"}),
    "docker's json-file without a time inside": lambda second, program, process, message: json.dumps(
        {"log": f"postfix/{program}[{process}]: {message}\n", "time": f"2026-11-20T10:00:{second:02}.5Z"}),
    "kubernetes": lambda second, *line: f"2026-11-20T10:00:{second:02}.123456789Z stdout F " + syslog(second, *line),
    "no process": lambda second, program, _, message:
        f"2026-11-20T10:00:{second:02}+00:00 [1:mail1:postfix/{program}] {message}",
    "RFC 5424": lambda second, program, process, message:
        f"<22>1 2026-11-20T10:00:{second:02}.123456Z mx postfix/{program} {process} - - {message}",
    "RFC 5424 with structured data": lambda second, program, process, message:
        f'<22>1 2026-11-20T10:00:{second:02}Z mx postfix/{program} {process} ID7 [x@1 a="b\\]c"] {message}',
    "journalctl -o json": lambda second, program, process, message: json.dumps(
        {"__REALTIME_TIMESTAMP": f"{1795168800 + second}000000", "SYSLOG_IDENTIFIER": f"postfix/{program}",
         "SYSLOG_PID": str(process), "MESSAGE": message}),
    "journalctl -o json, strange bytes": lambda second, program, process, message: json.dumps(
        {"__REALTIME_TIMESTAMP": f"{1795168800 + second}000000", "SYSLOG_IDENTIFIER": f"postfix-in/{program}",
         "_PID": str(process), "MESSAGE": list(message.encode())}),
    "journalctl -o short-unix": lambda second, program, process, message:
        f"{1795168800 + second}.123456 mx postfix/{program}[{process}]: {message}",
    "a blank in the date": lambda second, program, process, message:
        f"2026-11-20 10:00:{second:02} mx postfix/{program}[{process}]: {message}",
}

# A milter, a header check and a proxy filter in front of the queue.
FILTERS = """\
2026-11-20T10:00:01Z mx postfix/smtpd[11]: 5A1: client=unknown[192.0.2.2]
2026-11-20T10:00:02Z mx postfix/cleanup[12]: 5A1: milter-reject: END-OF-MESSAGE from unknown[192.0.2.2]: 5.7.1 Spam; \
from=<a@d.example> to=<r@b.example> proto=ESMTP helo=<d>
2026-11-20T10:00:03Z mx postfix/smtpd[11]: 5A2: client=unknown[192.0.2.2]
2026-11-20T10:00:04Z mx postfix/cleanup[12]: 5A2: milter-reject: END-OF-MESSAGE from unknown[192.0.2.2]: 4.7.1 Try \
again; from=<a@d.example> to=<r@b.example> proto=ESMTP helo=<d>
2026-11-20T10:00:05Z mx postfix/smtpd[11]: 5A3: client=unknown[192.0.2.3]
2026-11-20T10:00:06Z mx postfix/cleanup[12]: 5A3: reject: header Subject: from x[192.0.2.99]; from=<f@f.example> \
to=<f@f.example> from unknown[192.0.2.3]; from=<a@d.example> to=<r@b.example> proto=ESMTP helo=<d>: 5.7.1 no
2026-11-20T10:00:07Z mx postfix/smtpd[13]: connect from unknown[192.0.2.4]
2026-11-20T10:00:07Z mx postfix/smtpd[13]: NOQUEUE: client=unknown[192.0.2.4]
2026-11-20T10:00:08Z mx postfix/smtpd[13]: NOQUEUE: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=1 - SPAM; \
from=<a@d.example> to=<r@b.example> proto=ESMTP helo=<d>
2026-11-20T10:00:09Z mx postfix/smtpd[13]: NOQUEUE: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 5A4; \
from=<a@d.example> to=<r@b.example> proto=ESMTP helo=<d>
"""
FILTERS_ROWS = [
    "1795168802 192.0.2.2 - none d a@d.example r@b.example spam - -",
    "1795168804 192.0.2.2 - none d a@d.example r@b.example ? - -",
    "1795168806 192.0.2.3 - none d a@d.example r@b.example spam - -",
    "1795168808 192.0.2.4 - none d a@d.example r@b.example spam - -",
    "1795168809 192.0.2.4 - none d a@d.example r@b.example ham - -",
]


class LogToTraceTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name, text, opener=open):
        path = os.path.join(self.directory, name)
        with opener(path, "wb") as file:
            file.write(text.encode("latin-1"))
        return path

    def run_script(self, *arguments, text=None):
        return subprocess.run([SCRIPT, *arguments], input=text, text=True, capture_output=True, timeout=60, check=False,
                              env={**os.environ, "TZ": "UTC"})

    def rows(self, text, *arguments):
        done = self.run_script(*arguments, "-", text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        header, *rows = done.stdout.splitlines()
        self.assertEqual(header, "ts\tclient_ip\trdns\trdns_state\thelo\tsender\trcpt\tlabel\tspf\tdnsbl")
        return [row.replace("\t", " ") for row in rows]

    def test_a_mail_that_was_taken_is_a_row_for_each_recipient(self):
        self.assertEqual(self.rows(TAKEN), TAKEN_ROWS)

    def test_what_was_refused_is_a_row_too(self):
        self.assertEqual(self.rows(REFUSED), REFUSED_ROWS)

    def test_names_that_do_not_confirm_are_known_by_the_warning(self):
        self.assertEqual(self.rows(FORGED), FORGED_ROWS)

    def test_postfix_is_found_wherever_it_stands_in_the_line(self):
        for name, layout in LAYOUTS.items():
            with self.subTest(name):
                # Syslog's times have no year: that of the file.
                log = self.write("mail.log", "".join(layout(*line) + "\n" for line in TRANSCRIPT))
                os.utime(log, (1795170000, 1795170000))
                done = self.run_script(log)
                self.assertEqual([row.replace("\t", " ") for row in done.stdout.splitlines()[1:]], TRANSCRIPT_ROWS)
                self.assertIn("mail.log: 10 lines, 10 of Postfix's services", done.stderr)

    def test_what_filters_refuse_is_a_row_and_no_mail_that_was_taken(self):
        self.assertEqual(self.rows(FILTERS), FILTERS_ROWS)

    def test_packed_files_are_known_by_their_content_and_said_where_nothing_unpacks_them(self):
        log = self.write("maillog", "Nov 29 00:00:00 mx newsyslog[1]: logfile turned over\n")
        self.write("maillog.0.bz2", TAKEN, bz2.open)
        self.write("maillog.1", TAKEN.replace("4D1", "4D2"), gzip.open)  # renamed by somebody
        self.write("maillog.2.lz4", "\x04\x22\x4d\x18 packed by a program that is not there")
        done = subprocess.run([SCRIPT, log], text=True, capture_output=True, timeout=60, check=False,
                              env={"PATH": "/nowhere", "TZ": "UTC"})
        self.assertEqual(len(done.stdout.splitlines()), 1 + 2 * len(TAKEN_ROWS), done.stderr)
        self.assertIn("maillog: 1 lines, 0 of Postfix's services", done.stderr)
        self.assertIn("maillog.0.bz2: 7 lines, 7 of Postfix's services", done.stderr)
        self.assertIn("maillog.2.lz4: left out: expected the program lz4", done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_own_mail_is_left_out(self):
        self.assertEqual(self.run_script("-", text=OWN).returncode, 1)
        self.assertEqual(self.rows(OWN + TAKEN), TAKEN_ROWS)

    def test_labels_are_given(self):
        self.assertEqual({row.split()[7] for row in self.rows(TAKEN + REFUSED, "--taken", "t", "--refused", "r")},
                         {"t", "r", "?"})

    def test_a_mail_may_lie_in_two_files_of_a_rotated_set(self):
        lines = TAKEN.splitlines(keepends=True)
        older = self.write("mail.log.2.gz", "".join(lines[:2]), gzip.open)
        os.utime(older, (1795168801, 1795168801))
        newer = self.write("mail.log", "".join(lines[2:]))
        self.assertEqual(self.run_script(newer).stdout.splitlines()[1:], [row.replace(" ", "\t") for row in TAKEN_ROWS])

    def test_the_year_of_a_syslog_time_is_that_of_its_file(self):
        log = self.write("mail.log", "Dec 31 23:59:59 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: "
                                     "550 5.1.1 no; from=<> to=<r@b.example> proto=ESMTP helo=<a>\n")
        written = time.mktime((2026, 1, 2, 0, 0, 0, 0, 0, -1)) - time.timezone
        os.utime(log, (written, written))
        self.assertEqual(self.run_script(log).stdout.splitlines()[1].split("\t")[0], "1767225599")

    def test_strange_bytes_cannot_end_a_field(self):
        rows = self.rows(TAKEN.replace("<x@a.example>", "<x\ty\x1b\u00ff@a.example>"))
        self.assertEqual([row.split()[5] for row in rows], ["x?y?\u00ff@a.example"] * 2)

    def test_lines_without_a_time_are_counted(self):
        done = self.run_script("-", text=TAKEN + "x postfix/smtpd[1]: connect from a[192.0.2.1]\n")
        self.assertIn("1 lines without a time", done.stderr)

    def test_real_logs_are_read(self):
        if not os.path.isdir(SAMPLES):
            print(f"SKIPPED LOUDLY: {SAMPLES} is not there")
            self.skipTest(f"{SAMPLES} is not there")
        for name, least in (("seaglass-2015-10-22.log", 1000), ("seaglass-2015-11-07.log", 700),
                            ("avas-2004-03-01-part1.log", 250), ("tcd-solaris-2007-sample-a.log", 200)):
            done = self.run_script(os.path.join(SAMPLES, name))
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = [row.split("\t") for row in done.stdout.splitlines()]
            self.assertGreater(len(rows), least, name)
            self.assertTrue(all(len(row) == len(rows[0]) for row in rows), name)
            times = [int(row[0]) for row in rows[1:]]
            self.assertEqual(times, sorted(times))


if __name__ == "__main__":
    unittest.main()
