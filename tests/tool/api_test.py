"""The API: what contrib/api.md says can be pasted, and each answer fits the schema of the command that it names; who may
ask and change; input that must change nothing."""

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

from json_schema import faults
from tool_case import BLOCKED, CLEAN, GREYLISTED, ROOT, ToolCase, main, wait_for

TOKEN = "0123456789abcdef0123456789abcdef"
WHY_PORT = 9141
EXAMPLE_REFERENCE = "J4FHQ-X9T82"


def lines_of_document():
    """(command that the answer is printed by, shell line) of contrib/api.md."""
    command, found = None, []
    with open(os.path.join(ROOT, "contrib/api.md"), encoding="utf-8") as file:
        for line in file:
            if named := re.match(r"(?:.*\. )?As `sekimorictl ([a-z ]+)`", line):
                command = named.group(1)
            if line.startswith("    curl "):
                found.append((command, line.strip()))
    return found


class ApiCase(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(os.path.join(ROOT, "contrib/schema/sekimorictl.schema.json"), encoding="utf-8") as file:
            cls.schema = json.load(file)
        token = cls.world.stage.path("token")
        cls.world.write(token, TOKEN + "\n")
        os.chmod(token, 0o640)
        cls.world.set("http", "token_file", f'"{token}"')
        cls.world.reload()

    @property
    def url(self):
        return f"http://{self.world.host}:9140"

    def ask(self, path, method="GET", body=None, token=TOKEN, **headers):
        """(status, document or text, headers)"""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text, got = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                status, text, got = error.code, error.read(), error.headers
        is_json = got.get("Content-Type") == "application/json"
        return status, json.loads(text) if is_json else text.decode(), got

    def lists(self):
        return [self.run_tool(*what).stdout for what in (("whitelist", "export"), ("blocklist", "export"), ("audit", "export"))]

    def expect_error(self, want, path, method="POST", body=None, token=TOKEN, **headers):
        """The designed error; returns its message."""
        status, document, _ = self.ask(path, method, body, token, **headers)
        self.assertEqual(status, want, f"{method} {path} {body!r}: {document}")
        self.assertEqual(set(document), {"error"}, document)
        self.assertEqual(set(document["error"]), {"code", "message"}, document)
        self.assertEqual(faults(document, self.schema["$defs"]["error"], self.schema), [])
        return document["error"]["message"]


class UnchangedCase(ApiCase):
    """Whatever a test sends, the lists are as they were."""

    def setUp(self):
        self.before = self.lists()

    def tearDown(self):
        self.assertEqual(self.lists(), self.before)


class DocumentTest(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(os.path.join(ROOT, "contrib/schema/overview.schema.json"), encoding="utf-8") as file:
            cls.schema_of_overview = json.load(file)
        cls.world.stop()
        cls.world.set("why", "listen", f'"{cls.world.host}:{WHY_PORT}"')
        cls.world.set("why", "requests", "true")
        cls.world.start()
        with urllib.request.urlopen(f"http://{cls.world.host}:{WHY_PORT}/why/{cls.reference}", b"text=please", 60):
            pass

    def faults_of(self, command, line, document):
        if "/overview" in line:
            return faults(document, self.schema_of_overview, self.schema_of_overview)
        return faults(document, self.schema["properties"][command], self.schema)

    def test_every_line_can_be_pasted(self):
        lines = lines_of_document()
        self.assertGreater(len(lines), 16)
        environment = {**os.environ, "SEKIMORI": self.url, "AUTH": f"Authorization: Bearer {TOKEN}"}
        for command, line in lines:
            done = subprocess.run(["sh", "-c", line.replace(EXAMPLE_REFERENCE, self.reference)], capture_output=True, text=True,
                                  env=environment, timeout=60, check=False)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")
            document = json.loads(done.stdout)
            self.assertNotIn("error", document, line)
            self.assertEqual(self.faults_of(command, line, document), [], f"{line}: {done.stdout}")

    def test_every_route_is_told(self):
        told = " ".join(line for _, line in lines_of_document())
        for path in ("overview", "requests?", "requests/", "verdicts?", "verdicts/", "explain", "report?", "dnsbl", "greylist", "whitelist", "blocklist", "audit?", "unblock", "/undo"):
            self.assertIn(path, told)


class ReadingTest(UnchangedCase):
    def same(self, path, *command):
        status, document, headers = self.ask(path, token=None)
        self.assertEqual(status, 200, document)
        self.assertEqual(document, json.loads(self.run_tool("--json", *command).stdout), path)
        self.assertEqual(headers["Cache-Control"], "no-store")

    def test_it_says_what_the_tool_says(self):
        self.same("/api/v1/verdicts", "verdicts")
        self.same("/api/v1/verdicts?limit=1", "verdicts", "--limit", "1")
        self.same(f"/api/v1/verdicts?client={GREYLISTED}", "verdicts", "--client", GREYLISTED)
        self.same("/api/v1/verdicts?action=reject", "verdicts", "--action", "reject")
        self.same("/api/v1/verdicts?reason=dnsbl&since=1h&until=now", "verdicts", "--reason", "dnsbl")
        self.same(f"/api/v1/verdicts/{self.reference}", "verdicts", "--reference", self.reference)
        self.same("/api/v1/whitelist?match=ticket%202", "whitelist", "list", "--match", "ticket 2")
        self.same("/api/v1/blocklist", "blocklist", "list")
        self.same("/api/v1/audit", "audit")
        self.same("/api/v1/greylist", "greylist", "list")
        self.same(f"/api/v1/greylist?client={GREYLISTED}", "greylist", "show", GREYLISTED)
        self.same("/api/v1/dnsbl", "dnsbl", "status")
        self.same(f"/api/v1/explain?client={CLEAN}&now_from_cache=true", "explain", CLEAN, "--now-from-cache")

    def test_the_filter_by_action_leaves_others_out(self):
        for action, count in (("reject", 1), ("greylist", 1), ("defer", 1), ("hold", 0)):
            rows = self.ask(f"/api/v1/verdicts?action={action}")[1]["verdicts"]
            self.assertEqual([row["action"] for row in rows], [action] * count)

    def test_bad_questions(self):
        for path, said in (("verdicts?limit=x", "limit: expected a whole number"), ("verdicts?limit=0", "limit: expected 1 to"),
                           ("verdicts?limit=10001", "limit: expected 1 to"), ("verdicts?limit=-1", "limit: expected a whole"),
                           ("verdicts?limit=99999999999999999999", "limit: expected a whole"),
                           ("verdicts?cliant=192.0.2.1", "unknown field"), ("verdicts?client=%20", "client: expected"),
                           ("verdicts?since=soon", "since: expected"), ("verdicts?action=eat", "action: expected one of"),
                           ("verdicts?client=192.0.2.1&client=192.0.2.2", "expected once"),
                           ("verdicts/nonsense", "expected a reference"), ("verdicts/", "expected a reference"),
                           ("verdicts/J4FHQ-X9T82?x=1", "unknown field"), ("explain", "expected a client's address"),
                           ("report", "expected a domain"), ("explain?client=192.0.2.1&sender=", "sender: expected"),
                           ("report?subject=a.example&sender=", "sender: expected"), ("report?subject=a.example&client=x", "client: expected an address"),
                           ("explain?client=192.0.2.1&now_from_cache=yes", "now_from_cache: expected true or false"),
                           ("whitelist?unused=x", "unused: expected"), ("overview?since=0", "since: expected"), ("overview?until=x", "until: expected"),
                           ("audit?since=2026-13-01", "since: expected"),
                           ("dnsbl?test=1", "unknown field"), ("greylist?limit=1.5", "limit: expected"),
                           ("verdicts?sender=%ff", "cannot be read"), ("verdicts?sender=%1b", "cannot be read"),
                           ("verdicts?sender=%00", "cannot be read"), ("verdicts?sender=%", "cannot be read")):
            message = self.expect_error(400, "/api/v1/" + path, "GET")
            self.assertIn(said, message, path)
            self.assertNotIn("--", message, path)
        self.expect_error(404, "/api/v1/", "GET")
        self.expect_error(404, "/api/v2/verdicts", "GET")
        self.expect_error(404, f"/api/v1/greylist?client=192.0.2.250", "GET")

    def test_an_unknown_reference_is_not_found(self):
        other = self.run_tool("--json", "verdicts").stdout
        self.assertNotIn("00000-00000", other)
        self.assertIn("is kept", self.expect_error(404, "/api/v1/verdicts/00000-00000", "GET"))


class ChangingTest(ApiCase):
    def test_an_entry_is_added_and_decides_at_once(self):
        client = "198.51.100.77"
        self.assertIn("DEFER", self.world.ask(client_address=client))
        status, document, _ = self.ask("/api/v1/whitelist", "POST",
                                       {"target": client, "comment": "a \u95a2 ticket", "expires": "30d", "by": "ann"})
        self.assertEqual(status, 200, document)
        self.assertEqual(faults(document, self.schema["properties"]["whitelist add"], self.schema), [])
        self.assertEqual(self.world.ask(client_address=client), "DUNNO")
        row = json.loads(self.run_tool("--json", "audit").stdout)["changes"][-1]
        self.assertEqual((row["author"], row["command"], row["reason"]),
                         ("ann via http", f"whitelist add {client}", "a \u95a2 ticket"))
        status, document, _ = self.ask(f"/api/v1/audit/{row['number']}/undo", "POST", {"by": "bob"})
        self.assertEqual(status, 200, document)
        self.assertIn("DEFER", self.world.ask(client_address=client))
        before = self.lists()
        self.assertIn("was changed again by", self.expect_error(409, f"/api/v1/audit/{row['number']}/undo", body={}))
        self.assertEqual(self.lists(), before)

    def test_what_was_replaced_comes_back_by_the_number_of_the_answer(self):
        target = "198.51.100.82"
        for comment in ("ticket 8", "by mistake"):
            status, document, _ = self.ask("/api/v1/whitelist", "POST", {"target": target, "comment": comment})
            self.assertEqual((status, document["entries"][0]["replaced"]), (200, comment != "ticket 8"), document)
        last = json.loads(self.run_tool("--json", "audit").stdout)["changes"][-1]
        self.assertEqual(document["entries"][0]["change"], last["number"])
        self.assertEqual(self.ask(f"/api/v1/audit/{last['number']}/undo", "POST", {})[0], 200)
        entries = self.ask(f"/api/v1/whitelist?match={target}")[1]["entries"]
        self.assertEqual([entry["comment"] for entry in entries], ["ticket 8"])

    def test_who_names_nobody_is_http(self):
        self.assertEqual(self.ask("/api/v1/blocklist", "POST", {"target": "198.51.100.78", "action": "hold"})[0], 200)
        row = json.loads(self.run_tool("--json", "audit").stdout)["changes"][-1]
        self.assertEqual((row["author"], row["after"]["action"]), ("http", "hold"))
        status, document, _ = self.ask("/api/v1/blocklist?target=198.51.100.78", "DELETE", {"by": "ann", "comment": "done"})
        self.assertEqual((status, document["removed"][0]["target"]), (200, "198.51.100.78"))
        row = json.loads(self.run_tool("--json", "audit").stdout)["changes"][-1]
        self.assertEqual((row["author"], row["reason"]), ("ann via http", "done"))
        self.expect_error(404, "/api/v1/blocklist?target=198.51.100.78", "DELETE")

    def test_unblock(self):
        status, document, _ = self.ask("/api/v1/unblock", "POST", {"subject": f"(ref {self.reference})", "dry_run": True})
        self.assertEqual(status, 200, document)
        self.assertEqual(faults(document, self.schema["properties"]["unblock"], self.schema), [])
        self.assertTrue(document["dry_run"])
        before = self.lists()
        reference = self.turned_away("198.51.100.79")
        self.assertEqual(self.lists(), before)
        text = f"host mx said: 450 4.7.1 Greylisted (ref {reference})\n(in reply to RCPT TO)"
        status, document, _ = self.ask("/api/v1/unblock", "POST", {"subject": text, "by": "ann", "comment": "ticket 9"})
        self.assertEqual((status, document.get("passes")), (200, True), document)
        self.assertEqual(self.world.ask(client_address="198.51.100.79"), "DUNNO")
        self.expect_error(404, "/api/v1/unblock", body={"subject": "192.0.2.250"})

    def test_unblock_of_several_is_a_conflict(self):
        for sender in ("a@many.example", "b@many.example"):
            reference = self.world.ask(client_address="198.51.100.80", sender=sender).split("(ref ")[1].rstrip(")")
            self.ask(f"/api/v1/verdicts/{reference}")
        before = self.lists()
        status, document, _ = self.ask("/api/v1/unblock", "POST", {"subject": "198.51.100.80"})
        self.assertEqual((status, document["error"]["code"]), (409, "conflict"), document)
        self.assertEqual(len(document["found"]["verdicts"]), 2)
        self.assertEqual(self.lists(), before)

    def test_two_at_a_time_undo_a_change_once(self):
        for _ in range(5):
            self.ask("/api/v1/whitelist", "POST", {"target": "198.51.100.81"})
            number = json.loads(self.run_tool("--json", "audit").stdout)["changes"][-1]["number"]
            got = []
            threads = [threading.Thread(target=lambda: got.append(self.ask(f"/api/v1/audit/{number}/undo", "POST", {})[0]))
                       for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(got), [200, 409, 409, 409])

    def test_tool_and_api_change_at_once(self):
        """Nothing is lost where both write, and nobody waits for long."""
        def through_api(first):
            for number in range(first, first + 10):
                self.assertEqual(self.ask("/api/v1/blocklist", "POST", {"target": f"192.0.2.{number}"})[0], 200)

        threads = [threading.Thread(target=through_api, args=(first,)) for first in (10, 20, 30)]
        for thread in threads:
            thread.start()
        for number in range(40, 45):
            self.assertEqual(self.run_tool("blocklist", "add", f"192.0.2.{number}").returncode, 0)
        for thread in threads:
            thread.join()
        targets = {entry["target"] for entry in self.ask("/api/v1/blocklist")[1]["entries"]}
        self.assertEqual({f"192.0.2.{number}" for number in range(10, 45) if number != 0} - targets, set())


class BadInputTest(UnchangedCase):
    def test_bodies_that_are_none(self):
        bodies = [b"", b"{", b"[]", b'"x"', b"null", b"1", b"target=192.0.2.1", b'{"target": "192.0.2.1"} x',
                  b'{"target": "192.0.2.1", "target": "192.0.2.2"}', b'{"target": "\xff"}', b'{"target": "\\ud800"}',
                  b"[" * 60_000, b'{"target":' * 6_000, b'{"a":' * 40 + b"1" + b"}" * 40, b"\x00", b"{\x00}",
                  b"\xff\xfe{\x00}\x00", b'\xef\xbb\xbf{"target": "192.0.2.1"}', b'{"target": "192.0.2.1"}\x00',
                  b'{"target": "192.0.2.1"}\x00{"target": "192.0.2.2"}', b'{"target": "192.0.2.1"}{}', b'{"target": "192.0.2.1",}', b"{'target': '192.0.2.1'}", b'{"target": 192.0.2.1}']
        for path in ("/api/v1/whitelist", "/api/v1/blocklist", "/api/v1/unblock"):
            for body in bodies:
                self.expect_error(400, path, body=body)

    def test_fields_that_are_none(self):
        rows = [({"target": "192.0.2.1", "tarnget": "x"}, "unknown field"), ({"target": ["192.0.2.1"]}, "target: expected a text"),
                ({"target": {"a": 1}}, "target: expected a text"), ({"target": 1}, "target: expected a text"),
                ({"target": True}, "target: expected a text"), ({"target": None}, "target: expected one"), ({}, "target: expected one"),
                ({"target": ""}, "target: expected one"), ({"target": "not a target"}, "expected"), ({"target": "300.1.1.1"}, "expected"),
                ({"target": "192.0.2.1/24"}, "expected"), ({"target": "192.0.2.1\n192.0.2.2"}, "expected"),
                ({"target": "192.0.2.1\u0000"}, "expected"), ({"target": "x" * 60_000}, "expected"),
                ({"target": "/(a+)+$/"}, None), ({"target": "/(/"}, None),
                ({"target": "192.0.2.1", "expires": "soon"}, "expires: expected"), ({"target": "192.0.2.1", "expires": 30}, "expires: expected a text"),
                ({"target": "192.0.2.1", "expires": "-1d"}, "expires: expected"), ({"target": "192.0.2.1", "expires": "99999999d"}, "expires: expected"),
                ({"target": "192.0.2.1", "comment": "a\nb"}, "comment: expected one line"), ({"target": "192.0.2.1", "comment": "x" * 501}, "comment: expected at most"),
                ({"target": "192.0.2.1", "by": "a\u0007b"}, "by: expected one line"), ({"target": "192.0.2.1", "by": "x" * 501}, "by: expected at most"),
                ({"target": "192.0.2.1", "by": "ann\u202ebob"}, "by: expected no character that is invisible"),
                ({"target": "192.0.2.1", "by": "a\u200bnn"}, "by: expected no character that is invisible"),
                ({"target": "192.0.2.1", "by": "\u2800"}, "by: expected a name"),
                ({"target": "192.0.2.1", "comment": "a\u2066b"}, "comment: expected no character that is invisible"),
                ({"target": "192.0.2.1", "comment": "a" + "\u0301" * 9}, "comment: expected at most 4 marks"),
                ({"target": "192.0.2.1", "by": 7}, "by: expected a text"), ({"target": "192.0.2.1", "if_confirmed": "example.com"}, "if_confirmed: expected"),
                ({"target": "192.0.2.1", "if_spf": True}, "if_spf: expected a sender"), ({"target": "@a.example", "if_spf": "yes"}, "if_spf: expected"),
                ({"target": "@a.example", "if_confirmed": "not a domain"}, "if_confirmed: expected"),
                ({"target": "@a.example", "if_confirmed": ""}, "if_confirmed: expected"), ({"target": "192.0.2.1", "expires": ""}, "expires: expected")]
        for path in ("/api/v1/whitelist", "/api/v1/blocklist"):
            for body, said in rows:
                if said is None:
                    continue
                message = self.expect_error(400, path, body=body)
                self.assertIn(said, message, f"{path} {str(body)[:200]}")
                self.assertNotIn("--", message)
        self.assertIn("unknown field", self.expect_error(400, "/api/v1/whitelist", body={"target": "192.0.2.1", "action": "hold"}))
        self.assertIn("action: expected", self.expect_error(400, "/api/v1/blocklist", body={"target": "192.0.2.1", "action": "eat"}))
        self.expect_error(400, "/api/v1/whitelist?target=192.0.2.1", body={"target": "192.0.2.1"})

    def test_unblock_and_undo(self):
        for body in ({"subject": ""}, {}, {"subject": 1}, {"subject": self.reference, "dry_run": "yes"},
                     {"subject": self.reference, "dry_run": 1}, {"subject": self.reference, "file": "/etc/passwd"},
                     {"subject": self.reference, "expires": "x"}, {"subject": self.reference, "by": "a\rb"}, {"subject": "/etc/passwd"}):
            self.expect_error(400, "/api/v1/unblock", body=body)
        for rest, status in (("1/und", 404), ("x/undo", 404), ("/undo", 404), ("-1/undo", 404), ("1.0/undo", 404),
                             ("99999999999999999999/undo", 404), ("4711/undo", 404), ("1/undo/", 404), ("", 404)):
            self.expect_error(status, "/api/v1/audit/" + rest, body={})
        self.expect_error(400, "/api/v1/audit/1/undo", body={"number": 2})

    def test_removals(self):
        for query, status in (("", 400), ("?target=", 400), ("?target=nonsense%20x", 400), ("?target=192.0.2.1&x=1", 400),
                              (f"?target={BLOCKED}&target=192.0.2.1", 400), ("?target=192.0.2.199", 404), (f"?target={BLOCKED}&comment=a%0ab", 400)):
            self.expect_error(status, "/api/v1/blocklist" + query, "DELETE")
        self.expect_error(400, f"/api/v1/blocklist?target={BLOCKED}", "DELETE", body={"x": 1})
        self.expect_error(400, f"/api/v1/blocklist?target={BLOCKED}&by=a", "DELETE", body={"by": "a"})

    def test_methods_and_sizes(self):
        for method, path, status in (("PUT", "/api/v1/whitelist", 405), ("PATCH", "/api/v1/whitelist", 405), ("GET", "/api/v1/unblock", 405),
                                     ("DELETE", "/api/v1/unblock", 405), ("POST", "/api/v1/verdicts", 405), ("POST", "/api/v1/nothing", 404)):
            self.expect_error(status, path, method, body={"target": "192.0.2.1"})
        status, _, headers = self.ask("/api/v1/whitelist", "PUT", {})
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD, POST, DELETE"))
        self.expect_error(413, "/api/v1/whitelist", body={"target": "192.0.2.1", "comment": "x" * 70_000})
        self.expect_error(413, "/api/v1/whitelist", body=b"x" * 5_000_000)
        self.expect_error(431, "/api/v1/whitelist", "GET", X=("x" * 9000))


class AccessTest(UnchangedCase):
    CHANGES = (("POST", "/api/v1/whitelist", {"target": "192.0.2.1"}), ("DELETE", f"/api/v1/blocklist?target={BLOCKED}", None),
               ("POST", "/api/v1/unblock", {"subject": "192.0.2.1"}), ("POST", "/api/v1/audit/1/undo", {}))

    def test_changes_need_the_token(self):
        for method, path, body in self.CHANGES:
            self.assertIn("Authorization: Bearer", self.expect_error(401, path, method, body, token=None))
            self.expect_error(403, path, method, body, Origin="http://evil.example")
            self.expect_error(403, path, method, body, Sec_Fetch_Site="cross-site")
            self.expect_error(421, path, method, body, Host="evil.example")

    def test_a_name_must_be_known(self):
        self.assertIn("http.hosts", self.expect_error(421, "/api/v1/verdicts", "GET", Host="evil.example"))
        self.assertEqual(self.ask("/healthz", Host="evil.example")[0], 200)
        self.world.set("http", "hosts", '["mx.ours.example"]')
        self.world.reload()
        self.assertEqual(self.ask("/api/v1/verdicts", Host="MX.ours.example:9140")[0], 200)

    def test_wrong_tokens(self):
        """Another address of this machine is not locked out with it."""
        for _ in range(10):
            self.expect_error(401, "/api/v1/verdicts", "GET", token="wrong" * 5)
        status, document, headers = self.ask("/api/v1/verdicts", token="wrong" * 5)
        self.assertEqual((status, document["error"]["code"]), (429, "too_many_requests"))
        self.assertGreater(int(headers["Retry-After"]), 0)
        with socket.create_connection((self.world.host, 9140), source_address=("127.0.0.99", 0), timeout=60) as other:
            other.sendall(f"GET /api/v1/verdicts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
            self.assertTrue(other.recv(12).endswith(b"200"))
        self.assertEqual(self.ask("/api/v1/verdicts", token=None)[0], 200)
        wait_for(lambda: "http_wrong_tokens level=warning client=" in self.world.log(), "a line in the log")


class StopTest(ApiCase):
    def test_an_explanation_under_way_ends_with_the_daemon(self):
        """It asks a server that does not answer, for a minute if need be."""
        self.world.set("policy_service", "answer_within", '"60s"')
        self.world.set("dns", "timeout", '"30s"')
        self.world.stop()
        self.world.zone.tell(None, "9.113.0.203.in-addr.arpa", ["drop"])
        self.world.start()
        with socket.create_connection((self.world.host, 9140), timeout=60) as asker:
            asker.sendall(b"GET /api/v1/explain?client=203.0.113.9 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_for(lambda: self.world.zone.count("9.113.0.203.in-addr.arpa"), "the question")
            began = time.monotonic()
            self.world.stop()
            self.assertLess(time.monotonic() - began, 20)
        self.world.start()


class NoTokenTest(ToolCase):
    """As it is installed: no token is configured."""

    def test_nothing_can_be_changed(self):
        for method, path, body in AccessTest.CHANGES:
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
                request = urllib.request.Request(f"http://{self.world.host}:9140{path}", json.dumps(body).encode(), headers, method=method)
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(request, timeout=60)
                with refused.exception as error:
                    self.assertEqual((error.code, json.load(error)["error"]["code"]), (401, "unauthorized"))


if __name__ == "__main__":
    main()
