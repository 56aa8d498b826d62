"""scripts/build-time reads ninja's log: of a step that was run again the last time counts; and it says the goal."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "build-time")
LOG = ("# ninja log v5\n"
       "0\t9000\t1\tslow_at_first.o\tabc\n"
       "100\t2600\t1\tb.o\tabc\n"
       + "".join(f"0\t{number}\t1\tsmall{number}.o\tabc\n" for number in range(100, 112))
       + "3000\t4000\t2\tslow_at_first.o\tabc\n")


class BuildTimeTest(unittest.TestCase):
    def test_the_slowest_steps_come_first(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, ".ninja_log"), "w", encoding="utf-8") as file:
                file.write(LOG)
            lines = subprocess.run([SCRIPT, "--log", folder], capture_output=True, text=True, check=True).stdout.splitlines()
        self.assertEqual(lines[0], "14 steps, 5 s one after another; the slowest:")
        self.assertEqual([line.split() for line in lines[1:4]],
                         [["2.5", "s", "b.o"], ["1.0", "s", "slow_at_first.o"], ["0.1", "s", "small111.o"]])
        self.assertEqual(len(lines), 11)

    def test_a_goal_stands_beside_what_was_measured(self):
        loader = importlib.machinery.SourceFileLoader("build_time", SCRIPT)
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("build_time", loader))
        sys.dont_write_bytecode = True
        loader.exec_module(module)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            module.say("release all", 12.4, None)
            module.say("release sekimorid", 10, 10)
            module.say("release sekimorid", 10.6, 10)
        self.assertEqual(out.getvalue().splitlines(),
                         ["release all: 12 s of processor time",
                          "release sekimorid: 10 s of processor time; goal: 10 s or less",
                          "release sekimorid: 11 s of processor time; goal: 10 s or less, MISSED"])


if __name__ == "__main__":
    unittest.main()
