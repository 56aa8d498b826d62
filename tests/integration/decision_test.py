"""What a sender sees: every case is one client, asserted on Postfix' reply to RCPT."""

import re

from daemon import reference
from scene import Scene, main
from stage import wait_for

# Clients of one network share the wait that the first of them began: it counts down.
NO_PTR = " seconds. Cannot resolve PTR record for [{}]"
NO_NAME = " seconds. IP name lookup failed [{}]"
LISTED = "Access denied. [{}] is listed by bl.example"
DYNAMIC = "Greylisted, try again in {} seconds. [{}] ({}) looks like a dynamic or residential address"


class DecisionTest(Scene):
    def setUp(self):
        super().setUp()
        self.daemon.wait_for_list()

    def test_a_clean_client_is_accepted_at_the_first_try(self):
        for name, client in (("ipv4", "192.0.2.10"), ("ipv6", "2001:db8::10"), ("rfc_2317", "198.51.100.10")):
            with self.subTest(name):
                self.assert_accepted(self.mail.reply_to(client))

    def test_who_is_not_what_he_says_is_turned_away(self):
        cases = (
            ("no_ptr", "192.0.2.11", NO_PTR),
            ("no_forward", "192.0.2.12", NO_NAME),
            ("mismatch", "192.0.2.13", NO_NAME),
            ("listed", "192.0.2.20", LISTED),
            ("ipv6_no_ptr", "2001:db8::11", NO_PTR),
            ("ipv6_no_forward", "2001:db8::12", NO_NAME),
            ("ipv6_mismatch", "2001:db8::13", NO_NAME),
            ("ipv6_listed", "2001:db8::20", LISTED),
        )
        for name, client, text in cases:
            with self.subTest(name):
                reply = self.mail.reply_to(client)
                self.assert_turned_away(reply, text.format(client))
                self.assertRegex(reply.text, "Greylisted, try again in 1[78]. seconds|Access denied")

    def test_an_end_users_line_is_accepted_when_it_retries_after_the_delay(self):
        cases = (
            ("ipv4", "203.0.113.45", "203-0-113-45.adsl.isp.example"),
            ("ipv6", "2001:db8::45", "2001-db8-0-0-0-0-0-45.dyn.isp.example"),
        )
        for name, client, host in cases:
            with self.subTest(name):
                self.assert_turned_away(self.mail.reply_to(client), DYNAMIC.format(180, client, host))
                self.daemon.pass_time(100)
                reply = self.mail.reply_to(client)
                wait = int(re.search(r"try again in (\d+) seconds", reply.text)[1])
                self.assertLessEqual(wait, 80, "it has waited for 100 s")
                self.assert_turned_away(reply, DYNAMIC.format(wait, client, host))
                self.daemon.pass_time(wait)
                self.assert_accepted(self.mail.reply_to(client))
                self.assert_accepted(self.mail.reply_to(client))

    def test_another_mail_of_a_greylisted_client_waits_for_itself(self):
        self.mail.reply_to("203.0.113.45", sender="one@sender.example")
        self.daemon.pass_time(200)
        self.assertEqual(self.mail.reply_to("203.0.113.45", sender="two@other.example").code, 450)
        self.assert_accepted(self.mail.reply_to("203.0.113.45", sender="one@sender.example"))

    def test_a_listed_client_does_not_get_in_by_waiting(self):
        self.mail.reply_to("192.0.2.20")
        self.daemon.pass_time(3600)
        self.daemon.wait_for_list()
        self.assert_turned_away(self.mail.reply_to("192.0.2.20"), LISTED.format("192.0.2.20"))

    def test_all_recipients_of_a_mail_are_told_the_same(self):
        recipients = ["one@ours.example", "two@ours.example"]
        for reply in self.mail.send("203.0.113.46", recipients=recipients):
            self.assertEqual(reply.code, 450, reply)
        self.daemon.pass_time(200)
        for reply in self.mail.send("203.0.113.46", recipients=recipients):
            self.assert_accepted(reply)

    def test_after_unblock_with_the_reference_of_the_reply_the_next_try_is_accepted(self):
        for client in ("192.0.2.20", "192.0.2.11", "192.0.2.13", "203.0.113.45", "2001:db8::12"):
            with self.subTest(client):
                reply = self.mail.reply_to(client)
                self.assertEqual(reply.code, 450, reply)
                unblock = self.daemon.tool("unblock", self.daemon.wait_for_verdict(reference(reply)))
                self.assertEqual(unblock.returncode, 0, unblock)
                self.assertIn(client, unblock.stdout)
                self.assert_accepted(self.mail.reply_to(client))

    def test_an_unverified_name_never_matches_a_whitelist_entry(self):
        before = self.mail.reply_to("203.0.113.77", sender="first@sender.example")
        self.assertEqual(before.code, 450, before)
        add = self.daemon.tool("whitelist", "add", "mail.partner.example", ".partner.example")
        self.assertEqual(add.returncode, 0, add)
        self.assert_accepted(self.mail.reply_to("203.0.113.77"))
        self.assert_turned_away(self.mail.reply_to("192.0.2.14"), NO_NAME.format("192.0.2.14"))

    def test_who_asks_for_an_address_is_not_judged(self):
        """What VRFY gets proves nothing: no list is asked, and the client is no witness against any."""
        before = len(self.names.questions_about("192.0.2.20"))
        reply = self.mail.verify("192.0.2.20")
        self.assertEqual(reply.code, 252, reply)
        wait_for(lambda: "reason=not_judged" in self.daemon.log(), self.daemon.log)
        self.assertEqual(len(self.names.questions_about("192.0.2.20")), before)
        self.assert_turned_away(self.mail.reply_to("192.0.2.20"), LISTED.format("192.0.2.20"))

    def test_authenticated_senders_pass(self):
        self.assert_accepted(self.mail.reply_to("192.0.2.11", login="alice"))
        self.assertEqual(self.daemon.ask("192.0.2.11", sasl_username="alice"), "DUNNO")

    def test_an_own_network_passes(self):
        self.assertEqual(self.daemon.ask("10.1.2.3"), "DUNNO")


if __name__ == "__main__":
    main()
