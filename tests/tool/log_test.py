"""Which lines the log has: log.passes, and --syslog beside log.target."""

import os
import socket
import subprocess

from tool_case import CLEAN, GREYLISTED, ToolCase, main, wait_for


class LogTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.stop()
        cls.world.set("policy_service", "threads", "1")
        cls.world.start()

    def set_passes(self, words):
        self.world.set("log", "passes", f'"{words}"')
        self.world.reload()
        return self.world.log()

    def lines_after(self, before):
        return [line for line in self.world.log()[len(before):].splitlines() if " verdict " in line]

    def ask(self, times):
        with self.world.connect() as connection:
            for _ in range(times):
                self.assertEqual(connection.ask(CLEAN), "DUNNO")

    def wait_for_a_refusal(self, before):
        self.world.ask(client_address=GREYLISTED)
        wait_for(lambda: any("action=greylist" in line for line in self.lines_after(before)), "the line of a refusal")

    def test_every_pass(self):
        before = self.set_passes("all")
        self.ask(7)
        self.wait_for_a_refusal(before)
        lines = self.lines_after(before)
        self.assertEqual(len([line for line in lines if "action=pass" in line]), 7, lines)
        self.assertRegex(lines[-1], r" greylist=early wait_s=\d+$")

    def test_no_pass(self):
        before = self.set_passes("none")
        counted = self.world.metric('sekimori_verdicts_total{action="pass",mode="enforce",reason="clean"}') or 0
        self.ask(7)
        self.wait_for_a_refusal(before)
        self.assertEqual([line for line in self.lines_after(before) if "action=pass" in line], [])
        self.assertEqual(self.world.metric('sekimori_verdicts_total{action="pass",mode="enforce",reason="clean"}'), counted + 7,
                         "each is counted")

    def test_a_pass_that_was_greylisted_is_no_plain_one(self):
        before = self.set_passes("none")
        mail = {"client_address": GREYLISTED, "sender": "ann@partner.example", "recipient": "bob@here.example"}
        self.assertIn("Greylisted", self.world.ask(**mail))
        self.world.pass_time(200)
        self.addCleanup(self.world.pass_time, -200)
        self.assertIn("delayed=", self.world.ask(**mail))
        wait_for(lambda: any(" delayed_s=" in line for line in self.lines_after(before)), "the line of the mail that came back")

    def test_one_of_a_hundred_passes(self):
        before = self.set_passes("sampled")
        self.ask(250)
        self.wait_for_a_refusal(before)
        passes = [line for line in self.lines_after(before) if "action=pass" in line]
        self.assertEqual(len(passes), 2, passes)
        for line in passes:
            self.assertTrue(line.endswith(" sampled=100"), line)

    def test_syslog_whatever_the_configuration_says(self):
        path = self.world.stage.path("syslog")
        config = self.world.stage.path("other.toml")
        os.mkdir(self.world.stage.path("other"))
        self.world.write(config, f'[policy_service]\nlisten = ["unix:{self.world.stage.path("policy")}"]\n[http]\nlisten = ""\n'
                         f'[store]\ndirectory = "{self.world.stage.path("other")}"\n[log]\ntarget = "journald"\n')
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as reader:
            reader.settimeout(20)
            reader.bind(path)
            with subprocess.Popen([os.path.join(self.BUILD, "sekimorid"), "--config", config, "--syslog"],
                                  env=self.environment(SEKIMORI_SYSLOG_SOCKET=path)) as daemon:
                self.addCleanup(daemon.kill)
                lines = [reader.recv(4096)]
                while b"started version=" not in lines[-1]:
                    lines.append(reader.recv(4096))
                self.assertRegex(lines[-1], rb"^<22>.* sekimorid\[%d\]: started version=" % daemon.pid)
                daemon.terminate()
                self.assertEqual(daemon.wait(20), 0)


if __name__ == "__main__":
    main()
