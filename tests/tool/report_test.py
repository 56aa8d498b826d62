"""`sekimorictl report`: a domain where all is right, one where all is wrong, DNS that is silent, a mail piped in."""

import json
import os
import time
import urllib.parse
import urllib.request

from json_schema import faults
from tool_case import ROOT, SLOW, ToolCase, main

GOOD, BAD = "good.example", "bad.example"
CLIENT, LISTED = "203.0.113.30", "203.0.113.31"
KEY_2048 = ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtIXVBFLR44ySbUJhGVWwiEFuDngyiOVun2w6aEceetSIpHaFCMotSpfjJuxoCyRiuK8D7e2Nkdp1"
            "9HCQby5Q3Wfi4Dn+7wyLhIIZ4DCh2mqAi9EKxQS3XsYYMkFwYX6HJlLh4Fhx6XmQD3ecLmDuJpbrbnAsUbkoWqB9EnnIMrdOeK8lzzvJLr/r13p2d36JP4lt"
            "XANWqwv9gJIvx00zWd2vn4YHYP6RqoYPTB+KUlhjAEhY4HCK6ODfETCchVU0jYcxgBjahjFNn4GXIOncCgC2fxCVOWdZEBeE08JbqXZFMjm6NdAONyGOgYVg"
            "aPgUvIKIwv4MS5whk+n3DPO6AwIDAQAB")
KEY_512 = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANNQ0usBmGe8zNYsDsUI2Q9Gk8SVBvyT/u/bEovTwPazptrGX9WPtUh6CYPJQyPtui7PMQSyAO2KJks92Zy+v/0CAwEAAQ=="

