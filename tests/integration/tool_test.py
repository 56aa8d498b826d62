"""sekimorictl beside a running daemon and without one, run as root on a store that belongs to somebody else."""

import json
import os
import re

from daemon import reference
from scene import Scene, main


class ToolTest(Scene):
    def run_tool(self, *arguments, status=0, text=None):
        done = self.daemon.tool(*arguments, text=text)
        self.assertEqual(done.returncode, status, f"{arguments}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_an_entry_counts_for_the_very_next_request(self):
        with self.daemon.connect() as connection:
            self.assertEqual(connection.ask("192.0.2.10"), "DUNNO")
            self.run_tool("blocklist", "add", "192.0.2.10", "--comment", "test")
            self.assertRegex(connection.ask("192.0.2.10"), r"^REJECT 5\.7\.1 Access denied\. \[192\.0\.2\.10\] is blocked here")
            self.run_tool("whitelist", "add", "192.0.2.10")
            self.assertEqual(connection.ask("192.0.2.10"), "DUNNO")
            self.run_tool("whitelist", "remove", "192.0.2.10")
            self.assertRegex(connection.ask("192.0.2.10"), "^REJECT ")
            self.run_tool("blocklist", "remove", "192.0.2.10")
            self.assertEqual(connection.ask("192.0.2.10"), "DUNNO")

    def test_every_kind_of_target_lets_in(self):
        cases = (
            ("address", "192.0.2.11", {}),
            ("network", "192.0.2.0/24", {}),
            ("sender", "someone@sender.example", {}),
            ("sender_domain", "@sender.example", {}),
            ("recipient", "rcpt:someone@ours.example", {}),
            ("recipient_domain", "rcpt:@ours.example", {}),
        )
        for name, target, attributes in cases:
            with self.subTest(name):
                self.assertIn("Cannot resolve PTR record", self.daemon.ask("192.0.2.11", **attributes))
                self.run_tool("whitelist", "add", target)
                self.assertEqual(self.daemon.ask("192.0.2.11", **attributes), "DUNNO")
                self.assertIn(target, self.run_tool("whitelist", "list"))
                self.run_tool("whitelist", "remove", target)

    def test_a_bad_target_beside_a_good_one_changes_nothing(self):
        self.run_tool("whitelist", "add", "192.0.2.11", "192.0.2.300/77", status=65)
        self.assertIn("Cannot resolve PTR record", self.daemon.ask("192.0.2.11"))

    def test_what_is_not_there_cannot_be_removed(self):
        self.run_tool("whitelist", "remove", "192.0.2.11", status=1)

    def test_unblock_finds_the_reference_in_a_bounce(self):
        action = self.daemon.ask("192.0.2.11")
        self.daemon.wait_for_verdict(reference(action))
        bounce = f"Subject: Undelivered Mail\n\n<someone@ours.example>: host mx said: 450 {action.split(' ', 1)[1]}\n"
        self.run_tool("unblock", "-", text=bounce)
        self.assertEqual(self.daemon.ask("192.0.2.11"), "DUNNO")

    def test_unblock_knows_no_such_reference(self):
        self.run_tool("unblock", "00000-00000", status=1)

    def test_explain_says_why_and_changes_nothing(self):
        action = self.daemon.ask("192.0.2.11")
        for argument in ("192.0.2.11", self.daemon.wait_for_verdict(reference(action))):
            with self.subTest(argument):
                self.assertIn("no_ptr", self.run_tool("explain", argument))
        # The same wait goes on; a new one would begin with 180 seconds, another mail would have another reference.
        now = self.daemon.ask("192.0.2.11")
        without_wait = re.compile(r"in \d+ seconds")
        self.assertEqual(without_wait.sub("", now), without_wait.sub("", action))

    def test_ask_shows_what_postfix_would_get(self):
        self.assertIn("DUNNO", self.run_tool("ask", "--client", "192.0.2.10"))
        output = self.run_tool("ask", "--client", "192.0.2.11", "--sender", "a@b.example", "--recipient", "c@ours.example")
        self.assertIn("Cannot resolve PTR record for [192.0.2.11]", output)

    def test_ask_without_a_daemon_exits_69(self):
        self.daemon.stop()
        self.run_tool("ask", "--client", "192.0.2.10", status=69)

    def test_an_entry_made_while_the_daemon_is_down_counts_when_it_is_up(self):
        self.daemon.stop()
        self.run_tool("whitelist", "add", "192.0.2.11")
        self.assertEqual(self.daemon.foreign_files(), [])
        self.daemon.start()
        self.assertEqual(self.daemon.ask("192.0.2.11"), "DUNNO")

    def test_run_by_root_it_leaves_no_file_of_root(self):
        self.run_tool("whitelist", "add", "192.0.2.11")
        self.run_tool("blocklist", "add", "192.0.2.12")
        self.run_tool("explain", "192.0.2.13")
        self.run_tool("greylist", "stats")
        self.run_tool("cache", "stats")
        self.assertEqual(self.daemon.foreign_files(), [])

    def test_json_is_one_document(self):
        self.run_tool("whitelist", "add", "192.0.2.11")
        for command in (("whitelist", "list"), ("greylist", "stats"), ("cache", "stats"), ("explain", "192.0.2.11")):
            with self.subTest(command):
                json.loads(self.daemon.tool("--json", *command).stdout)

    def test_check_config_names_the_line(self):
        self.run_tool("check-config")
        self.daemon.configure(more='[greylist]\ndelay = "soon"\n')
        self.assertRegex(self.run_tool("check-config", status=78), r"sekimori\.toml:\d+: greylist\.delay: ")

    def test_the_configurations_in_contrib_read(self):
        contrib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib")
        for name in ("sekimori.toml", "dnsbl.toml"):
            done = self.daemon.tool("check-config", config=os.path.join(contrib, name))
            self.assertEqual(done.returncode, 0, f"{name}\n{done.stdout}{done.stderr}")

    def test_it_never_creates_the_store(self):
        other = self.make_daemon()
        done = other.tool("whitelist", "list")
        self.assertEqual(done.returncode, 74, done)
        self.assertIn("start sekimorid once", done.stdout + done.stderr)

    def test_a_mistyped_command_exits_64(self):
        self.run_tool("whitelits", status=64)


if __name__ == "__main__":
    main()
