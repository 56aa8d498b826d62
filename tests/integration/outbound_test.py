"""Mail that leaves through a real Postfix with the lines of contrib/postfix/submission.cf; XCLIENT says who logged in."""

import json
import os
import smtplib
import subprocess

from mail_server import MailServer
from scene import Scene, main
from stage import is_listening, wait_for

LINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/postfix/submission.cf")
ANN = "ann@ours.example"


def submission(port, service):
    """The service "submission" of the lines, without TLS, on a port of its own."""
    with open(LINES, encoding="utf-8") as file:
        text = file.read()
    lines = text[text.index("submission inet"):text.index("submissions inet")].splitlines()
    lines = [line for line in lines if "_tls_" not in line]
    if "inet:127.0.0.1:10040" not in "".join(lines):
        raise AssertionError(f"{LINES} asks another port than 10040")
    lines[0] = f"127.0.0.1:{port} inet n - n - - smtpd"
    return "\n".join(lines).replace("inet:127.0.0.1:10040", service) + "\n"


class SubmissionServer(MailServer):
    """Also takes mail of logins; what leaves is thrown away.  Each login may use the address of its name."""

    def __init__(self, stage, service):
        self.submission_port = stage.free_port()
        super().__init__(
            stage, service, name="submission", services=submission(self.submission_port, service),
            settings=f"smtpd_sender_login_maps = regexp:{stage.write('logins', '/^(.*)$/ $1')}\n"
                     "virtual_alias_maps = inline:{ { team@ours.example = one@there.example, two@there.example } }\n"
                     "default_transport = discard:\n")
        wait_for(lambda: is_listening(self.submission_port), lambda: f"Postfix\n{self.log()}")

    def begin(self, login, client="198.51.100.1"):
        smtp = smtplib.SMTP("127.0.0.1", self.submission_port, timeout=60)
        smtp.ehlo("test.example")
        self._expect(smtp, 220, f"XCLIENT ADDR={client} NAME=[UNAVAILABLE]" + (f" LOGIN={login}" if login else ""))
        smtp.ehlo("mail.program.example")
        return smtp

    def held(self):
        """The ids in the hold queue."""
        return sorted(os.path.basename(name) for _, _, names in os.walk(os.path.join(self.queue, "hold")) for name in names)


def people(count, domain="there.example"):
    return [f"person{number}@{domain}" for number in range(count)]


def transaction(smtp, sender, recipients, body="Subject: test\r\n\r\ntest\r\n"):
    """One message of a session: the code and text of what refused it, or of its end."""
    smtp.docmd(f"MAIL FROM:<{sender}>")
    for recipient in recipients:
        code, text = smtp.docmd(f"RCPT TO:<{recipient}>")
        if code != 250:
            smtp.docmd("RSET")
            return code, text.decode()
    code, text = smtp.docmd("DATA")
    if code != 354:
        smtp.docmd("RSET")
        return code, text.decode()
    smtp.send(body.encode() + b".\r\n")
    code, text = smtp.getreply()
    return code, text.decode()


