"""Who reaches what over HTTP: every route of the sources, without a token, with a wrong one and with the right one, asked
directly, through a web server on this machine, and under a name that is not ours."""

import glob
import http.client
import itertools
import json
import os
import re

from tool_case import CLEAN, ROOT, ToolCase, main
from world import PATIENCE

TOKEN = "0123456789abcdef0123456789abcdef"
WHY_PORT = 9141
ANYBODY, READER, CHANGER = "anybody", "reader", "changer"

# (method, path, who, what the route itself says to one who may ask): changes are asked for with a member that no route
# knows, so that none is made.
ROUTES = (
    ("GET", "/healthz", ANYBODY, 200), ("GET", "/readyz", ANYBODY, 200), ("GET", "/metrics", READER, 200),
    ("GET", "/assets/style.css", ANYBODY, 200), ("GET", "/assets/script.js", ANYBODY, 200), ("GET", "/assets/icon.svg", ANYBODY, 200),
    ("GET", "/favicon.ico", ANYBODY, 200),
    ("GET", "/", READER, 200), ("GET", "/verdicts", READER, 200), ("GET", "/verdicts/REF", READER, 200),
    ("GET", f"/lookup?client={CLEAN}", READER, 200),
    ("GET", "/api/v1/overview", READER, 200), ("GET", "/api/v1/verdicts", READER, 200), ("GET", "/api/v1/verdicts/REF", READER, 200),
    ("GET", f"/api/v1/explain?client={CLEAN}&now_from_cache=true", READER, 200), ("GET", "/api/v1/dnsbl", READER, 200),
    ("GET", f"/api/v1/report?subject={CLEAN}", READER, 200),
    ("GET", "/api/v1/greylist", READER, 200), ("GET", "/api/v1/audit", READER, 200), ("GET", "/api/v1/whitelist", READER, 200),
    ("GET", "/api/v1/blocklist", READER, 200), ("GET", "/api/v1/requests", READER, 200),
    ("POST", "/api/v1/whitelist", CHANGER, 400), ("DELETE", "/api/v1/whitelist", CHANGER, 400),
    ("POST", "/api/v1/blocklist", CHANGER, 400), ("DELETE", "/api/v1/blocklist", CHANGER, 400),
    ("POST", "/api/v1/unblock", CHANGER, 400), ("POST", "/api/v1/audit/1/undo", CHANGER, 400),
    ("POST", "/api/v1/requests/REF", CHANGER, 400), ("GET", "/api/v1/outbound", READER, 200),
    *((("POST", f"/api/v1/outbound/{act}", CHANGER, 400) for act in ("allow", "lock", "release", "forget"))),
    ("GET", "/nothing", READER, 404), ("GET", "/api/v1/nothing", READER, 404), ("PUT", "/api/v1/verdicts", READER, 405),
    ("GET", "/api/v1/unblock", CHANGER, 405))
WHY_ROUTES = (("GET", "/why", 303), ("GET", "/why/", 200), ("GET", "/why/REF", 200), ("GET", "/why/now/REF", 200),
              ("GET", "/why/style.css", 200), ("GET", "/why/icon.svg", 200), ("POST", "/why/REF", 403),
              ("GET", "/", 404), ("GET", "/metrics", 404), ("GET", "/api/v1/verdicts", 404), ("POST", "/api/v1/whitelist", 404))

MARKS = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7", "Via": "1.1 mx.ours.example", "X-Real-IP": "198.51.100.7",
         "X-Forwarded-Host": "mx.ours.example", "X-Forwarded-Proto": "https"}


def paths_in_sources():
    """Every path that a route of policyd/http has."""
    found = set()
    for file in glob.glob(os.path.join(ROOT, "policyd/http/**/*.cc"), recursive=True):
        with open(file, encoding="utf-8") as source:
            text = source.read()
        found |= set(re.findall(r'(?:\.path = |\b(?:route|list|add|Page|File\{|pair\{)\(?(?:\s*"[A-Z]+",)?\s*)"(/[^"]*)"', text))
    return found


class AccessTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.stop()
        token = cls.world.stage.path("token")
        cls.world.write(token, TOKEN + "\n")
        os.chmod(token, 0o640)
        cls.world.set("http", "token_file", f'"{token}"')
        cls.world.set("why", "listen", f'"{cls.world.host}:{WHY_PORT}"')
        cls.world.set("why", "requests", "true")
        cls.world.start()
        cls.numbers = itertools.count(1)

    def ask(self, method, path, token=None, headers=(), port=9140):
        """The status, asked from an address of its own, so that no wrong token locks the next one out."""
        number = next(self.numbers)
        connection = http.client.HTTPConnection(self.world.host, port, timeout=PATIENCE,
                                                source_address=(f"127.1.{number // 250}.{number % 250 + 1}", 0))
        headers = dict(headers)
        if headers.get("X-Forwarded-For"):
            headers["X-Forwarded-For"] = f"10.1.{number // 250}.{number % 250 + 1}"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path.replace("REF", self.reference), json.dumps({"unknown": 1}) if method in ("POST", "DELETE") else None,
                               headers)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
            return answer.status
        finally:
            connection.close()

    def want(self, who, own, token, is_direct=True, is_ours=True):
        if who == ANYBODY:
            return own
        if not is_ours:
            return 421
        if token == "wrong" or (token is None and (who == CHANGER or not is_direct)):
            return 401
        return own

    def test_every_route_to_everybody(self):
        for (method, path, who, own), token in itertools.product(ROUTES, (None, "wrong", TOKEN)):
            with self.subTest(f"{method} {path} {token}"):
                self.assertEqual(self.ask(method, path, token), self.want(who, own, token))
                self.assertEqual(self.ask(method, path, token, {"X-Forwarded-For": "?"}), self.want(who, own, token, is_direct=False))
                self.assertEqual(self.ask(method, path, token, {"Host": "evil.example"}), self.want(who, own, token, is_ours=False))

    def test_every_mark_of_a_web_server(self):
        for (name, value), path in itertools.product(MARKS.items(), ("/", "/metrics", "/api/v1/verdicts", "/nothing")):
            with self.subTest(f"{name} {path}"):
                self.assertEqual(self.ask("GET", path, None, {name: value}), 401)
                self.assertNotEqual(self.ask("GET", path, TOKEN, {name: value}), 401)
        self.assertEqual(self.ask("GET", "/healthz", None, MARKS), 200)

    def test_the_page_for_those_turned_away_knows_no_token(self):
        for (method, path, own), token in itertools.product(WHY_ROUTES, (None, "wrong", TOKEN)):
            for headers in ({}, {"X-Forwarded-For": "?"}, {"Host": "evil.example"}):
                with self.subTest(f"{method} {path} {token} {headers}"):
                    self.assertEqual(self.ask(method, path, token, headers, WHY_PORT), own)

    def test_no_route_is_forgotten(self):
        told = [path for _, path, *_ in (*ROUTES, *WHY_ROUTES)]
        paths = paths_in_sources()
        self.assertGreater(len(paths), 25)
        for path in paths:
            below = path.endswith("/") and path != "/"
            self.assertTrue(any(one == path or (below and one.startswith(path)) or one.startswith(path + "?") for one in told), path)


if __name__ == "__main__":
    main()
