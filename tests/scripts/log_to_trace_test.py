"""scripts/log-to-trace: which mails it takes out of which logs, and that sekimorictl replay reads them."""

import gzip
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
