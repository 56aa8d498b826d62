"""From bounce to accepted: what a caller has in hand lets him in, with real Postfix on both sides of the call."""

import base64
import quopri
import time

from daemon import REFERENCE
from scene import Scene, main
from stage import SLOW, wait_for

NAMED, UNNAMED, LISTED = "203.0.113.45", "192.0.2.11", "192.0.2.20"
PROMISE = 0.1  # seconds from the command to its end


def bounce(reply, client):
    """What the sender's own Postfix makes of the reply (bounce(5)), folded at 79 columns."""
    text = (f"<someone@ours.example>: host mx.ours.example[192.0.2.25] said: {reply.code} {reply.text} "
            "(in reply to RCPT TO command)")
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > 78:
            lines.append("   ")
        lines[-1] += (" " if lines[-1].strip() else "") + word
    return ("From: MAILER-DAEMON@sender.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\n"
            "This is the mail system at host mail.sender.example.\n\n" + "\n".join(lines) +
            f"\n\nReporting-MTA: dns; mail.sender.example\nRemote-MTA: dns; mx.ours.example\nX-Client: {client}\n")


def mime(body, encoding):
    return f"MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: {encoding}\n\n{body}"


class UnblockTest(Scene):
    def refuse(self, client, **mail):
        reply = self.mail.reply_to(client, **mail)
        self.assertEqual(reply.code, 450, reply)
        return reply

    def unblock(self, *arguments, status=0, **options):
        ran = self.daemon.tool("unblock", *arguments, **options)
        self.assertEqual(ran.returncode, status, ran)
        return ran

    def forms_of(self, client, sender):
        """name -> (argument, standard input) of what a caller may have in hand."""
        reply = self.refuse(client, sender=sender)
        text = bounce(reply, client)
        reference = REFERENCE.search(reply.text)[1]
        line = wait_for(lambda: next((line for line in self.mail.log().splitlines()
                                      if "reject: RCPT" in line and reference in line), None), "Postfix's log")
        return {
            "the reference": (reference, None),
            "the reference in lower case, without its hyphen": (reference.lower().replace("-", ""), None),
            "the whole bounce": ("-", text),
            "a quoted bounce": ("-", "".join(f"> {line}\n" for line in text.splitlines())),
            "a bounce in base64": ("-", mime(base64.encodebytes(text.encode()).decode(), "base64")),
            "a bounce in quoted-printable": ("-", mime(quopri.encodestring(text.encode(), quotetabs=True).decode(),
                                                       "quoted-printable")),
            "a bounce as an argument": (text, None),
            "a bounce in a file": (self.stage.write("bounce.eml", text), None),
            "a line of the mail log": (line, None),
            "a line of the mail log without our text": (line.replace(f"(ref {reference})", ""), None),
            "the client": (client, None),
        }

    def test_whatever_the_caller_has_in_hand_lets_him_in(self):
        # The name of a line is its address, and goes with it.
        for client, target, sender in ((UNNAMED, UNNAMED, "ann@sender.example"), (NAMED, NAMED, "bob@sender.example")):
            for name, (argument, text) in self.forms_of(client, sender).items():
                with self.subTest(name, client=client):
                    ran = self.unblock(argument, text=text)
                    self.assertIn(f"whitelist remove {target}", ran.stdout)
                    self.assertIn("The same mail passes now.", ran.stdout)
                    self.assert_accepted(self.mail.reply_to(client))
                    self.assertEqual(self.daemon.tool("whitelist", "remove", target).returncode, 0)

    def test_a_sender_that_nothing_ties_to_the_client_lets_nobody_in(self):
        reply = self.refuse(UNNAMED, sender="ann@sender.example")
        ran = self.unblock("ann@sender.example", status=1)
        self.assertIn(REFERENCE.search(reply.text)[1], ran.stdout)
        self.assertNotIn("Now allowed", ran.stdout)
        self.refuse(UNNAMED)

    def test_from_bounce_to_accepted_within_a_tenth_of_a_second(self):
        seconds = []
        for client in (UNNAMED, NAMED, LISTED, "192.0.2.13", "2001:db8::12"):
            reply = self.refuse(client)
            self.daemon.wait_for_verdict(REFERENCE.search(reply.text)[1])
            begin = time.monotonic()
            self.unblock("-", text=bounce(reply, client))
            seconds.append(time.monotonic() - begin)
            self.assert_accepted(self.mail.reply_to(client))
        print(f"unblock took {', '.join(f'{1000 * second:.0f} ms' for second in seconds)}")
        # Of the best: what else runs on the machine is not the command's.
        self.assertLess(min(seconds), PROMISE * SLOW)

    def test_at_once_after_the_reply(self):
        self.unblock(REFERENCE.search(self.refuse(UNNAMED).text)[1])
        self.assert_accepted(self.mail.reply_to(UNNAMED))

    def test_a_waiting_triplet_is_released_and_the_entry_can_be_taken_back(self):
        reply = self.refuse(UNNAMED)
        ran = self.unblock("-", text=bounce(reply, UNNAMED))
        self.assertIn("Triplets released: 1", ran.stdout)
        self.assert_accepted(self.mail.reply_to(UNNAMED))
        undo = next(line for line in ran.stdout.splitlines() if line.startswith("To undo it: sekimorictl "))
        self.assertEqual(self.daemon.tool(*undo.split()[4:]).returncode, 0)
        self.refuse(UNNAMED)

    def test_a_dry_run_changes_nothing(self):
        ran = self.unblock("-", "--dry-run", text=bounce(self.refuse(UNNAMED), UNNAMED))
        self.assertIn("Would be allowed", ran.stdout)
        self.refuse(UNNAMED)

    def test_of_several_clients_it_changes_nothing(self):
        for client in (UNNAMED, "192.0.2.16"):
            self.daemon.wait_for_verdict(REFERENCE.search(self.refuse(client).text)[1])
        ran = self.unblock("someone@sender.example", status=1)
        for client in (UNNAMED, "192.0.2.16"):
            self.assertIn(client, ran.stdout)
            self.refuse(client)

    def test_a_blocklist_entry_is_named(self):
        self.assertEqual(self.daemon.tool("blocklist", "add", UNNAMED, "--comment", "spammed us").returncode, 0)
        reply = self.mail.reply_to(UNNAMED)
        self.assertEqual(reply.code, 554, reply)
        ran = self.unblock("-", text=bounce(reply, UNNAMED))
        self.assertIn(f"{UNNAMED} is in the blocklist", ran.stdout)
        self.assert_accepted(self.mail.reply_to(UNNAMED))

    def test_what_others_turned_away_is_told_from_ours(self):
        ran = self.unblock("-", status=1, text="554 5.7.1 Service unavailable; Client host [192.0.2.1]\n  blocked using x")
        self.assertIn("not turned away by Sekimori: look at reject_rbl_client", ran.stderr)

    def test_a_file_nobody_may_read_changes_nothing(self):
        self.unblock(self.stage.path("no-such-file"), status=65)


if __name__ == "__main__":
    main()
