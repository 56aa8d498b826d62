"""Start, reload and end of the daemon, and what it shows of itself."""

import os
import shutil
import signal
import stat
import subprocess

from mail_server import MailServer
from outside import Client
from scene import Scene, main
from stage import wait_for


class LifeTest(Scene):
    SETTINGS = {"answer_within": "2s"}

    def test_without_the_daemon_mail_is_accepted(self):
        self.daemon.stop()
        self.assert_accepted(self.mail.reply_to("192.0.2.11"))

    def test_postfix_finds_the_daemon_again_after_a_restart(self):
        self.assertEqual(self.mail.reply_to("192.0.2.11").code, 450)
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        self.assertEqual(self.mail.reply_to("192.0.2.11").code, 450)

    def test_it_drops_root(self):
        with open(f"/proc/{self.daemon.process.pid}/status", encoding="ascii") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file)
        owner = os.stat(self.daemon.store)
        self.assertEqual(set(fields["Uid"].split()), {str(owner.st_uid)})
        self.assertEqual(set(fields["Gid"].split()), {str(owner.st_gid)})
        self.assertEqual(self.daemon.foreign_files(), [])

    def test_a_unix_socket_serves_everybody(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.daemon.socket).st_mode), 0o666)
        mail = MailServer(self.stage, f"unix:{self.daemon.socket}", "postfix-unix")
        self.assert_accepted(mail.reply_to("192.0.2.10"))
        self.assert_turned_away(mail.reply_to("192.0.2.11"), "Cannot resolve PTR record")

    def test_a_dead_unix_socket_in_the_way_is_removed(self):
        self.daemon.kill()
        self.assertTrue(os.path.exists(self.daemon.socket))
        self.daemon.start()
        with Client(self.daemon.socket) as connection:
            self.assertEqual(connection.ask("192.0.2.10"), "DUNNO")

    def test_a_live_unix_socket_in_the_way_ends_the_start_with_75(self):
        other = self.make_daemon()
        other.socket = self.daemon.socket
        other.configure()
        process = other.launch()
        self.assertEqual(process.wait(), 75, process.text())
        self.assertIn(self.daemon.socket, process.text())
        with Client(self.daemon.socket) as connection:
            self.assertEqual(connection.ask("192.0.2.10"), "DUNNO")

    def test_beyond_max_connections_the_next_one_waits_for_its_turn(self):
        daemon = self.make_daemon(service="max_connections = 2").start()
        address = ("127.0.0.1", daemon.port)
        with Client(address) as first, Client(address) as second, Client(address) as third:
            self.assertEqual(first.ask("192.0.2.10"), "DUNNO")
            self.assertEqual(second.ask("192.0.2.10"), "DUNNO")
            third.send("192.0.2.10")
            self.assertEqual(first.ask("192.0.2.10"), "DUNNO")
            self.assertFalse(third.has_answer())
            first.close()
            self.assertEqual(third.receive(), "DUNNO")

    def test_a_second_daemon_on_the_same_store_exits_75_and_names_the_pid(self):
        second = self.make_daemon(store=self.daemon.store).launch()
        self.assertEqual(second.wait(), 75, second.text())
        self.assertRegex(second.text(), rf"\b{self.daemon.process.pid}\b")
        self.assertEqual(self.daemon.ask("192.0.2.10"), "DUNNO")

    def test_a_configuration_that_does_not_read_ends_the_start_with_78(self):
        other = self.make_daemon(more='[policy]\nmode = "sometimes"\nnonsense = 1\n')
        process = other.launch()
        self.assertEqual(process.wait(), 78, process.text())
        self.assertRegex(process.text(), r"sekimori\.toml:\d+: policy\.mode: ")
        self.assertRegex(process.text(), r"sekimori\.toml:\d+: policy\.nonsense: ")

    def test_sigterm_answers_what_is_in_flight(self):
        self.names.pause()
        self.addCleanup(self.names.resume)
        with self.daemon.connect() as connection:
            connection.send("192.0.2.17")
            wait_for(lambda: self.daemon.metric("sekimori_inquiries_in_flight") == 1, "the request in flight")
            self.daemon.process.send(signal.SIGTERM)
            self.assertEqual(connection.receive(), "DUNNO")
        self.assertEqual(self.daemon.process.wait(), 0)
        self.daemon.wait_until_it_says("STOPPING=1")

    def test_the_watchdog_is_fed(self):
        self.daemon.wait_until_it_says("WATCHDOG=1")

    def test_a_reload_changes_the_policy_under_open_connections(self):
        with self.daemon.connect() as connection:
            self.assertIn("Cannot resolve PTR record", connection.ask("192.0.2.11"))
            self.daemon.configure(more="[points]\nno_ptr = 0\n")
            self.daemon.process.send(signal.SIGHUP)
            wait_for(lambda: connection.ask("192.0.2.11") == "DUNNO", "the new policy")
        self.assertEqual(self.daemon.metric("sekimori_config_reload_success"), 1)

    def test_a_bad_reload_keeps_the_policy(self):
        self.daemon.configure(more="[points]\nno_ptr = 0\nno_such_key = 1\n")
        self.daemon.process.send(signal.SIGHUP)
        wait_for(lambda: self.daemon.metric("sekimori_config_reload_success") == 0, "the reload to fail")
        self.assertIn("Cannot resolve PTR record", self.daemon.ask("192.0.2.11"))
        wait_for(lambda: "points.no_such_key" in self.daemon.log(), "the error in the log")
        self.daemon.configure()
        self.daemon.process.send(signal.SIGHUP)
        wait_for(lambda: self.daemon.metric("sekimori_config_reload_success") == 1, "the reload to succeed")

    def test_every_verdict_is_one_log_line(self):
        clients = ("192.0.2.10", "192.0.2.11", "203.0.113.45")
        for client in clients:
            self.daemon.ask(client)
        self.daemon.stop()
        for client in clients:
            lines = self.daemon.verdicts(f"client={client} ")
            self.assertEqual(len(lines), 1, f"{client}: {lines}")
            for key in ("action", "reason", "score", "client", "name", "helo", "sender", "recipient", "ref", "took_ms",
                        "signals"):
                self.assertRegex(lines[0], rf"\b{key}=")

    def test_what_came_from_outside_cannot_forge_a_log_line(self):
        self.daemon.ask("192.0.2.11", helo_name='x" verdict action=pass client=192.0.2.99 \x1b[2J')
        self.daemon.stop()
        self.assertEqual(len(self.daemon.verdicts("client=192.0.2.11 ")), 1)
        self.assertNotIn("\x1b", self.daemon.log())
        self.assertNotIn('x" verdict', self.daemon.log())

    def test_it_says_how_it_is(self):
        for path in ("/healthz", "/readyz"):
            self.assertEqual(self.daemon.http(path)[0], 200, path)
        self.assertEqual(self.daemon.http("/no-such-page")[0], 404)

    def test_its_metrics_count_and_are_well_formed(self):
        self.daemon.ask("192.0.2.11")
        status, text = self.daemon.http("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(self.daemon.metric('sekimori_requests_total{state="RCPT"}'), 1)
        self.assertIn('action="greylist"', text)
        self.assertIn('reason="no_ptr"', text)
        self.assertRegex(text, r'(?m)^sekimori_build_info\{version="[^"]+"\} 1$')
        if not shutil.which("promtool"):
            print("SKIPPED: promtool (Debian's prometheus) is not installed")
            return
        check = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


if __name__ == "__main__":
    main()
