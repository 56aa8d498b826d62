"""Each environment of a store damaged in every way: the daemon starts, answers, says what is wrong, and starts again."""

import os
import shutil
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from damage import DAMAGES  # noqa: E402
from world import World, run_tests, wait_for  # noqa: E402

WHITELISTED, CAME_BACK, NEW = "192.0.2.9", "192.0.2.10", "203.0.113.77"
ENTRIES = 300


class StoreDamageTest(unittest.TestCase):
    BUILD = "build-dev"

    @classmethod
    def setUpClass(cls):
        cls.world = World(cls.BUILD)
        cls.addClassCleanup(cls.world.close)
        cls.store = cls.world.stage.path("store")
        cls.model = cls.world.stage.path("model")
        cls.world.start()
        targets = [WHITELISTED] + [f"198.51.{i // 250}.{i % 250}" for i in range(ENTRIES - 1)]
        status, said = cls.world.tool(["whitelist", "add", *targets])
        assert status == 0, said
        for number in range(200):
            cls.ask(f"100.64.{number}.1")
        cls.ask(CAME_BACK)
        cls.world.pass_time(600)
        assert cls.ask(CAME_BACK).startswith("PREPEND")
        wait_for(lambda: os.path.exists(os.path.join(cls.store, "lists.good", "taken")), "the copy of lists/")
        cls.world.stop()
        shutil.copytree(cls.store, cls.model)

    @classmethod
    def ask(cls, client):
        return cls.world.ask(client_address=client)

    def begin_with(self, environment, damage):
        shutil.rmtree(self.store)
        shutil.copytree(self.model, self.store)
        damage(os.path.join(self.store, environment))

    def check_it_serves(self, environment):
        self.assertEqual(self.ask(WHITELISTED), "DUNNO", "the whitelist holds")
        self.assertRegex(self.ask(NEW), "^DEFER_IF_PERMIT", "filtering goes on")
        if environment != "records":
            self.assertNotRegex(self.ask(CAME_BACK), "^DEFER", "what came back is known")

    def check(self, environment, name):
        damage, is_harm = DAMAGES[name]
        self.begin_with(environment, damage)
        self.world.start()
        self.check_it_serves(environment)
        ready = self.world.page("/readyz")
        if environment == "lists" and name in ("empty", "gone"):
            is_harm = True
        if is_harm is not None:
            self.assertEqual(ready.startswith("degraded: "), is_harm, ready)
            self.assertEqual(self.world.metric(f'sekimori_store_state{{store="{environment}",state="sound"}}'),
                             0 if is_harm else 1)
        wait_for(lambda: self.world.metric("sekimori_writer_queue") == 0, "what was asked to be written")
        self.world.stop(signal.SIGKILL)
        self.world.start()
        self.check_it_serves(environment)
        self.assertEqual(self.world.page("/readyz"), ready, "an alarm outlives a restart")
        self.world.stop()


def add_tests():
    for environment in ("facts", "records", "lists"):
        for name in DAMAGES:
            def test(self, environment=environment, name=name):
                self.addCleanup(lambda: self.world.is_running and self.world.stop(signal.SIGKILL))
                self.check(environment, name)
            setattr(StoreDamageTest, f"test_{environment}_{name}", test)


add_tests()

if __name__ == "__main__":
    run_tests(StoreDamageTest)
