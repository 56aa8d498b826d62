"""contrib/helpdesk: what the help desk may do, and what it may not."""

import os
import shutil
import subprocess
import unittest

from tool_case import ROOT, ToolCase, main

FOLDER = os.path.join(ROOT, "contrib", "helpdesk")


class HelpdeskTest(ToolCase):
    def wrapper(self, *arguments, text=None):
        """Beside a program that calls the tool of this test with its configuration."""
        tool = self.world.stage.path("sekimorictl")
        self.world.write(tool, f"#!/bin/sh\nexec {' '.join(self.command())} \"$@\"\n")
        os.chmod(tool, 0o755)
        return subprocess.run([os.path.join(FOLDER, "sekimori-helpdesk"), *arguments], input=text, capture_output=True,
                              text=True, check=False, env=self.environment(SEKIMORICTL=tool))

    def test_it_looks_at_verdicts_and_lets_a_sender_in(self):
        self.assertIn(self.reference, self.wrapper("verdicts", "--since", "2h").stdout)
        done = self.wrapper("unblock", "-", "--dry-run", text=f"said (ref {self.reference})\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.wrapper("explain", self.reference).returncode, 0)

    def test_it_decides_about_requests(self):
        done = self.wrapper("requests", "list")
        self.assertEqual((done.returncode, done.stdout), (0, "no requests wait; --all shows those that were decided\n"), done.stderr)
        self.assertEqual(self.wrapper("requests", "allow", self.reference).returncode, 1, "nobody asked")
        self.assertEqual(self.wrapper("requests", "refuse", self.reference, "--by", "bob").returncode, 77)

    def test_it_does_nothing_else(self):
        for arguments, status in (((), 64), (("whitelist", "add", "192.0.2.1"), 64), (("--config", "x", "verdicts"), 64),
                                  (("verdicts", "--config", "x"), 77), (("verdicts", "--config=x"), 77), (("verdicts", "--conf", "x"), 77),
                                  (("unblock", self.reference, "--by", "bob"), 77), (("unblock", self.reference, "--by=bob"), 77),
                                  (("unblock", self.reference, "--wide"), 77), (("unblock", "/etc/shadow"), 77),
                                  (("unblock", "../x"), 77)):
            with self.subTest(arguments):
                done = self.wrapper(*arguments)
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                self.assertEqual(done.stdout, "")

    @unittest.skipUnless(shutil.which("visudo"), "visudo is needed")
    def test_the_sudoers_example_is_one(self):
        done = subprocess.run(["visudo", "-c", "-f", os.path.join(FOLDER, "sekimori.sudoers")], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
