"""Every command in README.md and contrib/guides is run, in the order of the page, beside a daemon with a few verdicts.

A path of a real machine stands for a file of the test (PATHS), a reference or a number of a change for one that is
there.  What cannot be run here is named with the test that does it (ELSEWHERE).
"""

import itertools
import os
import re
import select
import shutil
import sqlite3
import subprocess
import unittest

from tool_case import ROOT, ToolCase, main, wait_for

PAGES = ["README.md", *sorted(os.path.join("contrib/guides", name) for name in os.listdir(os.path.join(ROOT, "contrib/guides")))]
PROGRAMS = ("sekimorictl", "build/sekimorictl", "scripts/", "printf", "systemctl", "apt", "postconf", "mv", "rm", "cmake", "curl", "promtool")
ELSEWHERE = {
    "apt install": "package_test installs and upgrades the package",
    "scripts/run": "every test that starts the daemon",
    "scripts/test": "this very run",
    "cmake -S": "this very build",
    "systemctl reload postfix": "package_test reloads a real Postfix",
    "sekimorictl setup --write": "package_test writes one, setup's own tests do, too",
}
# What ends with another status than 0 on a machine that is as this one is.
STATUSES = {"sekimorictl status": (0, 1), "sekimorictl dnsbl test": (0, 1)}
PARTNER, STRANGER = "203.0.113.5", "203.0.113.7"
NOW = 1795910400  # 2026-11-28, within the greylist's memory on the day of the test


