"""Without a descriptor left: connections wait, the pages answer, and the log says it once."""

import os
import re
import resource
import time
import unittest

from tool_case import ToolCase, World, main, wait_for

LIMIT = 64  # as a service manager may set it
FEW = 8  # more than are open at the start


class DescriptorsTest(unittest.TestCase):
    def start(self, number, *launcher):
        self.world = World(ToolCase.BUILD, number)
        self.addCleanup(self.world.close)
        self.world.launcher = launcher
        self.world.start()
        self.addCleanup(self.world.stop)

    def connect(self, count):
        for _ in range(count):
            self.addCleanup(self.world.connect().close)

    def pauses(self):
        return self.world.log().count("accepting_pauses")

    def test_the_pages_answer_beside_more_connections_than_descriptors(self):
        self.start(7, "prlimit", f"--nofile={LIMIT}:{LIMIT}")
        self.connect(2 * LIMIT)
        for _ in range(20):
            self.assertIn("sekimori_connections", self.world.page("/metrics"))
            self.assertEqual(self.world.page("/healthz"), "ok\n")

    def test_a_lack_of_descriptors_is_said_once(self):
        self.start(8)
        pid = int(re.search(r"\bpid=(\d+)|^(\d+)$", self.lock(), re.M).group(0))
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + FEW, used + FEW))
        self.connect(3 * FEW)
        wait_for(lambda: self.pauses() > 0, "accepting to pause")
        began = time.monotonic()
        while time.monotonic() - began < 1:  # it is tried again ten times a second
            self.assertEqual(self.pauses(), 1)
        self.assertIn("times=1", self.world.log())

    def lock(self):
        with open(os.path.join(self.world.stage.path("store"), "lock"), encoding="ascii") as file:
            return file.read()


if __name__ == "__main__":
    main()
