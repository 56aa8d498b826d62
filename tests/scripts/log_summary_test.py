"""contrib/postfix/log-summary: Sekimori's refusals are counted by reason, in pflogsumm where that is installed."""

import os
import re
import shutil
import subprocess
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "postfix", "log-summary")

# Client, reply: one of each pair has the other's reason.
REPLIES = (
    ("203.0.113.5", "450 4.7.1", "Access denied. Cannot resolve PTR record for [203.0.113.5] (ref J4FHQ-X9T82)"),
    ("203.0.113.6", "450 4.7.1", "Access denied. Cannot resolve PTR record for [203.0.113.6] (ref K4FHQ-X9T82)"),
    ("203.0.113.7", "554 5.7.1", "Access denied. [203.0.113.7] is listed by zen.spamhaus.org (ref M4FHQ-X9T82)"),
    ("2001:db8::7", "554 5.7.1", "Access denied. [2001:db8::7] is listed by zen.spamhaus.org (ref N4FHQ-X9T82)"),
    ("203.0.113.9", "450 4.7.1", "Greylisted, try again in 180 seconds. [203.0.113.9] (a.dyn.example) looks like a dynamic "
     "or residential address (ref P4FHQ-X9T82)"),
    ("203.0.113.8", "450 4.7.1", "Greylisted, try again in 91 seconds. [203.0.113.8] (b.dyn.example) looks like a dynamic "
     "or residential address (ref Q4FHQ-X9T82)"),
    ("203.0.113.2", "450 4.7.1", "Access denied. HELO name foo.example does not belong to [203.0.113.2] (ref R4FHQ-X9T82)"),
    ("203.0.113.3", "450 4.7.1", "Access denied. HELO name bar.example does not belong to [203.0.113.3] (ref S4FHQ-X9T82)"),
    ("203.0.113.2", "450 4.7.1", "Access denied. bad.example is listed by dbl.spamhaus.org (ref T4FHQ-X9T82)"),
    ("203.0.113.2", "450 4.7.1", "Access denied. worse.example is listed by dbl.spamhaus.org (ref V4FHQ-X9T82)"),
)
OTHERS = """\
Nov 29 10:00:00 mx postfix/smtpd[9]: connect from unknown[203.0.113.5]
Nov 29 10:00:00 mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 554 5.7.1 <a@b.example>: Relay access denied; from=<> to=<a@b.example>
"""


def log():
    return OTHERS + "".join(
        f"Nov 29 10:00:01 mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[{client}]: {code} <bob@here.example>: "
        f"Recipient address rejected: {text}; from=<a@sender.example> to=<bob@here.example> proto=ESMTP helo=<x.example>\n"
        for client, code, text in REPLIES)


def summed(text):
    return subprocess.run(["perl", SCRIPT], input=text, capture_output=True, text=True, check=True, timeout=60).stdout


class LogSummaryTest(unittest.TestCase):
    def test_refusals_with_one_reason_become_alike(self):
        reasons = re.findall(r"Recipient address rejected: ([^;]*); ", summed(log()))
        self.assertEqual(len(reasons), len(REPLIES))
        self.assertEqual(reasons[0::2], reasons[1::2])
        self.assertEqual(len(set(reasons)), len(REPLIES) // 2)
        self.assertFalse([reason for reason in reasons if "ref" in reason or "203.0" in reason])

    def test_the_rest_of_each_line_stays(self):
        self.assertTrue(summed(log()).startswith(OTHERS))
        self.assertEqual(summed(log()).count("RCPT from unknown[203.0.113.5]: 450 4.7.1 <bob@here.example>"), 1)
        self.assertEqual(summed(""), "")

    @unittest.skipUnless(shutil.which("pflogsumm"), "pflogsumm is not installed")
    def test_pflogsumm_has_a_heading_for_each_reason(self):
        def headings(text):
            report = subprocess.run(["pflogsumm"], input=text, capture_output=True, text=True, check=True, timeout=60)
            return re.findall(r"Recipient address rejected: (.*) \(total: \d+\)", report.stdout)
        self.assertGreater(len(headings(log())), 7)
        self.assertEqual(len(headings(summed(log()))), len(REPLIES) // 2)


if __name__ == "__main__":
    unittest.main()
