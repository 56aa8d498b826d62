"""scripts/warm-cache: which clients it takes out of which logs, and what it hands to the tool."""

import gzip
import json
import lzma
import os
import stat
import subprocess
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "scripts", "warm-cache")
SAMPLES = os.path.join(ROOT, "..", "shared", "data", "maillog")

LOG = """\
Oct 22 02:13:41 mx postfix/smtpd[26895]: connect from mail.sender.example[192.0.2.1]
Oct 22 02:13:42 mx postfix/smtpd[26895]: E2C08243CB: client=mail.sender.example[192.0.2.1]
Oct 22 02:13:42 mx postfix/smtpd[26895]: disconnect from mail.sender.example[192.0.2.1]
Oct 22 02:13:42 mx postfix/smtpd[26895]: lost connection after RCPT from unknown[192.0.2.2]
Oct 22 02:13:43 mx postfix/smtpd[26896]: NOQUEUE: reject: RCPT from unknown[192.0.2.3]: 450 4.7.1 <a[192.0.2.9]>: no
Oct 22 02:13:44 mx postfix/anvil[26709]: statistics: max connection rate 3/60s for (smtp:192.0.2.4) at Oct 22
Oct 22 02:13:45 mx postfix/smtp[26700]: 933AE243CB: to=<b@far.example>, relay=mx.far.example[192.0.2.5]:25, status=sent
Jan 26 03:15:17 mx postfix/smtpd[12927]: [ID 197553 mail.info] connect from sun.example[192.0.2.6]
2025-01-20T14:33:15.838889-05:00 mx postfix/postscreen[8]: CONNECT from [2001:db8::1]:51705 to [192.0.2.200]:25
2025-01-20T14:33:15.938889-05:00 mx postfix/postscreen[8]: NOQUEUE: reject: RCPT from [2001:DB8::1]:51705: 550 5.7.1
Oct 22 02:13:46 mx postfix/smtpd[26895]: connect from unknown[192.0.2.999]
Oct 22 02:13:46 mx postfix/smtpd[26895]: connect from unknown[unknown]
\u00e9\u00ff not a log line at all
"""
CLIENTS = {"192.0.2.1": 2, "192.0.2.3": 1, "192.0.2.6": 1, "2001:db8::1": 2}


class WarmCacheTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text, opener=open):
        with opener(self.path(name), "wb") as file:
            file.write(text.encode("latin-1"))
        return self.path(name)

    def run_script(self, *arguments, text=None, env=None):
        return subprocess.run([SCRIPT, *arguments], input=text, text=True, capture_output=True, timeout=60, check=False,
                              env={**os.environ, **(env or {})})

    def clients(self, *arguments, text=None):
        done = self.run_script("--print", *arguments, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {client: int(times) for client, times in (line.split("\t") for line in done.stdout.splitlines())}

    def test_clients_of_smtpd_and_postscreen_are_found_and_others_are_not(self):
        self.assertEqual(self.clients(self.write("mail.log", LOG)), CLIENTS)

    def test_the_rotated_set_is_read_with_the_log(self):
        log = self.write("mail.log", LOG)
        self.write("mail.log.1", LOG)
        self.write("mail.log.2.gz", LOG, gzip.open)
        self.write("mail.log-20261101.xz", LOG, lzma.open)
        self.write("mail.log.bak", LOG)
        self.assertEqual(self.clients(log), {client: 4 * times for client, times in CLIENTS.items()})

    def test_a_packed_log_alone_is_read(self):
        self.assertEqual(self.clients(self.write("old.xz", LOG, lzma.open)), CLIENTS)

    def test_standard_input_as_journalctl_writes_it(self):
        messages = [line.partition("]: ")[2] for line in LOG.splitlines() if "postfix/" in line]
        for name, text in {"short": LOG, "cat": "\n".join(messages),
                           "json": "\n".join(json.dumps({"MESSAGE": message}) for message in messages)}.items():
            with self.subTest(name):
                self.assertEqual(self.clients("-", text=text), CLIENTS)

    def test_the_most_frequent_come_first(self):
        done = self.run_script("--print", "--most", "2", self.write("mail.log", LOG))
        self.assertEqual(done.stdout, "192.0.2.1\t2\n2001:db8::1\t2\n")

    def test_a_broken_file_is_said_and_the_rest_is_read(self):
        log = self.write("mail.log", LOG)
        self.write("mail.log.1.gz", "no gzip at all")
        done = self.run_script("--print", log)
        self.assertEqual(done.returncode, 1)
        self.assertIn("mail.log.1.gz", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), len(CLIENTS))

    def test_lines_with_a_broken_address_are_counted(self):
        broken = "Nov  7 02:11:21 mx postfix/smtpd[1]: connect from a.example[999.1.2.3]\n" * 2  # LOG has one, too
        done = self.run_script("--print", self.write("mail.log", broken + LOG))
        self.assertIn("lines with a broken address, skipped: 3", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), len(CLIENTS))

    def test_no_log_and_no_client_are_errors(self):
        self.assertEqual(self.run_script("--print", self.path("missing.log")).returncode, 1)
        self.assertEqual(self.run_script("--print", self.write("empty.log", "")).returncode, 1)

    def test_the_tool_gets_the_clients_and_its_options(self):
        tool = self.write("tool", '#!/bin/sh\necho "$@"\ncat\nexit 74\n')
        os.chmod(tool, stat.S_IRWXU)
        done = self.run_script("--config", "c.toml", "--rate", "50", "--most", "1", self.write("mail.log", LOG),
                               env={"SEKIMORICTL": tool})
        self.assertEqual(done.stdout, "--config c.toml cache warm - --rate 50\n192.0.2.1\t2\n")
        self.assertEqual(done.returncode, 74)

    def test_real_logs_give_every_client_that_connected(self):
        if not os.path.isdir(SAMPLES):
            self.skipTest(f"no samples in {SAMPLES}")
        with open(os.path.join(SAMPLES, "expected.json"), encoding="utf-8") as file:
            expected = json.load(file)
        # The lines of the Solaris sample are picked at random: not every client has its "connect from".
        for name in (name for name in expected if "solaris" not in name):
            with self.subTest(name):
                found = self.clients(os.path.join(SAMPLES, name))
                self.assertEqual(len(found), expected[name]["distinct_connect_ips"])


if __name__ == "__main__":
    unittest.main()
