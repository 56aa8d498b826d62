"""The completions and the manual pages: they say what the program says, and the shells and groff understand them."""

import os
import shutil
import subprocess
import unittest

from tool_case import ROOT, ToolCase, main

COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sekimorictl; printf '%s\\n' "${COMPREPLY[@]}"
"""


def contrib(name):
    return os.path.join(ROOT, "contrib", name)


class ManualsTest(unittest.TestCase):
    def run_quietly(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{command}: {done.stdout}")
        return done.stdout

    def test_they_are_what_the_program_says_of_itself(self):
        self.run_quietly(os.path.join(ROOT, "scripts/manuals"), "--build", ToolCase.BUILD, "--check")

    def test_bash_completes(self):
        cases = (
            (("whi",), {"whitelist"}),
            (("whitelist", "ex"), {"export"}),
            (("--config", "/etc/sekimori/sekimori.toml", "audit", "u"), {"undo"}),
            (("whitelist", "add", "--if"), {"--if-confirmed", "--if-spf"}),
            (("verdicts", "--fo"), {"--follow"}),
            (("whitelist", "add", "--comment", "w"), {""}),
            (("whitelist", "import", os.path.join(ROOT, "LICEN")), {os.path.join(ROOT, "LICENSE")}),
        )
        for words, want in cases:
            with self.subTest(words):
                said = self.run_quietly("bash", "--norc", "-c", COMPLETE, "bash", contrib("completions/sekimorictl.bash"),
                                        "sekimorictl", *words)
                self.assertEqual(set(said.rstrip("\n").split("\n")), want)

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish_completes(self):
        script = f"source {contrib('completions/sekimorictl.fish')}; complete -C 'sekimorictl whitelist ex'"
        self.assertTrue(self.run_quietly("fish", "--no-config", "-c", script).startswith("export\t"))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_reads_it(self):
        self.run_quietly("zsh", "-n", contrib("completions/_sekimorictl"))

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_groff_has_no_complaint(self):
        for page in ("man/sekimorid.8", "man/sekimorictl.8", "man/sekimori.toml.5"):
            with self.subTest(page):
                text = self.run_quietly("groff", "-man", "-Tutf8", "-ww", contrib(page))
                self.assertGreater(len(text), 2000)


if __name__ == "__main__":
    main()