GOOD_ZONE = (
    # The reverse zone of a small network, as RFC 2317 hands it over.
    ("30.113.0.203.in-addr.arpa", "CNAME", "30.24/29.113.0.203.in-addr.arpa"),
    ("30.24/29.113.0.203.in-addr.arpa", "PTR", "mail.good.example"),
    ("mail.good.example", "A", CLIENT),
    ("mail.good.example", "TXT", "v=spf1 a -all"),
    (GOOD, "MX", "10 mail.good.example"),
    (GOOD, "TXT", "v=spf1 mx include:more.good.example -all"),
    ("more.good.example", "TXT", "v=spf1 ip4:203.0.113.40 -all"),
    ("s1._domainkey.good.example", "TXT", f"v=DKIM1; k=rsa; p={KEY_2048}"),
    ("_domainkey.good.example", "TXT", "o=~"),
    ("_dmarc.good.example", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@good.example"),
    ("_mta-sts.good.example", "TXT", "v=STSv1; id=1"),
    ("_smtp._tls.good.example", "TXT", "v=TLSRPTv1; rua=mailto:tls@good.example"),
    ("_25._tcp.mail.good.example", "TLSA", "3 1 1 0A1B2C"),
    ("default._bimi.good.example", "TXT", "v=BIMI1; l=https://good.example/logo.svg"),
)
BAD_ZONE = (
    ("31.113.0.203.in-addr.arpa", "PTR", "mail.bad.example"),
    ("mail.bad.example", "A", "203.0.113.99"),
    ("31.113.0.203.zen.example", "A", "127.0.0.2"),
    (BAD, "MX", "5 ."),
    (BAD, "MX", "10 alias.bad.example"),
    (BAD, "MX", "20 192.0.2.1"),
    (BAD, "MX", "30 nowhere.bad.example"),
    (BAD, "MX", "40 inside.bad.example"),
    ("alias.bad.example", "CNAME", "mail.bad.example"),
    ("inside.bad.example", "A", "10.0.0.1"),
    (BAD, "TXT", "v=spf1 " + " ".join(f"include:n{n}.bad.example" for n in range(11)) + " include:none.bad.example ptr nonsense +all"),
    *((f"n{n}.bad.example", "TXT", "v=spf1 -all") for n in range(11)),
    ("short._domainkey.bad.example", "TXT", f"v=DKIM1; t=y; p={KEY_512}"),
    ("_dmarc.bad.example", "TXT", "v=DMARC1; p=none; pct=10; colour=red; rua=mailto:d@elsewhere.example"),
    ("_mta-sts.bad.example", "TXT", "v=STSv1; id=not-right"),
    ("_smtp._tls.bad.example", "TXT", "v=TLSRPTv1; rua=http://bad.example"),
    ("default._bimi.bad.example", "TXT", "v=BIMI1; l=https://bad.example/l.svg"),
)

MAIL = f"""Return-Path: <ann@{GOOD}>
Received: from localhost (localhost [127.0.0.1]) by store.ours.example (Postfix); x
Received: from mail.good.example (mail.good.example [{CLIENT}])
\tby mx.ours.example (Postfix) with ESMTPS id 1; Mon, 30 Nov 2026 08:00:00 +0000
DKIM-Signature: v=1; a=rsa-sha256; d={GOOD}; s=s1; bh=x; b=y
From: Ann <ann@{GOOD}>

Hello
"""


class ReportTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, kind, data in GOOD_ZONE + BAD_ZONE:
            cls.world.zone.tell(None, name, [kind, data])
        with open(os.path.join(ROOT, "contrib/schema/sekimorictl.schema.json"), encoding="utf-8") as file:
            cls.schema = json.load(file)

    def report(self, *arguments, **options):
        done = self.run_tool("--json", "report", *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual(faults(document, self.schema["properties"]["report"], self.schema), [], done.stdout)
        self.assertLessEqual(document["questions"], 400)
        return document

    @staticmethod
    def lines(document):
        return [(part["part"], line["kind"].removeprefix("report."), line["state"]) for part in document["parts"] for line in part["lines"]]

    def expect(self, document, *wanted):
        for line in wanted:
            self.assertIn(line, self.lines(document))

    def test_of_a_good_domain(self):
        document = self.report(GOOD, "--client", CLIENT, "--helo", "mail.good.example", "--selector", "s1")
        self.expect(document,
                    ("client", "alias", "fine"), ("client", "client.confirmed", "fine"), ("helo", "helo.fine", "fine"),
                    ("spf", "spf.record", "fine"), ("spf", "spf.count", "fine"),
                    ("spf", "spf.result_by", "fine"), ("helo", "spf.result_by", "fine"), ("dkim", "dkim.rsa", "fine"),
                    ("dmarc", "dmarc.policy", "fine"), ("mx", "mx.host", "fine"), ("mta_sts", "record", "fine"),
                    ("tls_reports", "record", "fine"), ("dane", "dane.there", "fine"), ("bimi", "record", "fine"),
                    ("lists", "list.clean", "fine"), ("now", "now", "fine"))
        bad = [line for line in self.lines(document) if line[2] not in ("fine", "not_asked")]
        self.assertEqual(bad, [])
        self.assertEqual(document["now"]["action"], "pass")

    def test_of_one_where_all_is_wrong(self):
        document = self.report(BAD, "--client", LISTED, "--helo", "localhost", "--selector", "short")
        self.expect(document,
                    ("client", "client.mismatch", "wrong"), ("helo", "helo.no_name", "warning"),
                    ("mx", "mx.null_beside", "wrong"), ("mx", "mx.alias", "wrong"), ("mx", "mx.no_name", "wrong"),
                    ("mx", "mx.no_address", "wrong"), ("mx", "mx.private", "wrong"),
                    ("spf", "spf.too_many", "wrong"), ("spf", "spf.include_of_none", "wrong"), ("spf", "spf.ptr", "warning"),
                    ("spf", "spf.bad_terms", "wrong"), ("spf", "spf.fault_syntax", "wrong"), ("spf", "spf.anybody", "wrong"),
                    ("dkim", "dkim.short", "wrong"), ("dkim", "dkim.test", "warning"),
                    ("dmarc", "dmarc.watching", "warning"), ("dmarc", "dmarc.former_tags", "warning"),
                    ("dmarc", "dmarc.unknown_tags", "warning"), ("dmarc", "dmarc.no_receiver", "warning"),
                    ("mta_sts", "bad_record", "wrong"), ("tls_reports", "bad_record", "wrong"),
                    ("bimi", "bimi.without_policy", "warning"), ("dane", "dane.none", "not_there"),
                    ("lists", "list.listed", "wrong"), ("now", "now", "wrong"))
        published = [line["publish"] for part in document["parts"] for line in part["lines"] if line["publish"]]
        self.assertIn(f"mail.bad.example. IN A {LISTED}", published)
        self.assertIn('bad.example._report._dmarc.elsewhere.example. IN TXT "v=DMARC1"', published)

    def test_what_is_not_there(self):
        document = self.report("nothing.example")
        self.expect(document, ("mx", "no_domain", "wrong"), ("spf", "spf.none", "not_there"), ("dkim", "dkim.none", "not_there"),
                    ("dmarc", "dmarc.none", "not_there"), ("mta_sts", "mta_sts.none", "not_there"))

    def test_of_a_host_its_domain_is_shown(self):
        document = self.report("mail.good.example")
        self.assertEqual(document["domain"], GOOD)
        self.assertEqual(document["client"], CLIENT)
        self.expect(document, ("client", "client.host", "fine"), ("client", "client.confirmed", "fine"), ("mx", "mx.host", "fine"))

    def test_of_an_address_and_of_a_mail_address(self):
        document = self.report(CLIENT)
        self.assertEqual(document["domain"], GOOD)
        self.expect(document, ("client", "client.confirmed", "fine"), ("helo", "helo.not_given", "not_asked"))
        document = self.report(f"Ann <ann@{GOOD}>")
        self.assertEqual(document["sender"], f"ann@{GOOD}")

    def test_of_a_mail(self):
        document = self.report("-", text=MAIL)
        self.assertEqual(document["client"], CLIENT)
        self.assertEqual(document["helo"], "mail.good.example")
        self.expect(document, ("mail", "mail.client", "fine"), ("mail", "mail.iprev_pass", "fine"), ("mail", "mail.aligned", "fine"),
                    ("mail", "mail.spf", "fine"), ("mail", "mail.helo_spf", "fine"), ("mail", "mail.helo_pass", "fine"), ("mail", "mail.key", "fine"),
                    ("dkim", "dkim.rsa", "fine"), ("dkim", "dkim.not_verified", "not_asked"), ("now", "now", "fine"))

    def test_the_result_of_spf_for_the_client(self):
        def said(*arguments):
            document = self.report(*arguments)
            [spf] = [part for part in document["parts"] if part["part"] == "spf"]
            [line] = [line for line in spf["lines"] if line["kind"].startswith(("report.spf.result", "report.spf.fault"))]
            return line

        line = said(GOOD, "--client", CLIENT)
        self.assertEqual(line["text"], f"Mail of {GOOD} from {CLIENT}: pass, by mx of {GOOD} (1 look-ups, 0 in vain)")
        # The term of an include is that of the record which includes.
        line = said(f"ann@{GOOD}", "--client", "203.0.113.40")
        self.assertEqual((line["state"], line["text"]), ("fine", f"Mail of {GOOD} from 203.0.113.40: pass, by include:more.good.example of {GOOD} (2 look-ups, 0 in vain)"))
        line = said(GOOD, "--client", "203.0.113.99")
        self.assertEqual((line["state"], line["publish"]), ("wrong", f'{GOOD}. IN TXT "v=spf1 ip4:203.0.113.99 mx include:more.good.example -all"'))
        self.assertIn("fail, by -all of good.example (2 look-ups, 0 in vain)", line["text"])
        for domain, record, state, text in (
                ("twice.example", "v=spf1 include:empty.example -all", "wrong", "permerror, include:empty.example of twice.example leads to no SPF record"),
                ("anybody.example", "v=spf1 ip4:203.0.0.0/7 -all", "warning", "pass, by ip4:203.0.0.0/7"),
                ("soft.example", "v=spf1 ~all", "warning", "softfail, by ~all"),
                ("void.example", "v=spf1 a:n1.example a:n2.example a:n3.example -all", "wrong", "permerror, a:n3.example of void.example is the third"),
                ("end.example", "v=spf1 a:mail.bad.example", "warning", "neutral, no term matches (1 look-ups)")):
            self.world.zone.tell(None, domain, ["TXT", record])
            line = said(domain, "--client", CLIENT)
            self.assertEqual(line["state"], state, domain)
            self.assertIn(text, line["text"], domain)

    def test_spf_is_that_of_the_whole_sender(self):
        # Who may send is said by mailbox: ann may, bob may not.
        for name, kind, data in (("box.example", "TXT", "v=spf1 exists:%{l}.box.example -all"), ("ann.box.example", "A", "127.0.0.2"),
                                 ("box.example", "MX", "10 mail.good.example")):
            self.world.zone.tell(None, name, [kind, data])
        mail = MAIL.replace("Return-Path: <ann@good.example>", "Return-Path: <{}@box.example>")
        for name, state in (("ann", "fine"), ("bob", "wrong")):
            sender = f"{name}@box.example"
            query = urllib.parse.urlencode({"subject": CLIENT, "sender": sender})
            with urllib.request.urlopen(f"http://{self.world.host}:9140/api/v1/report?{query}", timeout=30) as answer:
                by_api = json.load(answer)
            for document in (self.report(sender, "--client", CLIENT), self.report(CLIENT, "--sender", sender),
                             self.report("mail.good.example", "--sender", sender), self.report(GOOD, "--client", CLIENT, "--sender", sender),
                             self.report("-", text=mail.format(name)), self.report("-", "--sender", sender, text=MAIL), by_api):
                self.assertEqual(document["sender"], sender)
                [spf] = [part for part in document["parts"] if part["part"] == "spf"]
                [line] = [line for line in spf["lines"] if line["kind"] == "report.spf.result_by"]
                self.assertEqual(line["state"], state, line)
                self.assertIn("Mail of box.example from", line["text"])
                [record] = [line for line in spf["lines"] if line["kind"] == "report.spf.record"]
                self.assertIn("exists:%{l}.box.example", record["text"])
            query = urllib.parse.urlencode({"client": CLIENT, "sender": sender, "report": "1"})
            with urllib.request.urlopen(f"http://{self.world.host}:9140/lookup?{query}", timeout=30) as answer:
                page = answer.read().decode()
            self.assertEqual(f"Mail of box.example from {CLIENT}: pass, by" in page, name == "ann")
            self.assertEqual(f"Mail of box.example from {CLIENT}: fail, by" in page, name == "bob")

    def test_spf_of_a_bounce_is_that_of_helo(self):
        document = self.report(GOOD, "--client", CLIENT, "--helo", "mail.good.example", "--sender", "<>")
        [spf] = [part for part in document["parts"] if part["part"] == "spf"]
        self.assertIn(f"Mail of mail.good.example from {CLIENT}: pass, by a of mail.good.example (1 look-ups, 0 in vain)",
                      [line["text"] for line in spf["lines"]])

    def test_who_speaks_for_the_author(self):
        # Each walks the tree for itself (RFC 9989, section 4.10.2): psd=n makes an organisation within another.
        for name, record in (("org.example", "v=DMARC1; p=none"), ("apart.org.example", "v=DMARC1; p=none; psd=n")):
            self.world.zone.tell(None, "_dmarc." + name, ["TXT", record])
        signatures = "".join(f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; bh=x; b=y\n"
                             for domain in ("org.example", "part.org.example", "apart.org.example", "good.example"))
        document = self.report("-", text=f"Return-Path: <ann@mail.org.example>\n{signatures}From: ann@news.org.example\n\n")
        said = {line["text"].split(",")[0]: line["state"] for part in document["parts"] if part["part"] == "mail"
                for line in part["lines"] if "aligned" in line["kind"]}
        self.assertEqual(said, {"SPF is about mail.org.example": "fine", "DKIM is about org.example": "fine",
                                "DKIM is about part.org.example": "fine", "DKIM is about apart.org.example": "warning",
                                "DKIM is about good.example": "warning"})

    def test_a_record_of_the_organisation_holds_below(self):
        document = self.report("below.good.example")
        self.expect(document, ("dmarc", "dmarc.inherited", "fine"), ("dmarc", "dmarc.policy", "fine"))

    def test_a_list_is_shown_with_its_page_for_removals(self):
        self.world.zone.tell(None, "31.113.0.203.psbl.surriel.com", ["A", "127.0.0.2"])
        with open(self.world.config, encoding="utf-8") as file:
            text = file.read()
        path = self.world.config + ".lists"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('["zen.example*8"]', '["zen.example*8", "psbl.surriel.com*2"]'))
        document = self.report(LISTED, config=path)
        pages = [line["removal"] for part in document["parts"] for line in part["lines"] if line["kind"] == "report.list.listed"]
        self.assertEqual(pages, [None, "https://psbl.org/remove"])

    def test_records_of_64_kib_and_2000_texts(self):
        for n in range(1900):
            self.world.zone.tell(None, "t.example", ["TXT", f"t{n}"])
        self.expect(self.report("t.example", "--client", CLIENT), ("spf", "spf.too_long", "wrong"))
        self.world.zone.tell(None, "long.example", ["TXT", "v=spf1 " + "ip4:192.0.2.1 " * 4500 + "-all"])
        self.expect(self.report("long.example", "--client", CLIENT), ("spf", "spf.too_long", "wrong"), ("spf", "spf.fault_too_long", "wrong"))

    def test_of_a_mail_of_50_mb(self):
        began = time.monotonic()
        document = self.report("-", text=MAIL + "x" * 50_000_000)
        self.assertEqual(document["client"], CLIENT)
        self.assertLess(time.monotonic() - began, 5 * SLOW)

    def test_dns_that_is_silent(self):
        self.world.zone.tell(None, "*", ["drop"])
        self.addCleanup(self.world.zone.tell, None, "*", ["ok"])
        began = time.monotonic()
        document = self.report(GOOD, "--client", CLIENT)
        self.assertLess(time.monotonic() - began, 5 * SLOW)
        states = {line[2] for line in self.lines(document) if line[0] not in ("now", "helo")}
        self.assertEqual(states, {"no_answer"})

    def test_answers_that_come_slowly(self):
        # Each include is known only once the one before it has answered.
        for n in range(12):
            self.world.zone.tell(None, f"c{n}.slow.example", ["TXT", f"v=spf1 include:c{n + 1}.slow.example -all"])
        self.world.zone.tell(None, "*", ["delay", "600ms"])
        self.addCleanup(self.world.zone.tell, None, "*", ["ok"])
        began = time.monotonic()
        document = self.report("c0.slow.example")
        self.assertLess(time.monotonic() - began, 5 * SLOW)
        self.assertLessEqual({"fine", "no_answer"}, {line[2] for line in self.lines(document) if line[0] == "spf"})

    def test_what_is_no_subject_is_said(self):
        for subject in ("", "nonsense", "a b", "@", "192.0.2.999"):
            done = self.run_tool("report", subject)
            self.assertEqual(done.returncode, 65, subject)
            self.assertIn("expected a domain", done.stderr, subject)
        done = self.run_tool("report", "-", text="hello\n")
        self.assertEqual(done.returncode, 65)
        self.assertIn("expected a received mail", done.stderr)
        self.assertEqual(self.run_tool("report", GOOD, "--client", "x").returncode, 64)
        self.assertEqual(self.run_tool("report", CLIENT, "--selector", "x").returncode, 64)
        for sender in ("nonsense", "@", "@good.example"):
            done = self.run_tool("report", CLIENT, "--sender", sender)
            self.assertEqual(done.returncode, 64, sender)
            self.assertIn("--sender: expected a mail address, or <> for a bounce", done.stderr)

    def test_for_people(self):
        shown = self.run_tool("report", GOOD, "--client", CLIENT).stdout
        self.assertIn("Names of the client\n  fine", shown)
        self.assertIn("\nWhat we would answer\n  fine       Mail of 203.0.113.30 gets pass here now (clean)", shown)
        shown = self.run_tool("report", "nothing.example").stdout
        self.assertIn('publish  nothing.example. IN TXT "v=spf1 mx -all"', shown)
        self.assertIn("check    dig +short TXT nothing.example", shown)

    def test_the_api_says_the_same(self):
        with urllib.request.urlopen(f"http://{self.world.host}:9140/api/v1/report?subject={GOOD}&client={CLIENT}", timeout=30) as answer:
            document = json.load(answer)
        self.assertEqual(self.lines(document), self.lines(self.report(GOOD, "--client", CLIENT)))


if __name__ == "__main__":
    main()
