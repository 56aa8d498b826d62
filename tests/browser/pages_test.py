"""The pages for those who run the server, in Debian's Chromium: a daemon with real traffic, and pages.mjs, which looks.

usage: as browser_case.py says; and
       pages_test.py --build DIR --readme     writes contrib/screenshots/, after a day of traffic, and tests nothing
"""

import json
import math
import os
import random
import re
import sys
import urllib.parse
import urllib.request

from browser_case import HERE, World, arguments, close, find_tools, look, reference_of
from world import HTTP_PORT, wait_for

README_SCREENSHOTS = os.path.join(HERE, "..", "..", "contrib", "screenshots")
TOKEN = "a-token-of-this-test-only-0123456789"
CLEAN, LISTED, HOSTILE = "203.0.113.4", "203.0.113.2", "203.0.113.66"
GREYLISTED = [f"198.51.100.{number}" for number in range(1, 8)]
HOSTILE_HELO = "<img src=x onerror=alert(1)>"
HOSTILE_SENDER = '"><script>alert(2)</script>"@evil.example'
HOSTILE_REQUEST = "<b>please</b> <img src=x onerror=alert(3)> https://spam.example"
WHY_PORT = 9141


def make_world(build, takes_requests):
    world = World(build)
    zone = world.zone
    for address, name in ((CLEAN, "mail.clean.example"), (LISTED, "mail.listed.example")):
        reverse = ".".join(reversed(address.split(".")))
        zone.tell(None, f"{reverse}.in-addr.arpa", ["PTR", name])
        zone.tell(None, name, ["A", address])
    zone.tell(None, "2.113.0.203.zen.example", ["A", "127.0.0.2"])
    token = world.stage.write(world.stage.path("token"), TOKEN + "\n")
    os.chmod(token, 0o640)
    world.set("dnsbl", "sites", '["zen.example*8", "quiet.example*3"]')
    world.set("policy", "reject", "8")
    world.set("policy", "defer", '"off"')
    world.set("http", "token_file", f'"{token}"')
    if takes_requests:
        world.set("why", "listen", f'"{world.host}:{WHY_PORT}"')
        world.set("why", "requests", "true")
        world.set("greylist", "delay", '"1h"')  # longer than the browser takes, however busy the machine is
    world.start()
    return world


def page(world, path):
    with urllib.request.urlopen(f"http://{world.host}:{HTTP_PORT}{path}", timeout=20) as answer:
        return answer.read().decode()


def ask_to_be_let_in(world, reference, text):
    form = urllib.parse.urlencode({"text": text}).encode()
    with urllib.request.urlopen(f"http://{world.host}:{WHY_PORT}/why/{reference}", form, timeout=20) as answer:
        if "We have received your request" not in answer.read().decode():
            raise AssertionError(f"the request for {reference} was not taken")


def send_traffic(world):
    """Asks as Postfix would, in two minutes; returns what the pages have to show."""
    passed = 0

    def pass_one():
        nonlocal passed
        world.ask(client_address=CLEAN)
        passed += 1

    def is_of_two_minutes():
        pass_one()
        bars = re.search(r'<path class="bar a-pass" d="([^"]*)"', page(world, "/?since=1h"))
        return bars and bars[1].count("M") == 2

    for _ in range(5):
        pass_one()
    # The history is kept by minutes: what came until the daemon sees that one has ended belongs to it.
    wait_for(lambda: f'id="figure-all" data-value="{passed}"' in page(world, "/?since=1h"), "the history")
    world.pass_time(60)
    wait_for(is_of_two_minutes, "a new minute")
    greylisted = [reference_of(world.ask(client_address=client)) for client in GREYLISTED]
    refused = reference_of(world.ask(client_address=LISTED, sender="someone@partner.example"))
    hostile = reference_of(world.ask(client_address=HOSTILE, helo_name=HOSTILE_HELO, sender=HOSTILE_SENDER))
    for reference in (*greylisted, refused, hostile):
        wait_for(lambda reference=reference: reference in world.tool(["verdicts", "--reference", reference])[1], f"{reference} in the journal")
    world.tool(["whitelist", "add", GREYLISTED[2], "--comment", "ticket 9", "--by", "the postmaster"])
    ask_to_be_let_in(world, refused, "We are a school.")
    ask_to_be_let_in(world, hostile, HOSTILE_REQUEST)
    return {"all": passed + len(GREYLISTED) + 2, "passed": passed, "greylisted": len(GREYLISTED) + 1, "refused": 1,
            "references": greylisted, "refusedReference": refused, "hostileReference": hostile, "client": GREYLISTED[0], "listed": LISTED,
            "hostileRequest": HOSTILE_REQUEST, "hostileHelo": HOSTILE_HELO, "hostileSender": HOSTILE_SENDER}


