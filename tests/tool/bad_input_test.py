"""Every command, fed rubbish: nothing is changed, it says what it expected, and it exits as documented."""

import os
import resource
import shutil
import signal
import subprocess
import unittest

from tool_case import GREYLISTED, PATIENCE, ToolCase, main

DONE, NO_SUCH_THING, USAGE, BAD_INPUT, UNREACHABLE, STORE, NOT_PERMITTED, CONFIG = 0, 1, 64, 65, 69, 74, 77, 78
MEGABYTES = "not what was asked for \u95a2 \x00 \x1b[2J\n" * 350_000  # 10 MB
NO_REFERENCE = "00000-00000"
HALF = '{"list":"whitelist","target":"192.0.2.50"}\n{"list":"whitelist","targ'

# command, arguments (FILE: a file with what follows the colon; FOLDER: one with files; NONE: no such file), exit status, what is said
CASES = (
    ("whitelist add", ["192.0.2.300"], BAD_INPUT, "expected"),
    ("whitelist add", ["192.0.2.1", "no..name"], BAD_INPUT, "expected"),
    ("whitelist add", ["192.0.2.1/33"], BAD_INPUT, "expected"),
    ("whitelist add", ["/(/"], BAD_INPUT, "expected"),
    ("whitelist add", [], USAGE, "TARGET is required"),
    ("whitelist add", ["192.0.2.1", "--expires", "soon"], USAGE, "--expires: expected a duration"),
    ("whitelist add", ["192.0.2.1", "--comment", "a\nb"], USAGE, "expected one line"),
    ("whitelist add", ["192.0.2.1", "--comment", "x" * 10_000], USAGE, "expected at most"),
    ("whitelist add", ["192.0.2.1", "--if-confirmed", "x.example"], BAD_INPUT, "expected a sender"),
    # A script whose variable is not set must not get an entry for ever or on no condition, nor all verdicts.
    ("whitelist add", ["192.0.2.1", "--if-spf"], BAD_INPUT, "expected a sender"),
    ("whitelist add", ["@a.example", "--if-confirmed", ""], USAGE, "if-confirmed: expected a domain"),
    ("whitelist add", ["192.0.2.1", "--expires", ""], USAGE, "--expires: expected a duration"),
    ("blocklist add", ["192.0.2.1", "--action", ""], USAGE, "--action: expected"),
    ("whitelist remove", ["192.0.2.77", "--by", ""], USAGE, "--by: expected"),
    ("whitelist list", ["--unused", ""], USAGE, "--unused: expected"),
    ("unblock", [NO_REFERENCE, "--expires", ""], USAGE, "--expires: expected"),
    ("suggest", ["--since", ""], USAGE, "--since: expected"),
    ("audit", ["--since", ""], USAGE, "--since: expected"),
    ("verdicts", ["--client", ""], USAGE, "--client: expected"),
    ("verdicts", ["--sender", ""], USAGE, "--sender: expected"),
    ("explain", ["192.0.2.1", "--sender", ""], USAGE, "--sender: expected"),
    ("explain", ["192.0.2.1", "--recipient", ""], USAGE, "--recipient: expected"),
    ("explain", ["192.0.2.1", "--helo", ""], USAGE, "--helo: expected"),
    ("report", ["partner.example", "--sender", ""], USAGE, "--sender: expected"),
    ("report", ["partner.example", "--client", ""], USAGE, "--client: expected"),
    ("report", ["partner.example", "--helo", ""], USAGE, "--helo: expected"),
    ("report", ["partner.example", "--selector", ""], USAGE, "--selector: expected"),
    ("greylist remove", [GREYLISTED, "--by", ""], USAGE, "--by: expected"),
    ("dnsbl test", [""], NO_SUCH_THING, "no list \"\""),
    ("whitelist remove", ["192.0.2.77"], NO_SUCH_THING, "not in the whitelist"),
    ("whitelist remove", ["\x1b[2J"], BAD_INPUT, "expected"),
    ("whitelist list", ["extra"], USAGE, "extra"),
    ("whitelist show", ["192.0.2.77"], NO_SUCH_THING, "not in the whitelist"),
    ("whitelist show", [".."], BAD_INPUT, "expected"),
    ("whitelist import", ["NONE"], BAD_INPUT, "No such file"),
    ("whitelist import", ["/"], BAD_INPUT, "expected"),
    ("whitelist import", ["FILE:" + HALF], BAD_INPUT, "nothing was changed"),
    ("whitelist import", ["FILE:192.0.2.1\nrubbish here\n"], BAD_INPUT, ":2: "),
    ("whitelist export", ["extra"], USAGE, "extra"),
    ("blocklist add", ["192.0.2.1", "--action", "explode"], USAGE, "expected defer, reject, discard or hold"),
    ("blocklist remove", ["192.0.2.77"], NO_SUCH_THING, "not in the blocklist"),
    ("blocklist list", ["extra"], USAGE, "extra"),
    ("blocklist show", ["192.0.2.77"], NO_SUCH_THING, "not in the blocklist"),
    ("blocklist import", ["FILE:\xff\xfe\n"], BAD_INPUT, "expected"),
    ("blocklist export", ["extra"], USAGE, "extra"),
    ("unblock", [NO_REFERENCE], NO_SUCH_THING, "no such verdict"),
    ("unblock", ["FILE:Subject: hello\n\nno reference here\n"], NO_SUCH_THING, ""),
    ("unblock", [""], BAD_INPUT, "expected"),
    ("shared status", ["extra"], USAGE, "extra"),
    ("shared new-key", [], USAGE, "FILE is required"),
    ("shared new-key", [""], USAGE, "expected the name of a file"),
    ("shared new-key", ["FILE:not a key"], BAD_INPUT, "there is such a file already"),
    ("shared new-key", ["FOLDER"], BAD_INPUT, "there is such a file already"),
    ("shared new-key", ["NONE/key"], BAD_INPUT, "No such file or directory"),
    ("outbound", ["nobody@here.example"], NO_SUCH_THING, "nothing is known"),
    ("outbound", ["two words"], BAD_INPUT, "expected a login"),
    ("outbound", ["--limit", "-1"], USAGE, "limit"),
    ("forwards", [], USAGE, "FILE is required"),
    ("forwards", ["NONE"], BAD_INPUT, "No such file"),
    ("forwards", ["FILE:team: ann\nno alias\n"], BAD_INPUT, ":2: expected \"name: target, ...\""),
    ("forwards", ["FILE:team: ann\n", "--domain", "two words"], USAGE, "--domain: expected"),
    ("forwards", ["FILE:team: ann\n", "--mailboxes", "NONE"], BAD_INPUT, "No such file"),
    ("outbound allow", ["ann@here.example"], USAGE, "expected a limit"),
    ("outbound allow", ["\x1b[2J x", "--recipients-per-day", "9"], BAD_INPUT, "expected a login"),
    ("outbound allow", ["ann@here.example", "--recipients-per-day", ""], USAGE, "--recipients-per-day: expected"),
    ("outbound allow", ["ann@here.example", "--recipients-per-hour", "0"], USAGE, "--recipients-per-hour: expected"),
    ("outbound allow", ["ann@here.example", "--messages-per-hour", "9", "--until", ""], USAGE, "--until: expected"),
    ("outbound allow", ["ann@here.example", "--messages-per-hour", "9", "--until", "yesterday"], USAGE, "a time to come"),
    ("outbound lock", ["@here.example"], BAD_INPUT, "expected a login"),
    ("outbound lock", ["ann@here.example", "--by", ""], USAGE, "--by: expected"),
    ("outbound release", ["192.0.2.0/24"], BAD_INPUT, "expected a login"),
    ("outbound release", ["ann@here.example", "--comment", "a\nb"], USAGE, "expected one line"),
    ("outbound forget", [], USAGE, "LOGIN is required"),
    ("requests list", ["extra"], USAGE, "extra"),
    ("requests allow", [NO_REFERENCE], NO_SUCH_THING, "no request"),
    ("requests allow", ["no reference"], BAD_INPUT, "expected"),
    ("requests refuse", [NO_REFERENCE], NO_SUCH_THING, "no request"),
    ("requests refuse", ["\x1b[2J"], BAD_INPUT, "expected"),
    ("suggest", ["no.such.example"], NO_SUCH_THING, "is not suggested"),
    ("suggest", ["--apply", "many"], USAGE, "many"),
    ("suggest", ["--since", "ever"], USAGE, "--since: expected a duration"),
    ("audit", ["--since", "ever"], USAGE, "--since: expected a duration"),
    ("audit export", ["--since", "ever"], USAGE, "--since: expected a duration"),
    ("audit undo", ["99999"], NO_SUCH_THING, "there is no change 99999"),
    ("audit undo", ["-1"], USAGE, ""),
    ("verdicts", ["--client", "no..name"], USAGE, "expected an address, a network or a host name"),
    ("verdicts", ["--reference", "ABC"], USAGE, "--reference: expected one such as"),
    ("verdicts", ["--reason", "spam"], USAGE, "--reason: expected one of"),
    ("verdicts", ["--until", "2026-13-01T00:00:00Z"], USAGE, "--until: expected a duration"),
    ("verdicts", ["--limit", "-1"], USAGE, ""),
    ("greylist list", ["--limit", "x"], USAGE, ""),
    ("greylist show", ["198.51.100.9"], NO_SUCH_THING, "nothing of it waits"),
    ("greylist show", ["no..name"], BAD_INPUT, "expected an address"),
    ("greylist remove", ["198.51.100.9"], NO_SUCH_THING, "nothing of it waits"),
    ("greylist remove", [GREYLISTED, "--by", "a\nb"], USAGE, "expected one line"),
    ("greylist stats", ["extra"], USAGE, "extra"),
    ("cache stats", ["extra"], USAGE, "extra"),
    ("cache show", ["no..name"], BAD_INPUT, "expected"),
    ("cache show", ["198.51.100.9"], NO_SUCH_THING, "nothing is remembered"),
    ("cache forget", ["198.51.100.9"], NO_SUCH_THING, "nothing is remembered"),
    ("cache flush", ["extra"], USAGE, "extra"),
    ("cache warm", ["NONE"], BAD_INPUT, "No such file"),
    ("cache warm", ["FILE:192.0.2.1\n", "--rate", "0"], USAGE, "--rate"),
    ("dnsbl status", ["extra"], USAGE, "extra"),
    ("dnsbl test", ["no.such.example"], NO_SUCH_THING, "no list \"no.such.example\""),
    ("status", ["extra"], USAGE, "extra"),
    ("reload", ["extra"], USAGE, "extra"),
    ("stats", ["extra"], USAGE, "extra"),
    ("backup", ["FOLDER"], BAD_INPUT, "an empty folder"),
    ("backup", ["FILE:letter"], BAD_INPUT, "expected a folder"),
    ("restore", ["--from", "NONE"], BAD_INPUT, "expected a backup"),
    ("restore", ["--from", "FILE:letter"], BAD_INPUT, "expected a backup"),
    ("explain", ["no..name"], BAD_INPUT, "expected a client's address or a reference"),
    ("explain", [NO_REFERENCE], NO_SUCH_THING, "no verdict with the reference"),
    ("report", ["no..name"], BAD_INPUT, "expected a domain, a host name"),
    ("report", ["partner.example", "--client", "192.0.2.300"], USAGE, "--client: expected an address"),
    ("report", ["partner.example", "--selector", "a b"], USAGE, "--selector: expected a selector"),
    ("ask", ["--client", "192.0.2.300"], USAGE, "expected"),
    ("ask", [], USAGE, "--client is required"),
    ("spf", ["--client", "192.0.2.300", "--sender", "a@b.example"], USAGE, "--client"),
    ("spf", ["--client", "192.0.2.1", "--sender", "b.example"], USAGE, "--sender"),
    ("spf", ["--client", "192.0.2.1"], USAGE, "--sender is required"),
    ("import postgrey", ["FILE:Dear Ann,\n"], BAD_INPUT, "VERSION="),
    ("import sqlgrey", ["FILE:Dear Ann,\n"], BAD_INPUT, "expected an SQLite file"),
    ("import milter-greylist", ["FILE:192.0.2.1\n"], BAD_INPUT, "expected ADDRESS"),
    ("import postgrey-clients", ["NONE"], BAD_INPUT, "expected a readable file"),
    ("import postgrey-recipients", ["FILE:a b@\x01\n"], BAD_INPUT, "expected"),
    ("import access", ["FILE:192.0.2.300 OK\n"], BAD_INPUT, "192.0.2.300"),
    ("import access", ["--for", "mail", "NONE"], USAGE, "--for: mail not in {client,sender,recipient}"),
    ("import cidr", ["FILE:partner.example OK\n"], BAD_INPUT, "partner.example"),
    ("import regexp", ["FILE:partner OK\n"], BAD_INPUT, "expected a pattern like /.../"),
    ("import postscreen", ["FILE:myhostname = x\n"], NO_SUCH_THING, "there is no postscreen_dnsbl_sites"),
    ("import list", ["FILE:no such target\n"], BAD_INPUT, "no such target"),
    ("names", ["NONE"], BAD_INPUT, "No such file"),
    ("names", ["FILE:only one column\n"], BAD_INPUT, "expected"),
    ("evaluate", ["NONE"], BAD_INPUT, "No such file"),
    ("evaluate", ["FILE:a\tb\n1\t2\n"], BAD_INPUT, "expected"),
    ("replay", ["NONE"], BAD_INPUT, "No such file"),
    ("replay", ["FILE:a\tb\n1\t2\n"], BAD_INPUT, "expected"),
    ("check-config", ["extra"], USAGE, "extra"),
    ("watch", ["partner.example"], USAGE, "not expected"),
    ("watch", ["--suggest", "--postconf", "NONE"], BAD_INPUT, "No such file"),
    ("watch", ["--suggest", "--postconf", "FILE:nothing of postconf\n"], BAD_INPUT, "expected what `postconf` prints"),
    ("postfix", ["NONE"], BAD_INPUT, "No such file"),
    ("postfix", ["FILE:nothing of postconf\n"], BAD_INPUT, "expected what `postconf` prints"),
    ("setup", ["--wait", "soon"], USAGE, "--wait: expected a duration"),
    ("setup", ["--postconf", "NONE"], BAD_INPUT, "No such file"),
    ("setup", ["--resolver", "192.0.2.1", "--mode", "sleep", "--postconf", "/dev/null"], USAGE, "policy.mode: expected"),
)


