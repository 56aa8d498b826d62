"""The test cases' base: name servers, a daemon and a Postfix that asks it; and the way to run a test file."""

import argparse
import os
import sys
import unittest

from daemon import Daemon
from mail_server import MailServer
from name_servers import NameServers
from stage import Stage


class Scene(unittest.TestCase):
    """One Postfix and one set of name servers for all tests of a class; a daemon for each test on an empty store."""

    BUILD = "build-dev"
    SETTINGS = {}  # of the daemon

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)
        cls.names = NameServers(cls.stage)
        cls.port = cls.stage.free_port()
        cls.mail = MailServer(cls.stage, f"inet:127.0.0.1:{cls.port}")

    def setUp(self):
        self.daemon = self.make_daemon(port=self.port, **self.SETTINGS).start()
        self.addCleanup(self.end_daemon)

    def end_daemon(self):
        """A sanitizer's report shows in the exit status."""
        if self.daemon.process.is_running():
            self.assertEqual(self.daemon.stop(), 0, self.daemon.log())

    def make_daemon(self, **settings):
        return Daemon(self.stage, self.BUILD, self.names, **settings)

    def run(self, result=None):
        """Shows what the daemon said where a test fails."""
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and getattr(self, "daemon", None):
            print(f"-- the daemon in {self.id()}\n{self.daemon.log()[-4000:]}", file=sys.stderr)

    def assert_accepted(self, reply):
        self.assertEqual(reply.code, 250, reply)

    def assert_turned_away(self, reply, text):
        """`text` as the sender sees it, without the reference that follows."""
        self.assertEqual(reply.code, 450, reply)
        self.assertRegex(reply.text, r"^4\.\d\.\d .*\(ref [0-9A-Z]{5}-[0-9A-Z]{5}\)$")
        self.assertIn(text, reply.text)


def main():
    """Runs the tests of the calling file: NAME_test.py --build DIR [arguments of unittest]."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", default=Scene.BUILD)
    arguments, rest = parser.parse_known_args()
    Scene.BUILD = os.path.abspath(arguments.build)
    if os.geteuid() != 0:
        print("SKIPPED: Debian's Postfix starts only as root; run scripts/test as root for the integration tests")
        sys.exit(77)  # CTest calls it skipped
    unittest.main(argv=[sys.argv[0], *rest])