class OutboundScene(Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.submission = SubmissionServer(cls.stage, f"inet:127.0.0.1:{cls.port}")

    def send(self, recipients, login=ANN, sender=None, **more):
        with self.submission.begin(login, **more) as smtp:
            return transaction(smtp, login if sender is None else sender, recipients)

    def counted(self, login=ANN):
        """(recipients, messages) of the last hour; nothing where the login is not known."""
        answer = self.daemon.tool("--json", "outbound", login)
        if answer.returncode != 0:
            return None
        document = json.loads(answer.stdout)
        return document["recipients_last_hour"], document["messages_last_hour"]

    def wait_for_count(self, recipients, messages, login=ANN):
        """The daemon writes what it counted within a second."""
        wait_for(lambda: self.counted(login) == (recipients, messages),
                 lambda: f"{(recipients, messages)}, got {self.counted(login)}")


class OutboundTest(OutboundScene):
    SETTINGS = {"more": "[outbound]\nmode = \"enforce\"\nrecipients_per_hour = 20\nown_domains = [\"ours.example\"]\n"}

    def test_three_messages_in_a_session_count_each_once(self):
        with self.submission.begin(ANN) as smtp:
            for _ in range(3):
                self.assertEqual(transaction(smtp, ANN, people(2))[0], 250)
        self.wait_for_count(6, 3)

    def test_over_the_limit_is_refused_in_words_and_the_next_smaller_one_goes(self):
        self.assertEqual(self.send(people(18))[0], 250)
        code, text = self.send(people(3))
        self.assertEqual(code, 450)
        self.assertRegex(text, r"^4\.7\.1 <DATA>: Data command rejected: The limit of 20 recipients an hour is reached, "
                               r"try again after \d\d:\d\d \(ref [0-9A-Z]{5}-[0-9A-Z]{5}\)$")
        self.assertEqual(self.send(people(2))[0], 250)
        self.daemon.pass_time(3900)
        self.assertEqual(self.send(people(20))[0], 250)

    def test_a_refusal_and_a_reset_leave_the_session_usable(self):
        with self.submission.begin(ANN) as smtp:
            self.assertEqual(transaction(smtp, ANN, people(21))[0], 550)
            self.assertEqual(transaction(smtp, ANN, people(1))[0], 250)
        self.wait_for_count(1, 1)

    def test_a_message_aborted_in_data_is_taken_back(self):
        self.assertEqual(self.send(people(1))[0], 250)
        smtp = self.submission.begin(ANN)
        smtp.docmd(f"MAIL FROM:<{ANN}>")
        for recipient in people(19):
            smtp.docmd(f"RCPT TO:<{recipient}>")
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        smtp.send(b"Subject: begun\r\n")
        smtp.close()
        self.assertEqual(self.send(people(1))[0], 450)
        self.daemon.pass_time(600)
        self.assertEqual(self.send(people(1))[0], 250)

    def test_pipelined_commands_are_answered(self):
        with self.submission.begin(ANN) as smtp:
            smtp.send(f"MAIL FROM:<{ANN}>\r\nRCPT TO:<one@there.example>\r\nRCPT TO:<two@there.example>\r\nDATA\r\n".encode())
            self.assertEqual([smtp.getreply()[0] for _ in range(4)], [250, 250, 250, 354])
            smtp.send(b"Subject: test\r\n\r\ntest\r\n.\r\n")
            self.assertEqual(smtp.getreply()[0], 250)
        self.wait_for_count(2, 1)

    def test_a_foreign_sender_is_refused_before_the_body(self):
        code, text = self.send(people(1), login="ann@elsewhere.example")
        self.assertEqual(code, 550)
        self.assertIn("Sending with a foreign address is not allowed: ann@elsewhere.example", text)

    def test_an_address_of_somebody_else_is_refused_by_postfix(self):
        code, text = self.send(people(1), sender="bob@ours.example")
        self.assertEqual(code, 553)
        self.assertIn("not owned by user ann@ours.example", text)

    def test_receipts_have_no_sender(self):
        self.assertEqual(self.send(people(1), sender="")[0], 250)
        self.wait_for_count(1, 1)

    def test_an_alias_counts_as_one(self):
        self.assertEqual(self.send(["team@ours.example"])[0], 250)
        self.wait_for_count(1, 1)

    def test_relaying_from_outside_is_refused_by_postfix(self):
        code, text = self.send(people(1), login=None, sender="a@elsewhere.example")
        self.assertEqual(code, 554, text)
        self.assertIn("Relay access denied" if "Relay" in text else "Access denied", text)

    def test_a_locked_login_is_refused_at_rcpt_until_it_is_released(self):
        self.daemon.tool("outbound", "lock", ANN, "--by", "root")
        code, text = self.send(people(1))
        self.assertEqual(code, 550)
        self.assertIn("<person0@there.example>: Recipient address rejected: This account is locked", text)
        self.daemon.tool("outbound", "release", ANN, "--by", "root")
        self.assertEqual(self.send(people(1))[0], 250)

    def test_restarted_between_data_and_end_it_counts_once(self):
        self.assertEqual(self.send(people(1))[0], 250)
        smtp = self.submission.begin(ANN)
        smtp.docmd(f"MAIL FROM:<{ANN}>")
        for recipient in people(5):
            smtp.docmd(f"RCPT TO:<{recipient}>")
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        self.wait_for_count(6, 2)
        self.daemon.stop()
        self.daemon.start()
        smtp.send(b"Subject: test\r\n\r\ntest\r\n.\r\n")
        self.assertEqual(smtp.getreply()[0], 250)
        smtp.quit()
        self.wait_for_count(6, 2)

    def test_a_clock_that_steps_frees_nothing(self):
        self.assertEqual(self.send(people(20))[0], 250)
        self.daemon.pass_time(-5 * 3600)
        self.assertEqual(self.send(people(1))[0], 450)
        self.daemon.pass_time(3900)
        self.assertEqual(self.send(people(1))[0], 250)


class HeldTest(OutboundScene):
    SETTINGS = {"more": "[outbound]\nmode = \"enforce\"\nrecipients_per_hour = \"off\"\nhold = 3\n"}

    def test_waits_in_the_queue_until_postsuper_releases_it(self):
        self.assertEqual(self.send(people(51))[0], 250, "a jump, which is held")
        held = wait_for(self.submission.held, "a message in the hold queue")
        self.assertRegex(self.submission.log(), r"hold: DATA from .*\(ref [0-9A-Z]{5}-[0-9A-Z]{5}\)")
        wait_for(lambda: "held" in self.daemon.tool("outbound", ANN).stdout, "what the daemon wrote of it")
        subprocess.run(["postsuper", "-c", self.submission.directory, "-H", held[0]], check=True, capture_output=True)
        wait_for(lambda: not self.submission.held(), "the hold queue to be empty")


if __name__ == "__main__":
    main()