class Day:
    """A day of mail as it comes: partners, new servers that come back, and what nobody wants, in waves."""

    STEP = 600  # a column of the plot

    def __init__(self, world):
        self.world = world
        self.chance = random.Random(3)
        self.waiting = []  # greylisted mail that will come back

    def columns(self):
        bars = re.search(r'<path class="bar a-pass" d="([^"]*)"', page(self.world, "/?since=24h"))
        return bars[1].count("M") if bars else 0

    def pass_step(self, seconds):
        """Returns when the history has begun a new row."""
        before = self.columns()
        self.world.pass_time(seconds)

        def has_begun():
            self.world.ask(client_address=CLEAN)
            return self.columns() > before

        wait_for(has_begun, "a new column")

    def send(self, wave):
        chance, world = self.chance, self.world
        again, self.waiting = self.waiting, []
        for mail in again:
            world.ask(**mail)
        for _ in range(int(4 + 9 * wave + chance.random())):
            world.ask(client_address=CLEAN, sender=f"news{chance.randrange(40)}@clean.example")
        for _ in range(int(3 * wave + chance.random())):
            number = chance.randrange(1 << 16)
            mail = {"client_address": f"198.18.{number >> 8}.{number & 255}", "helo_name": "localhost.localdomain",
                    "sender": f"offer{number}@offers{number % 9}.example"}
            world.ask(**mail)
            if chance.random() < 0.25:
                self.waiting.append(mail)
        for _ in range(int(1.5 * wave + chance.random())):
            number = chance.randrange(1, 250)
            world.zone.tell(None, f"{number}.2.0.192.zen.example", ["A", "127.0.0.2"])
            world.ask(client_address=f"192.0.2.{number}", sender=f"win@prizes{chance.randrange(6)}.example")


def send_a_day(world):
    day = Day(world)
    for step in range(140):  # the oldest column is still shown
        day.send(1 + math.sin((step / 6 - 8) / 24 * 2 * math.pi) + (1.5 if 86 <= step <= 91 else 0))
        day.pass_step(day.STEP)
    refused = reference_of(world.ask(client_address=LISTED, helo_name="mail.listed.example", sender="orders@partner.example"))
    wait_for(lambda: refused in world.tool(["verdicts", "--reference", refused])[1], f"{refused} in the journal")
    return {"refusedReference": refused}


def main():
    chosen = arguments()
    tools = find_tools()
    world = make_world(chosen.build, not chosen.readme)
    try:
        sent = send_a_day(world) if chosen.readme else send_traffic(world)
        screenshots = README_SCREENSHOTS if chosen.readme else chosen.screenshots or os.path.join(chosen.build, "browser")
        status = look("pages", tools, screenshots, chosen, {"base": f"http://{world.host}:{HTTP_PORT}", "token": TOKEN, "sent": sent})
        if status == 0 and not chosen.only and not chosen.readme:
            check_afterwards(world)
        return status
    finally:
        close(world)


def document_of(world, *arguments):
    """What the tool prints: one line, and warnings behind it."""
    return json.loads(world.tool(["--json", *arguments])[1].splitlines()[0])


def check_afterwards(world):
    """What was changed in the browser holds for Postfix, and is told with its author."""
    answer = world.ask(client_address=GREYLISTED[0])
    if answer != "DUNNO":
        raise AssertionError(f"{GREYLISTED[0]} was whitelisted in the browser, and is answered {answer}")
    answer = world.ask(client_address=GREYLISTED[1])
    if "Greylisted" not in answer:
        raise AssertionError(f"{GREYLISTED[1]} was whitelisted and taken out again in the browser, and is answered {answer}")
    answer = world.ask(client_address=LISTED)
    if answer != "DUNNO":
        raise AssertionError(f"{LISTED} was let in at its request, and is answered {answer}")
    states = {request["id"]: request["state"] for request in document_of(world, "requests", "list", "--all")["requests"]}
    if sorted(states.values()) != ["allowed", "refused"]:
        raise AssertionError(f"one request was allowed and one refused in the browser: {states}")
    replaced = document_of(world, "whitelist", "show", GREYLISTED[2])
    if (replaced["comment"], replaced["author"]) != ("ticket 9", "the postmaster"):
        raise AssertionError(f"the entry that was replaced and put back in the browser is another: {replaced}")
    audit = world.tool(["audit"])[1]
    if "browser-test" not in audit:
        raise AssertionError(f"the author is not in the audit:\n{audit}")


if __name__ == "__main__":
    sys.exit(main())
