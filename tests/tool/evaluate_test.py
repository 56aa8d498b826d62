"""scripts/evaluate --folds: the figures that contrib/benchmarks.md gives for the name rules, by cross-validation over organisations.

The labelled names and mail are not part of the repository; where ../shared/data is not there the test is skipped.
"""

import argparse
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DATA = os.path.join(ROOT, "..", "shared", "data")


class EvaluateTest(unittest.TestCase):
    BUILD = "build-dev"

    def test_folds_hold_what_the_page_says(self):
        done = subprocess.run([os.path.join(ROOT, "scripts", "evaluate"), "--folds", "--build", self.BUILD],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        folds = done.stdout[done.stdout.index("every fold"):]
        together = {what.strip(): float(rate) for what, rate in re.findall(r"^(.+?)  .* ([0-9.]+)$", folds, re.M)}
        self.assertGreaterEqual(together["D, called dynamic"], 95)
        self.assertEqual(together["M, called dynamic"], 0)
        self.assertLessEqual(together["P, called dynamic"], 1)
        self.assertLessEqual(together["lists ham list_border with lists"], 1.5)
        self.assertGreaterEqual(together["csdmc2010 spam direct with lists"], 90)
        self.assertGreaterEqual(together["lists spam list_border with lists"], 29)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", default=EvaluateTest.BUILD)
    known, rest = parser.parse_known_args()
    EvaluateTest.BUILD = os.path.abspath(known.build)
    if not os.path.isdir(DATA):
        print(f"SKIPPED: there is no {DATA}")
        sys.exit(77)  # CTest calls it skipped
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
