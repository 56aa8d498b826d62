"""The status page, verdicts and look-up beside a running daemon: what they show is what was sent."""

import html.parser
import json
import os
import urllib.error
import urllib.parse
import urllib.request

from json_schema import faults
from tool_case import BLOCKED, CLEAN, GREYLISTED, LISTED, ROOT, ToolCase, main
from world import HTTP_PORT, PATIENCE, wait_for

# Elements that have no end in HTML.
VOID = {"meta", "link", "img", "input", "br"}
HOSTILE = "<script>alert(1)</script>\"'&"


class Page(html.parser.HTMLParser):
    """The tree of a page, whose elements must nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.rows, self.text, self.scripts = [], {}, [], "", []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes), (tag, attrs)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids[attributes["id"]] = {**attributes, "text": ""}
        if tag == "script":
            self.scripts.append(attributes)
        if tag == "tr":
            self.rows.append({"attributes": attributes, "cells": []})
        if tag in ("td", "th"):
            self.rows[-1]["cells"].append("")
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text += data
        for tag, attributes in self.open:
            if "id" in attributes:
                self.ids[attributes["id"]]["text"] += data
        if any(tag in ("td", "th") for tag, _ in self.open):
            self.rows[-1]["cells"][-1] += data


class PageCase(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.ask(client_address=CLEAN)

    def get(self, path, status=200, **headers):
        request = urllib.request.Request(f"http://{self.world.host}:{HTTP_PORT}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                self.headers, code, body = answer.headers, answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.headers, code, body = error.headers, error.code, error.read().decode()
        self.assertEqual(code, status, body)
        return body

    def page(self, path, status=200, **headers):
        return Page(self.get(path, status, **headers))

    def overview(self, query=""):
        return json.loads(self.get("/api/v1/overview" + query))


class PagesTest(PageCase):
    def test_the_overview_counts_what_was_sent(self):
        wait_for(lambda: len(self.overview("?since=1h")["newest"]) == 3, "the journal's rows")
        overview = self.overview("?since=1h")
        with open(os.path.join(ROOT, "contrib/schema/overview.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        self.assertEqual(faults(overview, schema, schema), [])
        self.assertEqual({action: count for action, count in overview["verdicts"].items() if count},
                         {"pass": 1, "greylist": 1, "defer": 1, "reject": 1})
        self.assertEqual(sum(bin["verdicts"]["reject"] for bin in overview["bins"]), 1)
        self.assertEqual(len(overview["bins"]), 60)
        self.assertEqual(overview["greylist"]["deferred"], 1)
        self.assertEqual(overview["networks"], [{"network": "203.0.113.0/24", "count": 3}])
        self.assertEqual(overview["cached"]["count"] + overview["asked"]["count"], 4)
        zen = [row for row in overview["lists"] if row["list"] == "zen.example"][0]
        self.assertGreaterEqual(zen["hits"], 1)
        self.assertGreater(zen["mean_seconds"], 0)

        page = self.page("/?since=1h")
        for figure, count in (("all", 4), ("passed", 1), ("greylisted", 1), ("refused", 2)):
            self.assertEqual(page.ids[f"figure-{figure}"]["data-value"], str(count), figure)
        rows = [row["cells"] for row in page.rows if "data-begin" in row["attributes"]]
        traffic = [row for row in rows[:60] if any(cell != "0" for cell in row[1:])]
        self.assertEqual(sorted(cell for row in traffic for cell in row[1:] if cell != "0"), ["1"] * 4)
        self.assertEqual({row["attributes"]["data-reference"] for row in page.rows if "data-reference" in row["attributes"]},
                         {row["reference"] for row in overview["newest"]})

    def test_a_verdict_with_its_evidence(self):
        page = self.page("/verdicts/" + self.reference)
        for text in (GREYLISTED, "no PTR record", self.reference):
            self.assertIn(text, page.text)
        self.assertIn("PTR record for", page.ids["remedies"]["text"], "what would change it")
        self.assertIn("whitelist add " + GREYLISTED, page.ids["remedies"]["text"])
        self.assertIn("is kept", self.page("/verdicts/AAAAA-AAAAA", 404).ids["error"]["text"])

    def test_verdicts_are_found(self):
        def references(query):
            rows = self.page("/verdicts?" + urllib.parse.urlencode(query)).rows
            return [row["attributes"]["data-reference"] for row in rows if "data-reference" in row["attributes"]]

        self.assertEqual(len(references({})), 3)
        self.assertEqual(references({"client": GREYLISTED}), [self.reference])
        self.assertEqual(references({"client": "203.0.113.0/24", "action": "greylist"}), [self.reference])
        self.assertEqual(len(references({"client": ".listed.example"})), 1)
        self.assertEqual(references({"client": ".example.net"}), [])
        self.assertEqual(references({"sender": "nobody@example.org"}), [])
        self.assertIn("Expected", self.page("/verdicts?client=a%20b", 400).ids["error"]["text"])

    def test_a_wrong_filter_is_named_in_the_readers_language(self):
        for query, expected in (("client=nonsense..x", "an address"), ("action=perhaps", "no action"), ("since=foo", "a duration")):
            got = query.partition("=")[2]
            for language in ("en", "ja"):
                page = self.page(f"/verdicts?{query}&lang={language}", 400)
                self.assertIn(got, page.text, query)
                self.assertEqual(expected in page.text, language == "en", (query, language))

    def test_look_up(self):
        listed = self.page("/lookup?client=" + LISTED)
        self.assertIn("mail.listed.example", listed.ids["decision"]["text"])
        facts = {(row["attributes"]["data-asked"], row["attributes"]["data-answer"]) for row in listed.rows if "data-asked" in row["attributes"]}
        self.assertLessEqual({("ptr", "present"), ("forward", "present"), ("list", "present")}, facts)
        self.assertEqual(listed.ids["help-target"]["text"], "mail.listed.example")

        name = self.page("/lookup?client=mail.listed.example")
        self.assertIn(LISTED, name.ids["forward"]["text"])
        self.assertIn("mail.listed.example", name.ids["decision"]["text"])
        blocked = self.page("/lookup?client=" + BLOCKED)
        self.assertIn("ticket 1", blocked.ids["entries"]["text"])
        self.assertIn(self.reference, self.page("/lookup?client=" + self.reference).ids["lately"]["text"])
        self.assertIn("Expected", self.page("/lookup?client=%3Cscript%3E", 400).ids["error"]["text"])

    def test_look_up_with_a_report(self):
        plain = self.page("/lookup?client=" + LISTED)
        self.assertNotIn("report", plain.ids, "asks up to 400 questions: only where it is wanted")
        link = plain.ids["make-report"]["href"]
        self.assertNotIn("make-report", self.page("/lookup?client=" + self.reference).ids)
        for language, words in (("en", ("is listed by", "mail.listed.example, both ways")), ("ja", ("に載っています", "正引きと逆引きの両方で"))):
            page = self.page(f"{link}&lang={language}")
            self.assertNotIn("make-report", page.ids)
            for word in words:
                self.assertIn(word, page.ids["report"]["text"], language)
            kinds = {(row["attributes"]["data-kind"], row["attributes"]["data-state"]) for row in page.rows if "data-kind" in row["attributes"]}
            self.assertLessEqual({("report.client.confirmed", "fine"), ("report.list.listed", "wrong"), ("report.now", "wrong")}, kinds)

    def test_a_report_of_hostile_records(self):
        hostile = 'v=spf1 <script>alert(1)</script> " onload=x'
        self.world.zone.tell(None, "listed.example", ["TXT", hostile])
        page = self.page(f"/lookup?client={LISTED}&report=1&helo=%3Cb%3E")
        self.assertIn(hostile, page.ids["report"]["text"])
        self.assertIn("HELO <b>", page.ids["report"]["text"])
        self.assertTrue(all("src" in script for script in page.scripts), page.scripts)

    def test_languages_and_files(self):
        self.assertIn("概要", self.page("/", **{"Accept-Language": "ja,en;q=0.3"}).text)
        self.assertIn("Overview", self.page("/", **{"Accept-Language": "de"}).text)
        for path in ("/assets/style.css", "/assets/script.js", "/assets/icon.svg", "/favicon.ico"):
            self.assertGreater(len(self.get(path)), 100, path)
        self.get("/?since=nonsense", 400)
        self.get("/api/v1/overview?since=nonsense", 400)


class StrangerTest(PageCase):
    def test_what_a_stranger_says_stays_text(self):
        self.world.ask(client_address=GREYLISTED, helo_name=HOSTILE, sender=HOSTILE + "@evil.example", recipient=HOSTILE)
        wait_for(lambda: HOSTILE in self.page("/verdicts").text, "the hostile verdict")
        for path in ("/", "/verdicts", "/lookup?client=" + GREYLISTED, "/?lang=ja"):
            page = self.page(path)
            self.assertIn(HOSTILE, page.text, path)
            self.assertEqual([script["src"] for script in page.scripts], ["/assets/script.js"], path)
        self.assertIn("default-src 'none'", self.headers["Content-Security-Policy"])


class HistoryTest(PageCase):
    def test_the_history_survives_a_restart(self):
        before = self.overview("?since=24h")["verdicts"]
        self.world.pass_time(3 * 3600)
        self.world.stop()
        self.world.start()
        self.assertEqual(self.overview("?since=24h")["verdicts"], before)
        self.assertEqual(sum(self.overview("?since=1h")["verdicts"].values()), 0)
        wait_for(lambda: self.overview("?since=24h")["networks"], "the newest verdicts are counted anew")


if __name__ == "__main__":
    main()
