"""contrib/presets through a real Postfix: a table of senders for each, and what they get."""

import os
import re

from name_servers import LIST
from scene import Scene, main
from stage import wait_for

PRESETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "presets")

CLEAN, NO_PTR, NO_FORWARD, MISMATCH = "192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"
LISTED, LINE, PARTNER = "192.0.2.20", "203.0.113.45", "203.0.113.77"


class PresetTest(Scene):
    PRESET = None
    MORE = ""  # settings that the preset leaves to others

    def setUp(self):
        """The preset in place of the lists of other tests; of its lists we ask our own server."""
        self.daemon = self.make_daemon(port=self.port)
        with open(os.path.join(PRESETS, self.PRESET), encoding="utf-8") as file:
            preset = file.read().replace("bl.spamcop.net", LIST).replace("regexp:", f"regexp:{PRESETS}/")
        with open(self.daemon.config, encoding="utf-8") as file:
            base = re.sub(r"\[dnsbl\]\nsites = .*\n", "", file.read())
        with open(self.daemon.config, "w", encoding="utf-8") as file:
            file.write(base + preset + self.MORE)
        self.daemon.start()
        self.addCleanup(self.end_daemon)

    def assert_replies(self, cases):
        """(client, code, text)"""
        for client, code, text in cases:
            with self.subTest(client):
                reply = self.mail.reply_to(client)
                self.assertEqual(reply.code, code, reply)
                self.assertIn(text, reply.text)


class StrictTest(PresetTest):
    PRESET = "strict-rdns.toml"

    TURNED_AWAY = (
        (NO_PTR, 450, f"Access denied. Cannot resolve PTR record for [{NO_PTR}]"),
        (NO_FORWARD, 450, f"Access denied. IP name lookup failed [{NO_FORWARD}]"),
        (MISMATCH, 450, f"Access denied. IP name lookup failed [{MISMATCH}]"),
    )

    def test_only_reverse_dns_counts_and_waiting_does_not_help(self):
        self.assert_replies(self.TURNED_AWAY)
        for client, _, text in self.TURNED_AWAY:
            self.assertRegex(self.mail.reply_to(client).text, r"^4\.7\.1 <\S+>: Recipient address rejected: "
                             + re.escape(text) + r" \(ref [0-9A-Z]{5}-[0-9A-Z]{5}\)$", "word for word")
        self.assert_replies((client, 250, "") for client in (CLEAN, LISTED, LINE))
        self.assert_accepted(self.mail.reply_to(CLEAN, helo="localhost"))
        self.daemon.pass_time(3600)
        self.assert_replies(self.TURNED_AWAY)


class RetryGateTest(PresetTest):
    PRESET = "retry-gate.toml"

    def test_the_listed_are_refused_and_the_nameless_pass_when_they_come_back(self):
        self.daemon.wait_for_list()
        waiting = (NO_PTR, NO_FORWARD, MISMATCH, LINE)
        self.assert_replies((client, 450, "Greylisted. Please send again in 1") for client in waiting)
        self.assert_replies(((CLEAN, 250, ""), (LISTED, 554, f"[{LISTED}] is listed by {LIST}")))
        self.daemon.pass_time(200)
        self.daemon.wait_for_list()
        self.assert_replies((client, 250, "") for client in waiting)
        self.assert_replies(((LISTED, 554, f"[{LISTED}] is listed by {LIST}"),))


class S25rTest(PresetTest):
    PRESET = "s25r.toml"

    def test_the_rules_hold_until_somebody_whitelists(self):
        nameless = (NO_PTR, NO_FORWARD, MISMATCH)
        for _ in range(2):
            self.assert_replies((client, 450, f"[{client}]") for client in (*nameless, LINE, PARTNER))
            self.assert_replies(((CLEAN, 250, ""), (LISTED, 250, "")))
            self.daemon.pass_time(3600)
        self.assertEqual(self.daemon.tool("whitelist", "add", ".partner.example").returncode, 0)
        self.assert_replies(((PARTNER, 250, ""),))


