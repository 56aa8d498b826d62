"""What is remembered, over a restart and over kill -9, and what happens while nobody answers questions."""

from scene import Scene, main


class MemoryTest(Scene):
    def test_after_a_restart_the_same_client_causes_no_question(self):
        clients = {"stop": "192.0.2.10", "kill": "2001:db8::10"}
        for count, (way, client) in enumerate(clients.items(), 1):
            with self.subTest(way):
                self.daemon.wait_for_list()
                self.assert_accepted(self.mail.reply_to(client))
                asked = self.names.questions_about(client)
                self.assertIn("PTR", [kind for _, kind in asked])
                self.daemon.wait_until_written(count)
                getattr(self.daemon, way)()
                self.daemon.start()
                self.assert_accepted(self.mail.reply_to(client))
                self.assertEqual(self.names.questions_about(client), asked)

    def test_what_has_expired_is_asked_again(self):
        self.assert_accepted(self.mail.reply_to("192.0.2.30"))
        asked = len(self.names.questions_about("192.0.2.30"))
        self.daemon.pass_time(301)  # the zones say 300 s
        self.assert_accepted(self.mail.reply_to("192.0.2.30"))
        self.assertGreater(len(self.names.questions_about("192.0.2.30")), asked)

    def test_after_kill_9_a_greylisted_client_still_passes_on_its_retry(self):
        self.assertEqual(self.mail.reply_to("203.0.113.45").code, 450)
        self.daemon.kill()
        self.daemon.start()
        self.daemon.pass_time(200)
        self.assert_accepted(self.mail.reply_to("203.0.113.45"))

    def test_after_kill_9_a_whitelist_entry_is_still_there(self):
        self.assertEqual(self.daemon.tool("whitelist", "add", "192.0.2.16").returncode, 0)
        self.daemon.kill()
        self.daemon.start()
        self.assert_accepted(self.mail.reply_to("192.0.2.16"))


class NoNameServerTest(Scene):
    SETTINGS = {"answer_within": "2s"}

    def test_with_the_name_servers_stopped_mail_is_accepted_in_time(self):
        self.names.pause()
        try:
            for client in ("192.0.2.17", "203.0.113.46", "2001:db8::13"):
                with self.subTest(client):
                    reply = self.mail.reply_to(client)
                    self.assert_accepted(reply)
                    self.assertLess(reply.seconds, 2.0)
        finally:
            self.names.resume()

    def test_with_no_name_server_at_all_mail_is_accepted_in_time(self):
        self.daemon.stop()
        nobody = self.stage.free_port()  # every question comes back as "connection refused"
        self.daemon = self.make_daemon(port=self.port, dns_port=nobody, **self.SETTINGS).start()
        reply = self.mail.reply_to("192.0.2.17")
        self.assert_accepted(reply)
        self.assertLess(reply.seconds, 2.0)

    def test_mail_is_judged_again_when_they_are_back(self):
        self.names.pause()
        try:
            self.assert_accepted(self.mail.reply_to("192.0.2.17"))
        finally:
            self.names.resume()
        self.daemon.pass_time(31)  # failure_ttl
        self.assertEqual(self.mail.reply_to("192.0.2.17").code, 450)

    def test_what_is_remembered_serves_while_they_are_away(self):
        self.assertEqual(self.mail.reply_to("192.0.2.11").code, 450)
        self.names.pause()
        try:
            self.assertEqual(self.mail.reply_to("192.0.2.11").code, 450)
        finally:
            self.names.resume()


if __name__ == "__main__":
    main()
