#!/usr/bin/python3
"""scripts/layering in trees made for it: what a room may include, what admin/ must not know, and namespaces."""

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
                if path.endswith(".h") and "namespace" not in text:
                    text += "namespace " + "::".join(path.split("/")[:2 if path.startswith("policyd/") else 1]) + " {\n}\n"
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

    def test_a_header_declares_the_namespace_of_its_folder(self):
        for path, name in (("rules/a.h", "rules"), ("rules/values/a.h", "rules"), ("cache/lmdb/a.h", "cache"),
                           ("policyd/dns/a.h", "policyd::dns"), ("policyd/dns/zones/a.h", "policyd::dns"),
                           ("policyd/http/api/a.h", "policyd::http"), ("policyd/http/why/a.h", "policyd::http::why"),
                           ("policyd/http/pages/deeper/a.h", "policyd::http::pages")):
            right = f"#pragma once\nnamespace {name} {{\nint A();\n}}  // namespace {name}\n"
            self.assertEqual([], faults({path: right}), path)
            for wrong in ("cache::lmdb", "policyd", "policyd::serve", "policyd::http::api"):
                said = faults({path: right.replace(f"namespace {name}", f"namespace {wrong}")})
                self.assertEqual([f"{path}:2: namespace {wrong}: expected {name}, that of the folder",
                                  f"{path}: expected namespace {name}, that of the folder"], said)
        for none in ("int A();\n", "// namespace cache {\n", "namespace fs = std::filesystem;\n", "using namespace cache;\n",
                     "namespace {\nint a;\n}\n"):
            self.assertEqual(["cache/a.h: expected namespace cache, that of the folder"],
                             faults({"cache/a.h": none + "// no namespace\n"}), none)

    def test_a_test_has_a_namespace_of_its_own(self):
        path, right = "tests/rules/spf/macro_test.cc", "namespace rules::macro_test {\n}  // namespace rules::macro_test\n"
        self.assertEqual([], faults({path: right}))
        for wrong in ("namespace rules {\nnamespace {\n}\n}\n", "namespace rules::spf_test {\n}\n",
                      right + "namespace {\n}\n", ""):
            self.assertEqual([f"{path}: expected one namespace, ...::macro_test, and no anonymous one"],
                             faults({path: wrong}), wrong)

    def test_of_another_room_a_file_may_only_name_types(self):
        own = "namespace policyd::dns {\nint A();\n}  // namespace policyd::dns\n"
        for forward in ("namespace cache {\nclass Writer;\nstruct Row;\n}  // namespace cache\n",
                        "namespace rules { struct Policy; }\n",
                        "namespace re2 {\nclass RE2;\nint F();\n}\n"):
            self.assertEqual([], faults({"policyd/dns/a.h": forward + own}), forward)
        for more in ("namespace cache {\nint F();\n}\n", "namespace rules { int F(); }\n",
                     "namespace cache\n{\nclass Writer {\n};\n}\n", "namespace policyd {\nclass Loop;\nint F();\n}\n"):
            for name in ("a.h", "a.cc"):
                said = faults({f"policyd/dns/{name}": own + more})
                self.assertEqual(1, len(said), (more, said))
                self.assertIn(f"policyd/dns/{name}:4: namespace ", said[0])
        self.assertEqual([], faults({"policyd/dns/main.cc": "int main() {}\n"}))


if __name__ == "__main__":
    unittest.main()
