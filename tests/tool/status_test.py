"""status, reload and dnsbl test beside a running daemon, and the tool beside a configuration with errors."""

import json
import os
import subprocess
import unittest

from tool_case import CLEAN, GREYLISTED, ToolCase, main, wait_for

OK, WARNING, CRITICAL = 0, 1, 2
NO_SUCH_THING, UNREACHABLE, STORE, CONFIG = 1, 69, 74, 78


class StatusTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.world.config, encoding="utf-8") as file:
            cls.text = file.read()

    def tearDown(self):
        self.world.write(self.world.config, self.text)

    def write(self, name, text):
        path = self.world.stage.path(name)
        self.world.write(path, text)
        return path

    def test_all_is_well(self):
        done = self.run_tool("status")
        self.assertEqual(done.returncode, OK, done.stdout)
        self.assertTrue(done.stdout.startswith("OK: sekimorid "), done.stdout)
        for part in ("up since ", "mode          enforce", "last reload   taken", "defer 1", "greylist 1", "of 64 MiB",
                     "last hour     let in "):
            self.assertIn(part, done.stdout)
        document = json.loads(self.run_tool("--json", "status").stdout)
        lists = document["store"]["lists"]["bytes"]
        self.assertLess(lists, 1 << 20)
        self.assertIn(f"lists {-(-lists // 1024)} KiB of ", done.stdout)
        self.assertEqual((document["level"], document["attention"]), ("OK", []))
        self.assertEqual(document["turned_away_last_hour"]["reject"], 1)
        self.assertGreaterEqual(document["since_start"]["requests"], 3)
        self.assertEqual(document["store_states"], {"facts": ["sound"], "records": ["sound"], "lists": ["sound"]})

    def test_it_leaves_no_verdict(self):
        self.run_tool("status")
        self.assertNotIn("reason=no_client", self.world.log())
        before = self.world.metric('sekimori_requests_total{state="VRFY"}')
        self.run_tool("status")
        self.assertEqual(self.world.metric('sekimori_requests_total{state="VRFY"}'), before)

    def test_a_store_that_was_mended(self):
        alarms = self.world.stage.path("store", "alarms")
        self.world.write(alarms, "lists restored 1795900000 lists/ were gone and are as they were\n")
        self.addCleanup(os.remove, alarms)
        done = self.run_tool("status")
        self.assertEqual(done.returncode, WARNING, done.stdout)
        self.assertIn("degraded: lists/ were gone", done.stdout)
        self.assertEqual(json.loads(self.run_tool("--json", "status").stdout)["store_states"]["lists"], ["restored"])

    def test_a_configuration_that_the_daemon_refuses(self):
        self.world.write(self.world.config, self.text + "\n[polcy]\nmode = \"tag\"\n")
        done = self.run_tool("reload")
        self.assertEqual(done.returncode, CONFIG, done.stdout)
        self.assertIn("polcy", done.stderr)
        self.assertIn("refused", done.stderr)
        done = self.run_tool("status")
        self.assertEqual(done.returncode, WARNING, done.stdout)
        self.assertIn("WARNING: the last reload was refused", done.stdout)
        self.world.write(self.world.config, self.text)
        done = self.run_tool("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^reloaded \(pid \d+\)\n$")
        self.assertEqual(self.run_tool("status").returncode, OK)

    def test_one_typing_error_disables_nothing_that_needs_the_store_alone(self):
        self.world.write(self.world.config, self.text.replace("[policy_service]\n", "[policy_service]\nmoode = 1\n"))
        reference = self.turned_away("203.0.113.9")
        for command in (("verdicts",), ("whitelist", "list"), ("unblock", reference, "--dry-run"), ("stats",),
                        ("greylist", "list"), ("audit",), ("ask", "--client", GREYLISTED)):
            with self.subTest(command):
                done = self.run_tool(*command)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("warning: ", done.stderr)
                self.assertIn("moode", done.stderr)
        for command in (("explain", GREYLISTED), ("check-config",)):
            with self.subTest(command):
                self.assertEqual(self.run_tool(*command).returncode, CONFIG)

    def test_a_store_that_may_be_meant_otherwise_is_not_guessed(self):
        path = self.world.stage.path("elsewhere")
        for text in (f'[stoer]\ndirectory = "{path}"\n', f'[store]\ndirectry = "{path}"\n', f'[store]\ndirectory = "{path}\n'):
            with self.subTest(text):
                self.assertEqual(self.run_tool("verdicts", config=self.write("a.toml", text)).returncode, CONFIG)
        config = self.write("a.toml", f'[store]\ndirectory = "{path}"\n[greylist]\ndelay = "soon"\n')
        self.assertEqual(self.run_tool("verdicts", config=config).returncode, STORE)

    def test_no_daemon(self):
        os.mkdir(self.world.stage.path("idle"))
        config = self.write("idle.toml", f'store.directory = "{self.world.stage.path("idle")}"\n')
        done = self.run_tool("status", config=config)
        self.assertEqual(done.returncode, CRITICAL)
        self.assertTrue(done.stdout.startswith("CRITICAL: no daemon runs"), done.stdout)
        self.assertEqual(json.loads(self.run_tool("--json", "status", config=config).stdout)["level"], "CRITICAL")
        self.assertEqual(self.run_tool("reload", config=config).returncode, UNREACHABLE)

    def test_metrics_that_nobody_serves(self):
        config = self.write("other.toml", self.text.replace("[http]\nlisten = ", "[http]\nlisten = \"127.0.0.1:1\"\n# "))
        done = self.run_tool("status", config=config)
        self.assertEqual(done.returncode, CRITICAL, done.stdout)
        self.assertIn("the daemon cannot be asked: 127.0.0.1:1: connect", done.stdout)

    def test_the_start_is_told_with_version_and_mode(self):
        self.assertRegex(self.world.log(), r" started version=\d\S+ mode=enforce")

    def test_explain_prints_no_reference_that_finds_nothing(self):
        said = self.run_tool("explain", "203.0.113.200").stdout
        self.assertIn("(ref none)", said)
        self.assertIn(f"(ref {self.reference})", self.run_tool("explain", self.reference).stdout)

    def test_what_a_blocklist_decided_was_not_asked(self):
        rows = json.loads(self.run_tool("--json", "verdicts", "--reason", "blocklist").stdout)["verdicts"]
        self.assertEqual(rows[0]["reverse_dns"], "not_asked")
        # The name is asked before somebody chooses between it and the address.
        self.run_tool("blocklist", "add", "203.0.113.4")
        reference = self.turned_away("203.0.113.4")
        self.run_tool("blocklist", "remove", "203.0.113.4")
        done = self.run_tool("unblock", reference, "--dry-run")
        self.assertIn("whose confirmed name is mail.clean.example", done.stdout, done.stderr)

    def test_times_are_local_unless_told_otherwise(self):
        tokyo = self.environment(TZ="JST-9")
        for arguments, want in ((("verdicts",), r"\+09:00"), (("--utc", "verdicts"), r"\dZ "),
                                (("--json", "verdicts"), r"\dZ\"")):
            with self.subTest(arguments):
                self.assertRegex(self.run_tool_in(tokyo, *arguments), want)
        self.assertEqual(self.run_tool_in(tokyo, "verdicts", "--until", "yesterday"), "")
        self.assertIn(self.reference, self.run_tool_in(tokyo, "verdicts", "--since", "yesterday"))

    def run_tool_in(self, environment, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=True, env=environment).stdout

    def test_lists_are_asked_their_test_points(self):
        zone = self.world.zone
        for name in ("2.0.0.127.good.example", "2.0.0.127.bad.example", "1.0.0.127.bad.example"):
            zone.tell(None, name, ["A", "127.0.0.2"])
        config = self.write("lists.toml", self.text.replace('"zen.example*8"', '"good.example*3", "bad.example*5"'))
        done = self.run_tool("dnsbl", "test", config=config)
        self.assertEqual(done.returncode, NO_SUCH_THING, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^good.example +ipv4 +healthy ")
        self.assertRegex(done.stdout, r"(?m)^bad.example +ipv4 +(?!healthy)\S+ ")
        done = self.run_tool("dnsbl", "test", "good.example", config=config)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("bad.example", done.stdout)

    def test_points_and_hits_of_the_lists(self):
        self.assertRegex(self.run_tool("dnsbl", "status").stdout, r"(?m)^zen.example +addresses +8 +1 +")

    @unittest.skipUnless(os.path.isdir("/proc/self"), "/proc is needed")
    def test_when_it_began(self):
        document = json.loads(self.run_tool("--json", "status").stdout)
        self.assertRegex(document["up_since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


class StatusLaterTest(ToolCase):
    """Its tests move the clock, each once and forward."""

    def last_hour(self):
        return json.loads(self.run_tool("--json", "status").stdout)["verdicts_last_hour"]

    def test_the_last_hour_has_what_was_let_in_too(self):
        before = self.last_hour().get("pass", 0)
        self.assertEqual(self.world.ask(client_address=CLEAN), "DUNNO")
        self.assertEqual(self.last_hour()["pass"], before + 1)
        self.assertRegex(self.run_tool("status").stdout, r"last hour     let in \d+, greylisted \d+, refused \d+ \(")
        self.world.pass_time(3700)
        wait_for(lambda: self.last_hour() == {}, "an hour to be over")

    def test_a_gateway_that_hides_the_clients(self):
        for number in range(20):
            self.world.ask(client_address="172.22.1.1", helo_name=f"mx.other{number}.example")
        done = self.run_tool("status")
        self.assertEqual(done.returncode, WARNING, done.stdout)
        self.assertIn("own network 172.22.1.1 says names of others", done.stdout)


if __name__ == "__main__":
    main()
