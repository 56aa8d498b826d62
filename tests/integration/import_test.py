"""What the real postgrey and sqlgrey of Debian remember after a load, taken over by the tool: their files, and the mail
that passes afterwards."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from outside import Client  # noqa: E402
from scene import Scene, main  # noqa: E402
from stage import wait_for  # noqa: E402
from world import World  # noqa: E402

MAILS = 60
NUMBERS = itertools.count()  # of worlds: each on an address of its own
DELAY = 1  # seconds: a retry must be a real one

SQLGREY = """\
loglevel = 0
inet = 127.0.0.1:{port}
reconnect_delay = 0
db_type = SQLite
db_name = {directory}/sqlgrey.db
user = root
group = root
conf_dir = {directory}
pidfile = {directory}/sqlgrey.pid
admin_mail = root
"""


def mail(number):
    """Half of the senders have a tag, some a digit run; every client is a network of its own."""
    return {"client_address": f"203.0.{number}.7", "sender": f"news{number % 7}+x{number}@sender{number % 9}.example",
            "recipient": f"r{number}@ours.example", "instance": f"{number}.{time.monotonic_ns():x}"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.world = World(Scene.BUILD, next(NUMBERS))
        self.addCleanup(self.world.close)
        self.world.start()
        self.directory = os.path.join(self.world.stage.directory, "other")
        os.mkdir(self.directory)
        self.port = free_port()

    def start(self, name, command):
        """The program itself; ends with the test."""
        process = self.world.stage.start(name, command)

        def listens():
            if not process.is_running():
                raise AssertionError(f"{name} ended")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_for(listens, f"{name} to listen")
        return process

    def stop(self, process):
        """Both look at a signal when their next connection comes."""
        process.send(15)

        def has_ended():
            if process.is_running():
                with socket.socket() as probe:
                    probe.connect_ex(("127.0.0.1", self.port))
            return not process.is_running()

        wait_for(has_ended, f"{process.name} to end")

    def start_postgrey(self):
        return self.start("postgrey", ["/usr/sbin/postgrey", f"--inet=127.0.0.1:{self.port}", f"--delay={DELAY}",
                                       f"--dbdir={self.directory}", "--user=root", "--group=root"])

    def start_sqlgrey(self):
        for name in os.listdir("/etc/sqlgrey"):
            shutil.copy(os.path.join("/etc/sqlgrey", name), self.directory)
        config = os.path.join(self.directory, "sqlgrey.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(SQLGREY.format(port=self.port, directory=self.directory))
        return self.start("sqlgrey", ["/usr/sbin/sqlgrey", "-f", config])

    def ask_other(self, request):
        with Client(("127.0.0.1", self.port)) as connection:
            return connection.ask(**request)

    def load(self):
        """All mails once; then each second one comes back until it is let in."""
        for number in range(MAILS):
            self.assertRegex(self.ask_other(mail(number)), "(?i)^defer_if_permit")
        for number in range(0, MAILS, 2):
            wait_for(lambda number=number: not self.ask_other(mail(number)).lower().startswith("defer"),
                     f"mail {number} to be let in")

    def import_(self, *arguments, status=0):
        got, said = self.world.tool(["import", *arguments])
        self.assertEqual(got, status, said)
        return said

    def turned_away(self, number):
        return self.world.ask(**mail(number)).startswith("DEFER_IF_PERMIT")

    def assert_known(self):
        """Who was let in there is let in here at once; who waits there waits here, and comes in after our delay."""
        for number in range(MAILS):
            self.assertEqual(self.turned_away(number), number % 2 == 1, number)
        self.world.pass_time(181)
        self.assertFalse(self.turned_away(1))

    def test_postgrey_stopped(self):
        process = self.start_postgrey()
        self.load()
        self.stop(process)
        said = self.import_("postgrey", "--delay", f"{DELAY}s", self.directory)
        self.assertIn(f"postgrey.db: {MAILS} taken, 0 known already, 0 skipped", said)
        self.assertIn(f"postgrey_clients.db: {MAILS // 2} taken, 0 known already, 0 skipped", said)
        self.assertIn(f"{MAILS} known already", self.import_("postgrey", "--delay", f"{DELAY}s", self.directory))
        for number in range(0, MAILS, 2):
            self.assertFalse(self.turned_away(number), number)
        self.assertIn("import postgrey", self.world.tool(["audit"])[1])

    def test_postgrey_running_and_as_text(self):
        self.start_postgrey()
        self.load()
        self.assertIn(f"postgrey.db: {MAILS} would be taken", self.import_("postgrey", "--dry-run", self.directory))
        for arguments in (["-p"], []):
            text = subprocess.run(["db5.3_dump", *arguments, "-h", self.directory, "postgrey.db"], check=True,
                                  capture_output=True, text=True).stdout
            path = os.path.join(self.directory, "dump.txt")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn(f"dump.txt: {MAILS} would be taken", self.import_("postgrey", "--dry-run", path))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text[:len(text) // 2])
            self.assertIn("nothing was changed", self.import_("postgrey", path, status=65))

    def test_sqlgrey_as_file_and_as_dump(self):
        process = self.start_sqlgrey()
        self.load()
        self.stop(process)
        path = os.path.join(self.directory, "sqlgrey.db")
        rows = MAILS // 2  # exempt; what waits of each mail stands in connect until sqlgrey cleans up
        dump = subprocess.run(["sqlite3", path, ".dump"], check=True, capture_output=True, text=True).stdout
        waiting = dump.count("INSERT INTO connect")
        self.assertEqual(dump.count("INSERT INTO from_awl"), rows)
        self.assertIn(f"sqlgrey.db: {rows + waiting} taken, 0 known already, 0 skipped", self.import_("sqlgrey", path))
        text = os.path.join(self.directory, "dump.sql")
        with open(text, "w", encoding="utf-8") as file:
            file.write(dump)
        self.assertIn(f"dump.sql: 0 taken, {rows + waiting} known already", self.import_("sqlgrey", text))
        self.assert_known()
        # Known is the sender from that client, not the client.
        other = {**mail(0), "sender": "somebody@else.example", "instance": "other"}
        self.assertTrue(self.world.ask(**other).startswith("DEFER_IF_PERMIT"))

    def test_a_damaged_database_changes_nothing(self):
        process = self.start_postgrey()
        self.load()
        self.stop(process)
        path = os.path.join(self.directory, "postgrey.db")
        alone = os.path.join(self.world.stage.directory, "half.db")
        with open(path, "rb") as whole, open(alone, "wb") as half:
            half.write(whole.read()[:5000])
        self.import_("postgrey", alone, status=65)
        self.assertNotIn("203.0.", self.world.tool(["greylist", "list"])[1])


if __name__ == "__main__":
    main()