class BadInputTest(ToolCase):
    def state(self):
        """All that people decided and all that is remembered of mail."""
        return [self.run_tool(*command).stdout for command in
                (("whitelist", "export"), ("blocklist", "export"), ("audit", "export"), ("greylist", "list"), ("verdicts",))]

    def argument(self, text):
        if text == "NONE":
            return self.world.stage.path("no", "such", "file")
        if text == "FOLDER":
            return self.world.stage.directory
        if not text.startswith("FILE:"):
            return text
        path = self.world.stage.path("given")
        with open(path, "w", encoding="latin-1") as file:
            file.write(text.removeprefix("FILE:"))
        return path

    def check(self, done, status, said, what):
        self.assertEqual(done.returncode, status, f"{what}\n{done.stdout[-500:]}{done.stderr[-500:]}")
        lines = [line for line in done.stderr.splitlines() if "warning:" not in line]
        self.assertTrue(lines, f"{what}: said nothing")
        self.assertIn(said, done.stderr, what)
        self.assertNotIn("\x1b", done.stderr, what)
        self.assertLess(len(done.stderr), 10_000, what)
        self.assertFalse(done.stdout.startswith(("{", "[")), f"{what}: a document that is none: {done.stdout[:200]}")

    def test_rubbish_changes_nothing_and_is_told_what_was_expected(self):
        before = self.state()
        for command, arguments, status, said in CASES:
            what = f"{command} {[argument[:60] for argument in arguments]}"
            with self.subTest(what):
                done = self.run_tool(*command.split(), *(self.argument(text) for text in arguments))
                self.check(done, status, said, what)
        self.assertEqual(self.state(), before)

    def test_every_command_is_in_the_table(self):
        commands = {" ".join(path) for path, _ in self.commands()}
        self.assertEqual(commands - {case[0] for case in CASES}, set())

    def test_ten_megabytes_of_anything(self):
        before = self.state()
        for command, status in (("whitelist import -", BAD_INPUT), ("blocklist import -", BAD_INPUT),
                                ("unblock -", NO_SUCH_THING), ("names -", BAD_INPUT), ("evaluate -", BAD_INPUT)):
            with self.subTest(command):
                self.check(self.run_tool(*command.split(), text=MEGABYTES, patience=10 * PATIENCE), status, "", command)
        self.assertEqual(self.state(), before)

    def test_a_command_alone_or_an_unknown_one(self):
        for arguments in ((), ("whitelist",), ("whitelits",), ("whitelist", "ad"), ("--jsno", "stats"), ("--config",)):
            with self.subTest(arguments):
                self.check(self.run_tool(*arguments), USAGE, "", str(arguments))

    def test_a_configuration_that_is_none(self):
        for text in ("store = 1\n", "[store\n", "\x00\x01"):
            with self.subTest(text):
                self.world.write(self.world.stage.path("bad.toml"), text)
                done = self.run_tool("whitelist", "add", "192.0.2.1", config=self.world.stage.path("bad.toml"))
                self.assertEqual(done.returncode, CONFIG, done.stderr)
                self.assertIn("expected", done.stderr)
        done = self.run_tool("stats", config="/no/such/file.toml")
        self.assertEqual(done.returncode, CONFIG, done.stderr)

    def test_no_store(self):
        config = self.world.stage.path("empty.toml")
        self.world.write(config, f'store.directory = "{self.world.stage.path("nothing")}"\n')
        for command in (("whitelist", "add", "192.0.2.1"), ("verdicts",), ("audit", "undo", "1"), ("backup", "/tmp/x/y")):
            with self.subTest(command):
                done = self.run_tool(*command, config=config)
                self.assertEqual(done.returncode, STORE, done.stderr)
        self.assertFalse(os.path.exists(self.world.stage.path("nothing")), "the tool never creates a store")

    def test_a_full_disk(self):
        before = self.state()

        def allow_no_byte_more():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        for command in (("whitelist", "add", "192.0.2.60"), ("whitelist", "import", "-"), ("audit", "undo", "2"),
                        ("backup", self.world.stage.path("full"))):
            with self.subTest(command):
                done = subprocess.run(self.command(*command), input="192.0.2.60\n" * 1000, text=True, capture_output=True,
                                      timeout=PATIENCE, check=False, env=self.environment(),
                                      preexec_fn=allow_no_byte_more)  # files, not pipes: what it says arrives
                self.check(done, STORE, "", str(command))
        self.assertEqual(self.state(), before)
        self.assertFalse(os.path.exists(self.world.stage.path("full")), "nothing of a backup that failed")

    def test_nowhere_to_write_the_answer(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(self.command("verdicts"), stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=PATIENCE, check=False, env=self.environment())
        self.assertEqual(done.returncode, STORE, done.stderr)
        self.assertIn("could not be written", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "another user is needed")
    def test_somebody_elses_store(self):
        before = self.state()
        # A checkout under /root or in a user's home is closed to the other user.
        tool = shutil.copy(os.path.join(self.BUILD, "sekimorictl"), self.world.stage.path("sekimorictl"))
        os.chmod(tool, 0o755)
        for command in (("whitelist", "add", "192.0.2.61"), ("verdicts",), ("audit", "undo", "1")):
            with self.subTest(command):
                done = self.run_tool(*command, program=tool, cwd="/", user="nobody", group="nogroup", extra_groups=[])
                self.check(done, NOT_PERMITTED, "Permission denied", str(command))
        self.assertEqual(self.state(), before)

    def test_colours_are_for_terminals_that_want_them(self):
        self.assertIn("\x1b[1m", self.on_terminal("verdicts"))
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(environment):
                self.assertNotIn("\x1b", self.on_terminal("verdicts", **environment))
        self.assertNotIn("\x1b", self.run_tool("verdicts").stdout)


if __name__ == "__main__":
    main()
