"""Debian's Prometheus with the rules of contrib/, scraping a daemon under load; the dashboard beside a live /metrics."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

from scene import Scene, main
from stage import wait_for

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib")
RULES = os.path.join(CONTRIB, "prometheus", "rules.yml")
RULE_TESTS = [os.path.join(CONTRIB, "prometheus", name) for name in ("rules_test.yml", "rules_week_test.yml")]
OF_PROMETHEUS = {"ALERTS", "up"}
# There once something happened: the name, and its labels where it stands for itself.
ON_EVENT = {"sekimori_own_network_hides_clients", "sekimori_verdicts_last_hour", "sekimori_dnsbl_verdicts_total", "sekimori_dnsbl_answers_total",
            "sekimori_watch_listed", "sekimori_watch_problems", "sekimori_shared_trouble"}

CONFIG = """global: {{scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: sekimori
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def dashboard():
    with open(os.path.join(CONTRIB, "grafana", "sekimori.json"), encoding="utf-8") as file:
        return json.load(file)


def panels():
    return dashboard()["panels"]


def expressions():
    """(where, expression) of the dashboard and the rules."""
    for panel in panels():
        for target in panel.get("targets", []):
            yield f"panel {panel['title']}", target["expr"]
    for variable in dashboard()["templating"]["list"]:
        if "definition" in variable:
            yield f"variable {variable['name']}", variable["definition"]
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    for block in re.findall(r"(?m)^ +expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)", text):
        yield "rules.yml", block[0] or block[1]


def metrics_in(expression):
    """{name: {label: value}} of the selectors, equality matchers only; recorded names (with a colon) left out."""
    found = {}
    for name, labels in re.findall(r"\b((?:sekimori|process)_[a-z0-9_]+(?!:)\b|up\b|ALERTS\b)(?:\{([^}]*)\})?", expression):
        found.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"$]*)"', labels)))
    return found


class DashboardTest(unittest.TestCase):
    def test_it_is_of_the_classic_model(self):
        document = dashboard()
        self.assertIn(document["schemaVersion"], range(39, 42))
        self.assertEqual((document["id"], document["uid"]), (None, "sekimori-overview"))
        self.assertNotIn("__inputs", document)
        for panel in panels():
            for source in [panel.get("datasource"), *(target["datasource"] for target in panel.get("targets", []))]:
                if panel["type"] != "row":
                    self.assertEqual(source, {"type": "prometheus", "uid": "${datasource}"}, panel["title"])

    def test_each_panel_has_its_own_id_and_place(self):
        ids = [panel["id"] for panel in panels()]
        self.assertEqual(len(set(ids)), len(ids))
        for panel in panels():
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
        for one, other in itertools.combinations(panels(), 2):
            a, b = one["gridPos"], other["gridPos"]
            apart = (a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"])
            self.assertTrue(apart, f"{one['title']} and {other['title']} overlap")

    def test_the_rules_pass_their_own_tests(self):
        promtool = shutil.which("promtool")
        if not promtool:
            skip_loudly("promtool is not installed: scripts/packages test")
        for command in (["check", "rules", RULES], ["test", "rules", *RULE_TESTS]):
            done = subprocess.run([promtool, *command], capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_is_tested_and_says_what_to_do(self):
        with open(RULES, encoding="utf-8") as file:
            text = file.read()
        alerts = re.findall(r"(?s)- alert: (\w+)\n(.*?)(?=\n {6}- alert|\Z)", text)
        self.assertGreaterEqual(len(alerts), 14)
        tests = "".join(open(path, encoding="utf-8").read() for path in RULE_TESTS)
        for name, body in alerts:
            self.assertRegex(body, r"(?s)severity: (page|ticket).*summary: .+description: .+", name)
            self.assertIn(name, tests)


def skip_loudly(what):
    print(f"SKIPPED: {what}", file=sys.stderr)
    raise unittest.SkipTest(what)


class PrometheusTest(Scene):
    SENT = {"192.0.2.11": 30, "192.0.2.12": 20}

    @classmethod
    def setUpClass(cls):
        program = shutil.which("prometheus")
        if not program:
            skip_loudly("prometheus is not installed: scripts/packages test")
        super().setUpClass()
        cls.program = program

    def setUp(self):
        super().setUp()
        self.web = self.stage.free_port()
        config = self.stage.write("prometheus.yml", CONFIG.format(rules=os.path.abspath(RULES), port=self.daemon.http_port))
        storage = self.stage.path(f"prometheus{self.web}")
        self.prometheus = self.stage.start(f"prometheus{self.web}", [
            self.program, f"--config.file={config}", f"--storage.tsdb.path={storage}", f"--web.listen-address=127.0.0.1:{self.web}"])
        self.addCleanup(self.prometheus.stop)

    def api(self, path, **parameters):
        try:
            url = f"http://127.0.0.1:{self.web}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None  # it starts

    def value(self, expression):
        """The sum of what the expression gives now; None where that is nothing."""
        data = self.api("query", query=expression)
        return sum(float(row["value"][1]) for row in data["result"]) if data and data["result"] else None

    def load(self):
        for client, times in self.SENT.items():
            with self.daemon.connect() as connection:
                for _ in range(times):
                    connection.ask(client)

    def test_a_daemon_under_load_is_seen(self):
        wait_for(lambda: self.value('up{job="sekimori"}') == 1, lambda: f"the target to be up\n{self.prometheus.text()[-2000:]}")
        groups = self.api("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertGreaterEqual(len(rules), 16)
        self.load()
        sent = sum(self.SENT.values())
        # The dashboard's own expressions, as Grafana fills them in.
        shown = {target["legendFormat"]: target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
                 for panel in panels() for target in panel.get("targets", [])}
        wait_for(lambda: self.value(shown["refused or greylisted"]) is not None, "a first value")
        wait_for(lambda: self.value("sum(sekimori_verdicts_last_hour{action=~\"greylist|defer|reject|hold|discard\"})") == sent,
                 lambda: f"{sent} refused or greylisted, not {self.value('sekimori_verdicts_last_hour')}")
        away = next(target["expr"] for panel in panels() if panel["title"] == "Refused or greylisted, last hour" for target in panel["targets"])
        self.assertEqual(self.value(away.replace("$instance", ".*")), sent)
        wait_for(lambda: all(rule["health"] == "ok" for group in self.api("rules")["groups"] for rule in group["rules"]),
                 lambda: f"rules that can be evaluated: {self.api('rules')}")
        firing = [alert["labels"] for alert in self.api("alerts")["alerts"] if alert["state"] == "firing"]
        self.assertEqual(firing, [])
        for where, expression in expressions():
            expression = expression.replace("$instance", ".*").replace("$__rate_interval", "1m")
            if not expression.startswith("label_values"):
                self.assertIsNotNone(self.api("query", query=expression), f"{where}: {expression}")
        self.daemon.stop()
        wait_for(lambda: self.value('up{job="sekimori"}') == 0, "the target to be down")
        wait_for(lambda: any(alert["labels"]["alertname"] == "SekimoriDown" for alert in self.api("alerts")["alerts"]), "the alert")

    def test_every_metric_of_dashboard_and_rules_exists(self):
        self.load()
        self.daemon.wait_for_list()
        self.daemon.ask("192.0.2.20")  # listed
        page = self.daemon.http("/metrics")[1]
        live = re.findall(r"(?m)^([a-z]\w*)(?:\{(.*)\})? \S+$", page)
        by_name = {}
        for name, labels in live:
            by_name.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
        declared = set(re.findall(r"(?m)^# TYPE (\S+) ", page))
        self.assertGreater(len(list(expressions())), 40)
        for where, expression in expressions():
            for name, selectors in metrics_in(expression).items():
                if name in OF_PROMETHEUS:
                    continue
                if name in ON_EVENT:
                    self.assertIn(name, declared, where)
                    continue
                self.assertIn(name, by_name, f"{where}: {expression}")
                for wanted in selectors:
                    wanted = {label: value for label, value in wanted.items() if label not in ("job", "instance")}
                    self.assertTrue(any(wanted.items() <= labels.items() for labels in by_name[name]) or "action" in wanted,
                                    f"{where}: no series {name} with {wanted}")


if __name__ == "__main__":
    main()
