"""The base of tests of the command line: one daemon on a store with a few verdicts in it, and ways to run the tool."""

import itertools
import json
import os
import pty
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "scenarios"))

from world import PATIENCE, SLOW, World, run_tests, wait_for  # noqa: E402, F401

GREYLISTED, LISTED, BLOCKED, CLEAN = "203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"


class ToolCase(unittest.TestCase):
    """A daemon for all tests of a class; they must leave the store as it is, or not mind."""

    BUILD = "build-dev"
    _worlds = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.BUILD, next(cls._worlds))
        cls.addClassCleanup(cls.world.close)
        zone = cls.world.zone
        for number, name in ((2, "mail.listed.example"), (3, "mail.blocked.example"), (4, "mail.clean.example")):
            zone.tell(None, f"{number}.113.0.203.in-addr.arpa", ["PTR", name])
            zone.tell(None, name, ["A", f"203.0.113.{number}"])
        zone.tell(None, "2.113.0.203.zen.example", ["A", "127.0.0.2"])
        cls.world.set("dnsbl", "sites", '["zen.example*8"]')
        cls.world.start()
        cls.addClassCleanup(cls.world.stop)
        cls.run_tool("blocklist", "add", BLOCKED, "--comment", "ticket 1")
        cls.run_tool("whitelist", "add", ".partner.example", "--comment", "ticket 2", "--expires", "30d")
        cls.reference = cls.turned_away(GREYLISTED)
        cls.turned_away(LISTED)
        cls.turned_away(BLOCKED)

    @classmethod
    def turned_away(cls, client):
        """The reference in the reply, once the journal knows it."""
        reference = cls.world.ask(client_address=client).split("(ref ")[1].rstrip(")")
        wait_for(lambda: cls.run_tool("verdicts", "--reference", reference).stdout, f"{reference} in the journal")
        return reference

    @classmethod
    def command(cls, *arguments, config=None, program=None):
        return [program or os.path.join(cls.BUILD, "sekimorictl"), "--config", config or cls.world.config, *arguments]

    @classmethod
    def environment(cls, **more):
        return {**os.environ, "SEKIMORI_TEST_CLOCK": cls.world.clock.path, **more}

    @classmethod
    def run_tool(cls, *arguments, text=None, config=None, program=None, patience=PATIENCE, **options):
        """The finished process; `text` is its standard input, `program` another copy of the tool."""
        return subprocess.run(cls.command(*arguments, config=config, program=program), input=text, capture_output=True, timeout=patience, check=False,
                              env=cls.environment(), **{"text": True, "errors": "replace", **options})

    def on_terminal(self, *arguments, **environment):
        """What a terminal shows of it."""
        master, slave = pty.openpty()
        with subprocess.Popen(self.command(*arguments), stdout=slave, stderr=subprocess.DEVNULL,
                              env=self.environment(**{"TERM": "xterm", **environment})) as process:
            os.close(slave)
            shown = b""
            try:
                while part := os.read(master, 4096):
                    shown += part
            except OSError:  # the terminal is gone with the process
                pass
            self.assertEqual(process.wait(PATIENCE), 0)
        os.close(master)
        return shown.decode()

    @classmethod
    def commands(cls):
        """(path, description) of every command that does something by itself."""
        program = json.loads(cls.run_tool("describe-commands").stdout)

        def walk(command, path):
            for below in command["commands"]:
                yield from walk(below, path + (below["name"],))
            if path and (not command["commands"] or len(command["options"]) > 1):
                yield path, command

        return list(walk(program, ()))


def main():
    run_tests(ToolCase)
