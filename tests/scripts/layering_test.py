#!/usr/bin/python3
"""scripts/layering in trees made for it: what a room may include, and what admin/ must not know."""

import os
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/layering")


def faults(files):
    """What the script says of a tree with these files, without its last line."""
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(os.path.join(top, "scripts"))
        shutil.copy(SCRIPT, os.path.join(top, "scripts/layering"))
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text + 40 * "\n")  # no crumb
        ran = subprocess.run(["/usr/bin/python3", os.path.join(top, "scripts/layering")], capture_output=True, text=True,
                             check=False)
        said = ran.stdout.splitlines()[:-1]
        assert (ran.returncode == 1) == bool(said), ran
        return said


class Layering(unittest.TestCase):
    def test_admin_is_between_serve_and_those_who_show(self):
        self.assertEqual([], faults({"policyd/admin/lists/a.cc": '#include "policyd/serve/b.h"\n',
                                     "policyd/ctl/c.cc": '#include "policyd/admin/lists/a.h"\n',
                                     "policyd/http/d.cc": '#include "policyd/admin/lists/a.h"\n'}))
        for above in ("ctl", "http", "daemon"):
            said = faults({"policyd/admin/lists/a.cc": f'#include "policyd/{above}/b.h"\n'})
            self.assertEqual(1, len(said), said)
            self.assertIn(f"policyd/admin must not include policyd/{above}", said[0])
        said = faults({"policyd/serve/a.cc": '#include "policyd/admin/lists/b.h"\n'})
        self.assertEqual(1, len(said), said)

    def test_admin_knows_no_stream_and_no_terminal(self):
        for header in ("iostream", "ostream", "istream", "fstream", "sstream", "iosfwd", "termios.h", "cstdio"):
            said = faults({"policyd/admin/lists/a.h": f"#pragma once\n#include <{header}>\n"})
            self.assertEqual(1, len(said), (header, said))
            self.assertIn("policyd/admin/lists/a.h:2:", said[0])
            self.assertEqual([], faults({"policyd/ctl/a.h": f"#include <{header}>\n"}), header)
        self.assertEqual(1, len(faults({"policyd/admin/a.cc": "#include <CLI/CLI.hpp>\n"})))


if __name__ == "__main__":
    unittest.main()
