"""The targets of the log with their real readers: systemd-journald, journalctl, logwatch, postgreyreport.

The journal runs in a mount namespace of its own, so that nothing of the machine's is touched.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from scene import Scene, main
from stage import PATIENCE, program, wait_for

LOGWATCH = "/usr/share/logwatch/scripts/services/postfix"
JOURNALD = "/lib/systemd/systemd-journald"
DIRECT = ('mount --bind "$1/run" /run && mount --bind "$1/log" /var/log && exec ' + JOURNALD)


def skip_loudly(what):
    print(f"SKIPPED: {what}", file=sys.stderr)
    raise unittest.SkipTest(what)


class Journal:
    """A systemd-journald that writes below `directory`."""

    def __init__(self, stage):
        self.directory = stage.path("journal")
        for folder in ("run/systemd/journal", "log"):
            os.makedirs(os.path.join(self.directory, folder))
        stage.start("journald", ["unshare", "--mount", "sh", "-c", DIRECT, "sh", self.directory])
        # Bound is not yet read: wait until what is sent has arrived.
        wait_for(lambda: os.path.exists(self.socket("socket")) and os.path.exists(self.socket("dev-log")), "the journal's sockets")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(self.socket("socket"))
            sender.send(b"MESSAGE=here\nSEKIMORI_TEST=here\n")
        wait_for(lambda: self.read("SEKIMORI_TEST=here"), "the journal")

    def socket(self, name):
        return os.path.join(self.directory, "run/systemd/journal", name)

    def read(self, *matches):
        """What journalctl shows, a line an entry."""
        command = ["journalctl", "--quiet", "--directory", os.path.join(self.directory, "run/log/journal"), *matches]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.stdout.splitlines()


class LogTest(Scene):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(JOURNALD) or os.geteuid() != 0:
            skip_loudly("systemd-journald is not here, or we are not root")
        super().setUpClass()
        cls.journal = Journal(cls.stage)
        for variable, name in (("SEKIMORI_JOURNAL_SOCKET", "socket"), ("SEKIMORI_SYSLOG_SOCKET", "dev-log")):
            os.environ[variable] = cls.journal.socket(name)
            cls.addClassCleanup(os.environ.pop, variable)

    def with_log(self, settings):
        self.daemon.stop()
        self.daemon.configure(more=f"[log]\n{settings}\n")
        self.daemon.start()

    def test_the_journal_finds_lines_by_their_fields(self):
        self.with_log('target = "journald"')
        said = self.daemon.log()
        for client in ("192.0.2.11", "192.0.2.11", "192.0.2.12"):
            self.assertTrue(self.daemon.ask(client).startswith("DEFER_IF_PERMIT"))
        wait_for(lambda: self.journal.read("SEKIMORI_CLIENT=192.0.2.12"), "the last line")
        lines = self.journal.read("SEKIMORI_CLIENT=192.0.2.11", "SEKIMORI_ACTION=greylist", "_TRANSPORT=journal")
        self.assertEqual(len(lines), 2, lines)
        self.assertRegex(lines[0], r" sekimorid\[\d+\]: verdict action=greylist reason=no_ptr .* client=192\.0\.2\.11 ")
        self.assertEqual(self.daemon.log(), said, "nothing is written twice")

    def test_warnings_have_their_priority_in_the_journal(self):
        self.with_log('target = "journald"')
        self.daemon.configure(more="[polcy]\n")
        self.daemon.process.send(signal.SIGHUP)
        wait_for(lambda: self.journal.read("SEKIMORI_EVENT=reload_refused", "PRIORITY=3"), "the error")

    def test_logwatch_counts_what_is_written_in_postgreys_words(self):
        if not os.path.exists(LOGWATCH):
            skip_loudly("logwatch is not installed: scripts/packages test")
        self.with_log('target = "syslog"\nstyle = "postgrey"')
        for _ in range(2):
            self.daemon.ask("192.0.2.11", sender="a@one.example", recipient="b@ours.example")
        self.daemon.pass_time(600)
        self.assertTrue(self.daemon.ask("192.0.2.11", sender="a@one.example", recipient="b@ours.example").startswith("PREPEND"))
        self.daemon.ask("192.0.2.13", sender='"x, recipient=v@x"@one.example', recipient="b@ours.example")
        wait_for(lambda: any("192.0.2.13" in line for line in self.journal.read("SYSLOG_IDENTIFIER=postgrey")), "the last line")
        lines = "\n".join(self.journal.read("_TRANSPORT=syslog")) + "\n"
        done = subprocess.run(["perl", LOGWATCH, "--detail", "10", "--syslog_name", "(?:post(?:fix|grey|fwd)|policyd-spf)"], input=lines,
                              capture_output=True, text=True, timeout=PATIENCE, check=True)
        report = re.sub(r"[ \t]+", " ", done.stdout)
        for line in (" 4 Postgrey ", " 3 Greylist\n", " 2 New\n", " 1 Early-retry\n", " 1 Pass\n", " 1 Triplet found\n", "Postgrey Delays Percentiles"):
            self.assertIn(line, report, done.stdout)
        self.assertNotIn("Unmatched", report, done.stdout)
        self.assertNotIn("1 v@x", report, "what a stranger wrote is no recipient")

    def test_postgreyreport_finds_who_never_came_back(self):
        report = program("postgreyreport")
        self.with_log('target = "syslog"\nstyle = "postgrey"')
        for client in ("192.0.2.21", "192.0.2.22"):
            self.assertEqual(self.mail.reply_to(client).code, 450)
        wait_for(lambda: "192.0.2.22" in self.mail.log(), "Postfix's lines")
        rejects = [line for line in self.mail.log().splitlines() if "reject: RCPT" in line and "192.0.2.2" in line]
        self.assertEqual(len(rejects), 2, rejects)
        # As postgrey would have kept it: the second came back after ten minutes.
        sender, recipient = re.search(r"from=<(\S+)> to=<(\S+)>", rejects[1]).groups()
        folder = self.stage.path("postgrey")
        os.makedirs(folder)
        rows = f"192.0.2.22/{sender}/{recipient}\n1000,1600\n"
        subprocess.run([program("db5.3_load"), "-T", "-t", "btree", os.path.join(folder, "postgrey.db")], input=rows, text=True, check=True)
        shutil.chown(folder, "postgrey")
        shutil.chown(os.path.join(folder, "postgrey.db"), "postgrey")
        lines = "\n".join(rejects + self.journal.read("_TRANSPORT=syslog")) + "\n"
        done = subprocess.run([report, "--dbdir", folder], input=lines, capture_output=True, text=True, timeout=PATIENCE, check=True)
        self.assertEqual([line.split()[0] for line in done.stdout.splitlines()], ["192.0.2.21"], done.stdout + done.stderr)


if __name__ == "__main__":
    main()