def commands_of(page):
    """(line number, command) of every command; of an example with output only the lines behind "$ "."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines, 1):
        if not line.startswith("    "):
            continue
        text = line.strip().removeprefix("$ ")
        if text.startswith(PROGRAMS) and not text.startswith(("rules/", "cache/")):
            yield number, re.sub(r"\s+# .*$", "", text)


class DocumentsTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.world.stage.path("pages")
        os.mkdir(cls.folder)
        cls.world.zone.tell(None, "5.113.0.203.in-addr.arpa", ["PTR", "out.partner.example"])
        cls.world.zone.tell(None, "out.partner.example", ["A", PARTNER])
        cls.run_tool("whitelist", "remove", ".partner.example")
        for forgiving in ("sender_match", "mail_name"):
            cls.world.set("points", forgiving, "0")
        cls.world.set("outbound", "mode", '"monitor"')
        cls.world.reload()
        cls.world.ask(protocol_state="DATA", sasl_username="ann@example.org", instance="a.0", recipient_count="1")
        cls.world.ask(client_address=PARTNER, helo_name="localhost", sender="ann@partner.example", recipient="bob@here.example")
        wait_for(lambda: cls.run_tool("verdicts", "--sender", "ann@partner.example").stdout, "the verdict in the journal")
        wait_for(lambda: cls.run_tool("outbound", "ann@example.org").returncode == 0, "the account in the store")
        cls.store = cls.world.stage.path("store")
        cls.make_files()
        shutil.copy(cls.world.config, os.path.join(cls.folder, "sekimori.toml"))
        wrapper = os.path.join(cls.folder, "sekimorictl")
        cls.world.write(wrapper, f'#!/bin/sh\nexec {cls.BUILD}/sekimorictl --config {cls.world.config} "$@"\n')
        os.chmod(wrapper, 0o755)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def make_files(cls):
        """What other programs and Postfix leave on a machine, small."""
        texts = {
            "aliases": "team: ann@example.org, joe@there.example\n", "virtual": "info@example.org team\n",
            "client_access": "192.0.2.31 OK\n", "sender_access": "ann@partner.example OK\n",
            "client.cidr": "192.0.2.32/28 OK\n", "client.regexp": "/\\.partner\\.example$/ OK\n",
            "main.cf": "postscreen_dnsbl_sites = zen.example*2 other.example\npostscreen_dnsbl_threshold = 2\n",
            "greylist.db": f"192.0.2.33\t<ann@partner.example>\t<bob@here.example>\t{NOW}\n",
            "mail.log": "Nov 28 08:30:00 mx postfix/smtpd[1]: connect from mail.partner.example[192.0.2.34]\n"
                        "Nov 28 08:30:01 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from mail.partner.example[192.0.2.34]: "
                        "554 5.7.1 <x@here.example>: Relay access denied; from=<ann@partner.example> to=<x@here.example> "
                        "proto=ESMTP helo=<mail.partner.example>\n",
        }
        for name, text in texts.items():
            cls.world.write(cls.path(name), text)
        os.mkdir(cls.path("postgrey"))
        pair = f"192.0.2.0/ann@partner.example/bob@here.example\n{NOW - 600},{NOW}\n"
        subprocess.run(["db5.3_load", "-T", "-t", "btree", cls.path("postgrey/postgrey.db")], input=pair, text=True, check=True)
        with sqlite3.connect(cls.path("sqlgrey.db")) as database:
            database.execute("CREATE TABLE connect (sender_name TEXT, sender_domain TEXT, src TEXT, rcpt TEXT, first_seen TEXT)")
            database.execute("CREATE TABLE from_awl (sender_name TEXT, sender_domain TEXT, src TEXT, first_seen TEXT, last_seen TEXT)")
            database.execute("CREATE TABLE domain_awl (sender_domain TEXT, src TEXT, first_seen TEXT, last_seen TEXT)")
            database.execute("INSERT INTO connect VALUES ('ann', 'partner.example', '192.0.2', 'bob@here.example', '2026-11-28 08:30:00')")
        database.close()

    def setUp(self):
        if not self.world.is_running:
            self.world.start()

    def as_here(self, command):
        """The command with the paths, references and numbers of this test."""
        paths = {
            "/var/lib/postgrey": self.path("postgrey"), "/etc/postgrey": "/etc/postgrey", "/etc/postfix/": self.path(""),
            "/etc/aliases": self.path("aliases"),
            "/var/lib/sekimori": self.store, "/var/backups/": self.path(""), "/var/log/mail.log": self.path("mail.log"),
            "XXXXX-XXXXX": self.reference, "--config var/sekimori.toml ": "", "build/sekimorictl": "sekimorictl",
            "scripts/": os.path.join(ROOT, "scripts/"),
        }
        for there, here in paths.items():
            command = command.replace(there, here)
        if "undo" in command:
            self.run_tool("whitelist", "add", "192.0.2.99", "--comment", "to be taken back")
            numbers = re.findall(r"^ *(\d+) ", self.run_tool("audit").stdout, re.M)
            command = re.sub(r"undo \d+", f"undo {numbers[-1]}", command)
        return command

    def text_for(self, command):
        """What is typed or pasted where a command reads standard input."""
        bounce = f"host mx.ours.example said: 450 4.7.1 Cannot resolve PTR record (ref {self.reference})\n"
        if command.endswith("report -"):
            return f"Received: from mail.partner.example (unknown [{PARTNER}])\n\tby mx.ours.example (Postfix); x\n\n"
        return bounce if command.endswith("unblock -") else ""

    def run_line(self, command):
        """The finished process, or None where it is run elsewhere."""
        if any(command.startswith(prefix) for prefix in ELSEWHERE):
            return None
        if command.startswith("systemctl stop"):
            return self.world.stop()
        if command.startswith("systemctl start"):
            return self.world.start()
        if command.startswith("postconf") and not shutil.which("postconf"):
            return None
        if command.startswith("rm ") and "alarms" in command:
            self.world.write(os.path.join(self.store, "alarms"), "lists restored 1795900000 as they were\n")
        if "--follow" in command:
            return self.follow(command)
        environment = self.environment(PATH=f"{self.folder}:/usr/sbin:/usr/bin:/sbin:/bin", TZ="UTC")
        return subprocess.run(["/bin/bash", "-c", self.as_here(command)], input=self.text_for(command), text=True, capture_output=True,
                              timeout=120, check=False, cwd=self.folder, env=environment)

    def follow(self, command):
        """It goes on until it is ended: it must show what comes after it began."""
        environment = self.environment(PATH=f"{self.folder}:/usr/bin:/bin")
        with subprocess.Popen(self.as_here(command).split(), stdout=subprocess.PIPE, cwd=self.folder, env=environment) as process:
            number = itertools.count()

            def shows():
                self.world.ask(client_address=STRANGER, sender=f"s{next(number)}@follow.example", recipient="bob@here.example")
                return select.select([process.stdout], [], [], 0.2)[0]

            try:
                wait_for(shows, f"{command} to show a verdict")
            finally:
                process.terminate()
        return subprocess.CompletedProcess(command, 0, "", "")

    def test_every_page_has_commands(self):
        for page in PAGES:
            self.assertTrue(list(commands_of(page)), page)

    def test_every_indented_line_that_names_the_tool_is_a_command(self):
        for page in PAGES:
            numbers = {number for number, _ in commands_of(page)}
            with open(os.path.join(ROOT, page), encoding="utf-8") as file:
                for number, line in enumerate(file, 1):
                    if re.match(r"    \S*sekimorictl\b", line):
                        self.assertIn(number, numbers, f"{page}:{number}")


def test_of(page):
    def test(self):
        for number, command in commands_of(page):
            with self.subTest(f"{page}:{number}: {command}"):
                done = self.run_line(command)
                if done is None:
                    continue
                expected = next((statuses for prefix, statuses in STATUSES.items() if command.startswith(prefix)), (0,))
                self.assertIn(done.returncode, expected, f"{page}:{number}: {command}\n{done.stdout}{done.stderr}")
    return test


for _page in PAGES:
    setattr(DocumentsTest, "test_the_commands_of_" + re.sub(r"\W", "_", os.path.splitext(_page)[0].lower()), test_of(_page))


if __name__ == "__main__":
    main()
