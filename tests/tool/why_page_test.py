"""The page for those turned away, beside a running daemon: from the reply to the page, the request, the decision, and
the mail that passes then."""

import http.client
import json
import os
import re
import socket
import time
import urllib.parse

from tool_case import ToolCase, main
from world import PATIENCE, wait_for

WHY_PORT = 9141
URL = "https://mx.ours.example/why"
TOKEN = "0123456789abcdef0123456789abcdef"
HOSTILE = '<script>alert(1)</script>"\'>'


class WhyCase(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.stop()
        for key, value in (("listen", f'"{cls.world.host}:{WHY_PORT}"'), ("url", f'"{URL}"'), ("requests", "true"),
                           ("contact", '"postmaster@ours.example"')):
            cls.world.set("why", key, value)
        for frame in ("defer", "greylist", "reject"):
            cls.world.set("reply", frame, '"4.7.1 Access denied. {why} (ref {ref}) {why_url}"')
        token = cls.world.stage.path("token")
        cls.world.write(token, TOKEN + "\n")
        os.chmod(token, 0o640)
        cls.world.set("http", "token_file", f'"{token}"')
        cls.world.start()
        cls.clients = (f"203.0.113.{number}" for number in range(100, 250))

    def fetch(self, method, path, text=None, visitor=None, **headers):
        """(status, body, headers) as somebody sees it through a web server on this machine."""
        connection = http.client.HTTPConnection(self.world.host, WHY_PORT, timeout=PATIENCE)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if visitor:
            headers["X-Forwarded-For"] = visitor
        body = None
        if text is not None:
            body = urllib.parse.urlencode({"text": text})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def refused(self, client=None, **request):
        """(reference, address of the page) of a mail that was turned away."""
        client = client or next(self.clients)
        reply = self.world.ask(client_address=client, **request)
        reference, url = re.search(r"\(ref (\S+)\) (\S+)$", reply).groups()
        self.assertEqual(url, f"{URL}/{reference}", "the reply leads to the page")
        wait_for(lambda: self.run_tool("verdicts", "--reference", reference).stdout, f"{reference} in the journal")
        return reference, urllib.parse.urlparse(url).path

    def listed_client(self):
        """An address on the list of this world: deferred until it is taken off, or let in."""
        client = next(self.clients)
        self.world.zone.tell(None, f"{client.rpartition('.')[2]}.113.0.203.zen.example", ["A", "127.0.0.2"])
        return client

    def requests(self, *arguments):
        done = self.run_tool("--json", "requests", "list", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {request["id"]: request for request in json.loads(done.stdout)["requests"]}

    def api(self, method, path, body=None, token=TOKEN):
        """(status, document) of the API."""
        connection = http.client.HTTPConnection(self.world.host, 9140, timeout=PATIENCE)
        try:
            connection.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None,
                               {"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


class WhyPageTest(WhyCase):
    def test_from_the_reply_to_the_mail_that_passes(self):
        client = self.listed_client()
        reference, path = self.refused(client)
        status, page, headers = self.fetch("GET", path, visitor="198.51.100.1")
        self.assertEqual(status, 200)
        self.assertIn("is on the block list <code><bdi>zen.example</bdi></code>", page)
        self.assertIn(f"dig +short -x {client}", page)
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        style = re.search(r'rel="stylesheet" href="([^"]+)"', page)[1]
        status, _, headers = self.fetch("GET", urllib.parse.urljoin(path, style))
        self.assertEqual((status, headers["Content-Type"]), (200, "text/css; charset=utf-8"))

        action = re.search(r'<form method="post" action="([^"]+)"', page)[1]
        status, page, _ = self.fetch("POST", urllib.parse.urljoin(path, action), "We are a school.", "198.51.100.1")
        self.assertEqual(status, 200)
        self.assertIn("We have received your request", page)
        wait_for(lambda: f"request id={reference}" in self.world.log(), "the line in the log")
        self.assertEqual(self.world.metric("sekimori_requests_waiting"), 1)
        request = self.requests()[reference]
        self.assertEqual((request["text"], request["client"], request["asked_from"], request["state"]),
                         ("We are a school.", client, "198.51.100.0/24", "waiting"))
        self.assertIn(reference, self.world.ask(client_address=client), "nothing is let in without a person saying so")

        done = self.run_tool("requests", "allow", reference, "--by", "ann")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Now allowed: ", done.stdout)
        self.assertIn("The same mail passes now.", done.stdout)
        self.assertEqual(self.world.ask(client_address=client), "DUNNO")
        self.assertEqual(self.requests(), {})
        self.assertEqual(self.requests("--all")[reference]["by"], "ann")
        self.assertEqual(self.world.metric("sekimori_requests_waiting"), 0)
        self.assertIn("has let you in", self.fetch("GET", path)[1])
        changes = [change for change in json.loads(self.run_tool("--json", "audit").stdout)["changes"] if reference in change["command"]]
        self.assertEqual([change["command"] for change in changes], [f"requests allow {reference} {client}"])
        self.assertEqual((changes[0]["author"], changes[0]["reason"]), ("ann", f"request {reference}"))
        self.assertEqual(self.run_tool("audit", "undo", str(changes[0]["number"])).returncode, 0)
        self.assertIn("but that has ended", self.fetch("GET", path)[1])
        self.assertIn("その許可は現在は有効ではありません", self.fetch("GET", path + "?lang=ja")[1])
        self.assertEqual(self.requests("--all")[reference]["state"], "ended")
        self.assertIn(reference, self.world.ask(client_address=client))

    def test_the_api_lists_and_decides(self):
        client = self.listed_client()
        reference, path = self.refused(client)
        self.assertEqual(self.fetch("POST", path, "over the API", "198.51.111.1")[0], 200)
        status, document = self.api("GET", "requests", token=None)
        self.assertEqual(status, 200)
        self.assertIn(reference, [request["id"] for request in document["requests"]])
        for want, target, body, token in ((401, reference, {"decision": "allow"}, None),
                                          (400, reference, {"decision": "perhaps"}, TOKEN),
                                          (400, reference, {}, TOKEN), (400, reference, {"decision": "allow", "x": 1}, TOKEN),
                                          (400, "nonsense", {"decision": "allow"}, TOKEN),
                                          (404, "00000-00000", {"decision": "allow"}, TOKEN)):
            self.assertEqual(self.api("POST", f"requests/{target}", body, token)[0], want, (target, body))
        self.assertEqual(self.requests()[reference]["state"], "waiting")
        status, document = self.api("POST", f"requests/{reference}", {"decision": "allow", "by": "bob"})
        self.assertEqual((status, document["request"]["state"], document["request"]["by"]), (200, "allowed", "bob via http"))
        self.assertTrue(document["unblocked"]["passes"])
        self.assertEqual(self.world.ask(client_address=client), "DUNNO")
        self.assertEqual(self.api("POST", f"requests/{reference}", {"decision": "refuse"})[0], 400, "it was allowed")
        reference, path = self.refused(self.listed_client())
        self.assertEqual(self.fetch("POST", path, "over the API", "198.51.111.1")[0], 200)
        self.assertEqual(self.api("POST", f"requests/{reference}", {"decision": "refuse"})[0], 200)
        self.assertEqual(self.requests("--all")[reference]["state"], "refused")

    def test_what_is_refused_cannot_ask_again(self):
        reference, path = self.refused()
        self.assertEqual(self.fetch("POST", path, "please", "198.51.100.9")[0], 200)
        done = self.run_tool("requests", "refuse", reference, "--comment", "unknown")
        self.assertEqual(done.returncode, 0, done.stderr)
        status, page, _ = self.fetch("POST", path, "please, please", "198.51.101.9")
        self.assertEqual(status, 409)
        self.assertIn("does not let you in", page)
        self.assertEqual(self.requests("--all")[reference]["text"], "please")
        self.assertIn(f"requests refuse {reference}", self.run_tool("audit").stdout)
        again = self.run_tool("requests", "refuse", reference)
        self.assertEqual(again.returncode, 65, again.stdout)
        self.assertIn("was refused by ", again.stderr)
        self.assertEqual(self.run_tool("requests", "allow", reference).returncode, 0, "people may think again")
        self.assertEqual(self.run_tool("requests", "refuse", reference).returncode, 65, "it was allowed")

    def test_the_tool_says_what_is_no_request(self):
        reference, _ = self.refused()
        for arguments, status in ((("allow", reference), 1), (("refuse", reference), 1), (("allow", "nonsense"), 65),
                                  (("refuse", ""), 65), (("allow", reference, "--expires", "soon"), 64)):
            done = self.run_tool("requests", *arguments)
            self.assertEqual(done.returncode, status, f"{arguments}: {done.stderr}")

    def test_shows_what_dns_says_now(self):
        client = next(self.clients)
        _, path = self.refused(client)
        now = path.replace("/why/", "/why/now/")
        page = self.fetch("GET", now, visitor="198.51.102.1")[1]
        self.assertIn(f"<bdi>{client}</bdi> has no reverse DNS name", page)
        self.assertIn("on its second try (greylisting)", page)
        last = client.rpartition(".")[2]
        self.world.zone.tell(None, f"{last}.113.0.203.in-addr.arpa", ["PTR", "mail.mended.example"])
        self.world.zone.tell(None, "mail.mended.example", ["A", client])
        page = self.fetch("GET", now, visitor="198.51.102.1")[1]
        self.assertIn("<bdi>mail.mended.example</bdi> leads back to", page)
        self.assertIn("would be accepted now.", page)
        self.assertEqual(re.search(r'rel="stylesheet" href="([^"]+)"', page)[1], "../style.css")

    def test_looks_at_dns_thirty_times_an_hour_for_one_visitor(self):
        _, path = self.refused()
        now = path.replace("/why/", "/why/now/")
        for _ in range(30):
            self.assertEqual(self.fetch("GET", now, visitor="198.51.103.1")[0], 200)
        status, page, _ = self.fetch("GET", now, visitor="198.51.103.1")
        self.assertEqual(status, 429)
        self.assertIn("made us look too often", page)
        self.assertEqual(self.fetch("GET", path, visitor="198.51.103.1")[0], 200, "the page itself is there")

    def test_unknown_references_are_alike_and_thirty_an_hour(self):
        _, path = self.refused()
        unknown = self.fetch("GET", "/why/00000-00000", visitor="198.51.104.200")[:2]
        self.assertEqual(unknown[0], 404)
        for number, text in enumerate(("AAAAA-AAAAA", "x", "%3Cscript%3E", "00000-00001", "%20")):
            got = self.fetch("GET", f"/why/{text}", visitor=f"198.51.104.{number}")[:2]
            self.assertEqual(got, unknown, text)
        for _ in range(30):
            self.assertEqual(self.fetch("GET", "/why/00000-00000", visitor="198.51.105.1")[0], 404)
        self.assertEqual(self.fetch("GET", "/why/00000-00000", visitor="198.51.105.1")[0], 429)
        self.assertEqual(self.fetch("GET", path, visitor="198.51.105.1")[0], 429, "a right one, too")
        self.assertEqual(self.fetch("GET", path, visitor="198.51.105.2")[0], 200)

    def test_without_a_reference_it_asks_for_one(self):
        status, page, _ = self.fetch("GET", "/why/", visitor="198.51.108.1")
        self.assertEqual(status, 200)
        self.assertIn('name="ref"', page)
        self.assertNotIn("Nothing is known", page)
        self.assertEqual(self.fetch("GET", "/why/?ref=x", visitor="198.51.108.1")[0], 404)

    def test_twenty_requests_a_day_of_one_network(self):
        for number in range(20):
            _, path = self.refused(sender=f"a{number}x@partner{number}.example")
            self.assertEqual(self.fetch("POST", path, "x", f"198.51.106.{number}")[0], 200)
        reference, path = self.refused()
        self.assertEqual(self.fetch("POST", path, "x", "198.51.106.99")[0], 429)
        self.assertNotIn(reference, self.requests())
        self.assertEqual(self.fetch("POST", path, "x", "198.51.107.99")[0], 200)
        for request in self.requests():
            self.run_tool("requests", "refuse", request)

    def test_hostile_text_harms_nobody(self):
        reference, path = self.refused(helo_name=HOSTILE, sender=f"x@{'a' * 30}.example")
        page = self.fetch("GET", path)[1]
        self.assertNotIn("<script", page)
        text = f"{HOSTILE}\x1b[31m\u202e\x07 https://spam.example \u5b66\u6821" + "x" * 400
        self.assertEqual(self.fetch("POST", path, text, "198.51.108.1")[0], 200)
        kept = self.requests()[reference]["text"]
        self.assertEqual(len(kept), 300)
        self.assertTrue(kept.startswith(f"{HOSTILE}[31m https://spam.example \u5b66\u6821x"), kept)
        shown = self.run_tool("requests", "list").stdout
        self.assertIn(reference, shown)
        for sign in ("\x1b", "\u202e", "\x07"):
            self.assertNotIn(sign, shown)
        wait_for(lambda: f"request id={reference}" in self.world.log(), "the line in the log")
        log = [line for line in self.world.log().splitlines() if f"request id={reference}" in line]
        self.assertEqual(len(log), 1)
        self.assertNotIn("\x1b", log[0])
        self.run_tool("requests", "refuse", reference)

    def test_a_page_of_another_origin_asks_for_nobody(self):
        reference, path = self.refused()
        self.assertEqual(self.fetch("POST", path, "x", "198.51.109.1", Origin="https://evil.example")[0], 403)
        self.assertEqual(self.fetch("POST", path, "x", "198.51.109.1", Sec_Fetch_Site="cross-site")[0], 403)
        self.assertNotIn(reference, self.requests())

    def test_there_is_nothing_else_at_this_address(self):
        for path in ("/", "/metrics", "/healthz", "/verdicts", "/api/v1/requests", "/why/style.css/x"):
            status, text, _ = self.fetch("GET", path, visitor="198.51.110.1")
            self.assertIn(status, (404, 405), path)
            self.assertNotIn("token", text, path)
            self.assertNotIn("sekimori_", text)

    def test_an_explanation_has_no_page(self):
        """It is no mail: there is no reference, and so no page to be led to."""
        done = self.run_tool("--json", "explain", next(self.clients))
        reply = json.loads(done.stdout)["reply"]
        self.assertIn("(ref none)", reply)
        self.assertNotIn(URL, reply)

    def test_japanese(self):
        _, path = self.refused()
        page = self.fetch("GET", path, Accept_Language="ja")[1]
        self.assertIn('<html lang="ja">', page)
        self.assertIn("に逆引きが設定されていません", page)
        self.assertIn('<html lang="en">', self.fetch("GET", path + "?lang=en", Accept_Language="ja")[1])


class StopTest(WhyCase):
    """Name servers that do not answer, and a minute to wait for them."""

    def test_what_waits_for_dns_ends_with_the_daemon_and_changes_nothing(self):
        blocked, silent = next(self.clients), next(self.clients)
        self.run_tool("blocklist", "add", blocked)
        reference, path = self.refused(blocked)
        self.assertEqual(self.fetch("POST", path, "please", "198.51.112.1")[0], 200)
        _, now = self.refused(silent)
        self.world.set("policy_service", "answer_within", '"60s"')
        self.world.set("dns", "timeout", '"30s"')
        self.world.stop()
        questions = [f"{client.rpartition('.')[2]}.113.0.203.in-addr.arpa" for client in (blocked, silent)]
        before = []
        for question in questions:
            self.world.zone.tell(None, question, ["drop"])
            before.append(self.world.zone.count(question))
        self.world.start()
        lists = self.run_tool("whitelist", "export").stdout
        with socket.create_connection((self.world.host, 9140), timeout=PATIENCE) as allows, \
                socket.create_connection((self.world.host, WHY_PORT), timeout=PATIENCE) as looks:
            body = b'{"decision": "allow"}'
            allows.sendall(f"POST /api/v1/requests/{reference} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            looks.sendall(f"GET {now.replace('/why/', '/why/now/')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            for question, count in zip(questions, before):
                wait_for(lambda: self.world.zone.count(question) > count, f"the question for {question}")
            began = time.monotonic()
            self.world.stop()
            self.assertLess(time.monotonic() - began, 20)
            self.assertTrue(allows.recv(1 << 16).startswith(b"HTTP/1.1 503 "), "it hears that nothing was changed")
            self.assertTrue(looks.recv(1 << 16).startswith(b"HTTP/1.1 "))
        self.world.start()
        self.assertEqual(self.run_tool("whitelist", "export").stdout, lists)
        self.assertEqual(self.requests()[reference]["state"], "waiting")


if __name__ == "__main__":
    main()
