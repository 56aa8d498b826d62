"""Without a descriptor left: connections wait, the pages answer, and the log says it once."""

import os
import re
import resource
import time
import unittest

from tool_case import ToolCase, World, main, wait_for

FEW = 8  # more than are open at the start


class DescriptorsTest(unittest.TestCase):
    def setUp(self):
        self.world = World(ToolCase.BUILD, 7)
        self.addCleanup(self.world.close)
        self.world.start()
        self.addCleanup(self.world.stop)

    def leave_few(self):
        pid = int(re.search(r"\bpid=(\d+)|^(\d+)$", self.lock(), re.M).group(0))
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + FEW, used + FEW))

    def lock(self):
        with open(os.path.join(self.world.stage.path("store"), "lock"), encoding="ascii") as file:
            return file.read()

    def pauses(self):
        return self.world.log().count("accepting_pauses")

    def test_it_is_said_once_and_the_pages_answer(self):
        self.leave_few()
        connections = [self.world.connect() for _ in range(3 * FEW)]
        for connection in connections:
            self.addCleanup(connection.close)
        wait_for(lambda: self.pauses() > 0, "accepting to pause")
        began = time.monotonic()
        while time.monotonic() - began < 1:  # it is tried again ten times a second
            self.assertIn("sekimori_connections", self.world.page("/metrics"))
            self.assertEqual(self.world.page("/healthz"), "ok\n")
        self.assertEqual(self.pauses(), 1)
        self.assertIn("times=1", self.world.log())
        for connection in connections:
            connection.close()
        self.assertEqual(self.world.ask(client_address="127.0.0.1"), "DUNNO")


if __name__ == "__main__":
    main()
