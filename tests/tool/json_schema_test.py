"""What every command prints with --json fits contrib/schema/sekimorictl.schema.json, and every command stands in it."""

import contextlib
import json
import os
import select
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from json_schema import faults
from tool_case import BLOCKED, CLEAN, GREYLISTED, LISTED, ROOT, ToolCase, main
from world import PATIENCE

WHY_PORT = 9141


class JsonSchemaTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.stop()
        cls.world.set("why", "listen", f'"{cls.world.host}:{WHY_PORT}"')
        cls.world.set("why", "requests", "true")
        cls.world.start()
        with open(os.path.join(ROOT, "contrib/schema/sekimorictl.schema.json"), encoding="utf-8") as file:
            cls.schema = json.load(file)
        cls.told = set()

    def check(self, command, document, expected=True):
        """Does the document fit what is said of `command`?"""
        errors = faults(document, self.schema["properties"][command], self.schema)
        self.assertEqual(not errors, expected, f"{command}: {errors}\n{json.dumps(document)[:2000]}")

    def tell(self, command, *arguments, status=0, text=None):
        """Runs it with --json; the document, which must fit."""
        done = self.run_tool("--json", *command.split(), *arguments, text=text)
        self.assertEqual(done.returncode, status, f"{command} {arguments}: {done.stderr}")
        document = json.loads(done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1, f"{command}: one line")
        self.check(command, document)
        self.told.add(command)
        return document

    def test_every_command_prints_what_the_schema_says(self):
        for kind in ("whitelist", "blocklist"):
            self.tell(f"{kind} add", "192.0.2.9", "--comment", "a \u95a2 comment", "--expires", "1h")
            self.assertTrue(self.tell(f"{kind} add", "192.0.2.9")["entries"][0]["replaced"])
            self.tell(f"{kind} show", "192.0.2.9")
            self.tell(f"{kind} list")
            self.tell(f"{kind} export")
            self.tell(f"{kind} remove", "192.0.2.9")
            self.tell(f"{kind} import", "-", text="192.0.2.10 # a comment\n")
        self.tell("audit undo", str(self.tell("audit")["changes"][-1]["number"]))
        for change in (("allow", "ann@ours.example", "--recipients-per-day", "900", "--until", "7d"),
                       ("lock", "ann@ours.example"), ("release", "ann@ours.example"), ("forget", "bob@ours.example")):
            self.tell(f"outbound {change[0]}", *change[1:])
        with tempfile.TemporaryDirectory() as folder:
            self.tell("shared status")
            self.tell("shared new-key", os.path.join(folder, "key"))
        self.tell("outbound")
        self.tell("forwards", "-", text="team: joe@there.example, gone, /dev/null, :include:/none\nteams: team, team\n")
        self.tell("outbound", "ann@ours.example")
        for line in self.run_tool("audit", "export").stdout.splitlines():
            self.check("audit export", json.loads(line))
        self.told.add("audit export")
        for subject in (self.reference, GREYLISTED, LISTED, BLOCKED, CLEAN, "::1", "2001:db8::1"):
            self.tell("explain", subject)
        self.assertEqual(self.tell("spf", "--client", CLEAN, "--sender", "a@sender.example")["lookups"], 0)
        for subject in (CLEAN, "mail.listed.example", "ann@partner.example", "2001:db8::1"):
            self.tell("report", subject)
        self.assertEqual(len(self.tell("verdicts")["verdicts"]), 3)
        self.tell("verdicts", "--reason", "helo")
        self.tell("unblock", self.reference, "--dry-run")
        self.tell_requests()
        self.tell("suggest")
        self.tell("suggest", "--apply", "30")
        self.tell("greylist list")
        self.tell("greylist list", "--auto")
        self.tell("greylist stats")
        self.tell("greylist show", GREYLISTED)
        self.tell("greylist remove", GREYLISTED)
        self.tell("cache stats")
        self.tell("cache show", LISTED)
        self.tell("cache forget", LISTED)
        self.tell("cache warm", "-", text=f"{LISTED}\n")
        self.tell("cache flush")
        self.tell("unblock", "@sender.example", status=1)
        self.tell("watch")
        self.tell("watch", "--suggest")
        suggestion = self.tell("watch", "--postconf", "-", text="mynetworks = 127.0.0.0/8 198.51.100.7 198.51.100.8/32\n")
        self.assertEqual(suggestion["addresses"], ["198.51.100.7", "198.51.100.8"])
        self.tell("dnsbl status")
        self.tell("dnsbl test", status=1)
        self.tell("status")
        self.tell("reload")
        self.tell("stats")
        self.tell("ask", "--client", CLEAN)
        self.tell("names", "-", text="192.0.2.1\thost-192-0-2-1.adsl.example\n192.0.2.2\tmail.example\n")
        self.tell("check-config")
        self.tell("setup", "--resolver", "127.0.0.1", "--postconf", "/dev/null")
        self.tell("postfix", "-", text="mail_version = 3.7.11\nsmtpd_milters = inet:localhost:11332\n")
        self.tell_imports()
        self.tell_backup_and_restore()
        commands = {" ".join(path) for path, _ in self.commands()}
        self.assertEqual(commands - set(self.schema["properties"]), set(), "commands without a schema")
        self.assertEqual(set(self.schema["properties"]) - commands, set(), "schemas without a command")
        # These read the project's own data: their documents are checked where those are.
        self.assertEqual(commands - self.told - {"evaluate", "replay"}, set(), "commands that were not tried")

    def tell_requests(self):
        reference = self.turned_away("198.51.100.50")  # of another network than what greylist shows
        for decision in ("refuse", "allow"):
            body = urllib.parse.urlencode({"text": "we are a school \u5b66\u6821"}).encode()
            # The second time it was asked already.
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://{self.world.host}:{WHY_PORT}/why/{reference}", body, timeout=PATIENCE).close()
            self.assertEqual(len(self.tell("requests list", "--all")["requests"]), 1)
            self.tell(f"requests {decision}", reference)

    def tell_imports(self):
        sql = "".join(f"CREATE TABLE {name} (src);\n" for name in ("connect", "from_awl", "domain_awl"))
        for kind, text in (("postgrey", "VERSION=3\nHEADER=END\n 61\n 62\nDATA=END\n"), ("sqlgrey", sql),
                           ("milter-greylist", "192.0.2.1 <a@b.example> <c@d.example> 7 AUTO\n"),
                           ("postgrey-clients", "partner.example\n"), ("postgrey-recipients", "postmaster@\n"),
                           ("access", "192.0.2.1 OK\n192.0.2.2 DUNNO\n"), ("cidr", "192.0.2.0/24 OK\n"),
                           ("regexp", "/^mail/ OK\n"), ("list", "192.0.2.3\n")):
            self.tell(f"import {kind}", "-", text=text)
        self.tell("import postscreen", "-", text="postscreen_dnsbl_sites = zen.spamhaus.org*3, list.dnswl.org*-2\n")

    def tell_backup_and_restore(self):
        copy, restored = (self.world.stage.path(name) for name in ("copy", "restored"))
        self.tell("backup", copy)
        config = self.world.stage.path("restored.toml")
        self.world.write(config, f'store.directory = "{restored}"\n')
        done = self.run_tool("--json", "restore", "--from", copy, config=config)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check("restore", json.loads(done.stdout))
        self.told.add("restore")

    def test_the_schema_notices_what_does_not_fit(self):
        self.check("greylist remove", {"removed": -1}, expected=False)
        self.check("greylist remove", {}, expected=False)
        self.check("audit undo", {"undone": {}, "entry": None}, expected=False)

    def test_followed_verdicts_are_a_document_a_line(self):
        with subprocess.Popen(self.command("--json", "verdicts", "--follow"), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, env=self.environment(), text=True) as process:
            document = None
            try:
                # It looks once a second: mail goes on coming until it was seen.
                for number in range(1, 100):
                    self.turned_away(f"198.51.100.{number}")
                    if select.select([process.stdout], [], [], 0.5)[0]:
                        document = json.loads(process.stdout.readline())
                        break
            finally:
                process.terminate()
        self.assertTrue(document, "nothing was printed")
        self.check("verdicts", {"verdicts": [document]})


if __name__ == "__main__":
    main()
