"""What several documents say is the same in all of them: the lines for Postfix, the user of the service, the paths."""

import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def words(text):
    return " ".join(text.split())


class DocumentsTest(unittest.TestCase):
    def test_the_lines_for_postfix_have_one_source(self):
        source = words("\n".join(line for line in read("contrib/postfix/main.cf").splitlines() if not line.startswith("#")))
        self.assertIn("default_action=DUNNO", source)
        for name in ("README.md", "contrib/man/sekimorid.8"):
            self.assertIn(source, words(read(name)), name)

    def test_nowhere_is_postfix_told_less(self):
        """A daemon that is stopped must not stop the mail."""
        for name in ("README.md", "contrib/man/sekimorid.8", "contrib/sekimori.toml", "contrib/postfix/main.cf"):
            for line in read(name).splitlines():
                if re.search(r"check_policy_service\s+(inet|unix|\{)", line):
                    self.assertIn("default_action=DUNNO", line, name)

    def test_the_service_has_one_user(self):
        unit = read("contrib/systemd/sekimori.service")
        users = set(re.findall(r"^(?:User|Group)=(.*)$", unit, re.M))
        users |= set(re.findall(r"^u\s+(\S+)", read("contrib/systemd/sekimori.sysusers"), re.M))
        users |= set(re.findall(r"install -d -o (\S+) -g", read("contrib/sekimori.toml")))
        self.assertEqual(users, {"sekimori"})
        for folder in ("policyd", "cache", "contrib", "scripts"):
            for path, _, files in os.walk(os.path.join(ROOT, folder)):
                for file in files:
                    with open(os.path.join(path, file), encoding="utf-8", errors="replace") as text:
                        self.assertNotRegex(text.read(), r"\b_sekimori\b(?!ctl)", file)

    def test_the_unit_names_what_is_installed(self):
        """CMake puts its own paths in place of these: each must be there to be replaced."""
        cmake, unit = read("CMakeLists.txt"), read("contrib/systemd/sekimori.service")
        for path in ("/usr/sbin/sekimorid",):
            self.assertIn(path, unit)
            self.assertIn(f"string(REPLACE {path} ", cmake)

    def test_the_sockets_are_where_the_configuration_has_them(self):
        sample = read("contrib/sekimori.toml")
        for unit, setting in (("sekimori.socket", 'listen = ["inet:{}"]'), ("sekimori-http.socket", 'listen = "{}"')):
            address = re.search(r"^ListenStream=(\S+)$", read(f"contrib/systemd/{unit}"), re.M)[1]
            self.assertIn(setting.format(address), sample, unit)

    def test_the_unit_is_hardened(self):
        tool = shutil.which("systemd-analyze")
        if not tool:
            print("SKIPPED: there is no systemd-analyze", file=sys.stderr)
            self.skipTest("there is no systemd-analyze")
        for unit in ("sekimori.service",):
            said = subprocess.run([tool, "security", "--offline=true", "--no-pager", os.path.join(ROOT, "contrib/systemd", unit)],
                                  capture_output=True, text=True, check=True).stdout
            exposure = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1])
            self.assertLessEqual(exposure, 1.0, said)

    def test_every_link_leads_to_a_file(self):
        for page in glob.glob(os.path.join(ROOT, "**/*.md"), recursive=True):
            if os.path.relpath(page, ROOT).startswith("build"):
                continue
            with open(page, encoding="utf-8") as file:
                links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", file.read())
            for link in links:
                self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), link)), f"{page}: {link}")

    def test_a_socket_is_where_a_chrooted_smtpd_sees_it(self):
        for name in ("README.md", "contrib/sekimori.toml", "contrib/postfix/main.cf"):
            text = read(name)
            self.assertIn('"unix:/var/spool/postfix/sekimori/policy"', text, name)
            self.assertIn("unix:sekimori/policy", text, name)


if __name__ == "__main__":
    unittest.main()