class TagOnlyTest(PresetTest):
    PRESET = "tag-only.toml"

    def test_nobody_is_turned_away_and_the_header_says_why(self):
        self.assert_replies((client, 250, "") for client in (CLEAN, NO_PTR, NO_FORWARD, MISMATCH, LISTED, LINE))
        self.assertEqual(self.daemon.ask(CLEAN), "DUNNO")
        self.assertRegex(self.daemon.ask(NO_PTR),
                         r"^PREPEND X-Sekimori: greylist; score=4\.0; signals=no_ptr:4; ref=\S+$")
        self.assertRegex(self.daemon.ask(LINE), r"^PREPEND X-Sekimori: greylist; score=3\.0; signals=dynamic_name:3;")


    def test_a_header_that_the_sender_wrote_is_removed(self):
        forged = ("pass", "pass; score=0.0; signals=; ref=no", "greylist; score=1; signals=x y; ref=J4FHQ-X9T82")
        self.mail.send(NO_PTR, sender="forger@sender.example",
                       headers="".join(f"X-Sekimori: {text}\r\n" for text in forged))
        def left():
            return re.findall(r"header X-Sekimori: ([^\n]*?) from \S+; from=<forger@", self.mail.log())
        wait_for(left, "our own header")
        self.assertEqual(len(left()), 1, left())
        self.assertRegex(left()[0], r"^greylist; score=4\.0; signals=no_ptr:4; ref=\S+$")


class PerRecipientTest(PresetTest):
    PRESET = "per-recipient.toml"
    MORE = f'\n[dnsbl]\nsites = ["{LIST}=127.0.0.2*8"]\n'
    STUDENT, POSTMASTER = "one@a.students.uni.example", "postmaster@a.students.uni.example"

    def setUp(self):
        super().setUp()
        self.daemon.wait_for_list()

    def reply(self, client, recipient):
        return self.mail.reply_to(client, recipients=[recipient])

    def test_each_class_gets_its_own(self):
        cases = (
            ("one@admin.uni.example", NO_PTR, 554, "Cannot resolve PTR record"),
            ("one@admin.uni.example", LISTED, 554, f"is listed by {LIST}"),
            ("one@admin.uni.example", CLEAN, 250, ""),
            ("registry@uni.example", LINE, 554, "looks like a dynamic or residential address"),
            ("other@uni.example", NO_PTR, 450, "Cannot resolve PTR record"),
            (self.STUDENT, NO_PTR, 250, ""),
            (self.STUDENT, LISTED, 250, ""),
            ("one@research.uni.example", LISTED, 250, ""),
            ("one@lab.uni.example", LISTED, 250, ""),
            ("postmaster@admin.uni.example", LISTED, 250, ""),
            ("abuse@uni.example", LISTED, 250, ""),
            (self.POSTMASTER, LISTED, 250, ""),
        )
        for recipient, client, code, text in cases:
            with self.subTest(recipient, client=client):
                reply = self.reply(client, recipient)
                self.assertEqual(reply.code, code, reply)
                self.assertIn(text, reply.text)

    def thrown_away(self):
        """How many recipients discard(8) says it took; the server's queue works behind the reply."""
        return len(re.findall(rf"to=<{self.STUDENT}>.*relay=none.*status=sent \([0-9A-Z]{{5}}-[0-9A-Z]{{5}}\)", self.mail.log()))

    def test_postmaster_gets_his_mail_whoever_else_it_is_for(self):
        for recipients in ([self.STUDENT, self.POSTMASTER], [self.POSTMASTER, self.STUDENT]):
            with self.subTest(recipients[0]):
                before = self.thrown_away()
                replies = self.mail.send(LISTED, recipients=recipients)
                self.assertEqual([reply.code for reply in replies], [250, 450], replies[1])
                self.assertRegex(replies[1].text, r"4\.5\.3 .*Send to this recipient separately \(ref \S+\)")
                # The sender comes back with the other one alone, as every mail server does.
                self.assertEqual(self.reply(LISTED, recipients[1]).code, 250)
                wait_for(lambda: self.thrown_away() == before + 1, "the student's mail at discard(8)")


if __name__ == "__main__":
    main()
