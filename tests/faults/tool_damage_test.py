"""The tool on a store that is damaged in every way, with no daemon: it does what was asked, or says that the store is
damaged and exits with 74.  It never ends by a signal."""

import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from damage import DAMAGES  # noqa: E402
from world import World, run_tests, wait_for  # noqa: E402

DONE, NO_SUCH_THING, STORE, NOT_PERMITTED = 0, 1, 74, 77
COMMANDS = {
    "facts": (("cache", "stats"), ("cache", "show", "100.64.7.1"), ("explain", "100.64.7.1", "--now-from-cache")),
    "records": (("verdicts",), ("greylist", "list"), ("stats",), ("greylist", "remove", "100.64.7.1")),
    "lists": (("whitelist", "list"), ("audit",), ("whitelist", "add", "192.0.2.77"), ("whitelist", "remove", "192.0.2.9")),
}


class ToolDamageTest(unittest.TestCase):
    BUILD = "build-dev"

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.BUILD)
        cls.addClassCleanup(cls.world.close)
        cls.store, cls.model = cls.world.stage.path("store"), cls.world.stage.path("model")
        cls.world.start()
        status, said = cls.world.tool(["whitelist", "add", "192.0.2.9", *(f"198.51.{i // 250}.{i % 250}" for i in range(300))])
        assert status == DONE, said
        for number in range(200):
            cls.world.ask(client_address=f"100.64.{number}.1")
        wait_for(lambda: cls.world.metric('sekimori_store_entries{table="journal"}') == 200, "the verdicts in the journal")
        cls.world.stop()
        shutil.copytree(cls.store, cls.model)

    def check(self, environment, name):
        for command in COMMANDS[environment]:
            shutil.rmtree(self.store)
            shutil.copytree(self.model, self.store)
            DAMAGES[name][0](os.path.join(self.store, environment))
            status, said = self.world.tool(list(command))
            self.assertIn(status, (DONE, NO_SUCH_THING, STORE, NOT_PERMITTED), f"{command}: {said[-500:]}")
            if status == STORE:
                self.assertIn("sekimorictl: ", said)
                self.assertNotIn("Assertion", said)

    def test_a_file_that_is_too_large_to_be_looked_at_first(self):
        for name in ("root_noise", "every_page_noise", "every_page_zeros", "last_page_beyond_the_end"):
            with self.subTest(name):
                shutil.rmtree(self.store)
                shutil.copytree(self.model, self.store)
                folder = os.path.join(self.store, "lists")
                DAMAGES[name][0](folder)
                os.truncate(os.path.join(folder, "data.mdb"), 17 << 20)
                status, said = self.world.tool(["whitelist", "list"])
                self.assertIn(status, (DONE, STORE), said)
                self.assertNotIn("Assertion", said)

    def test_what_is_said(self):
        shutil.rmtree(self.store)
        shutil.copytree(self.model, self.store)
        folder = os.path.join(self.store, "lists")
        DAMAGES["root_zeros"][0](folder)
        status, said = self.world.tool(["whitelist", "list"])
        self.assertEqual(status, STORE, said)
        self.assertRegex(said, rf"sekimorictl: {folder} is damaged \(.+\): restart sekimorid")


def add_tests():
    for environment in COMMANDS:
        for name in DAMAGES:
            def test(self, environment=environment, name=name):
                self.check(environment, name)
            setattr(ToolDamageTest, f"test_{environment}_{name}", test)


add_tests()

if __name__ == "__main__":
    run_tests(ToolDamageTest)
