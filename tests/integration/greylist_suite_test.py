"""Greylisting as other programs test it: scenarios of postgrey, bley, mtpolicyd and Haraka's plugin, played against the
daemon (tests/data)."""

import argparse
import ipaddress
import itertools
import json
import os
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SUITE = os.path.join(ROOT, "tests", "data", "greylist_scenarios.json")
sys.path.insert(0, os.path.join(ROOT, "tests", "scenarios"))

from world import World  # noqa: E402

NUMBERS = itertools.count()  # of worlds: each on an address of its own

# (scenario, t) -> what we answer instead, and why.
DIFFERENCES = {
    ("mtpolicyd auto-whitelist", 2000): ("DEFER", "passes count at most once an hour: five in half an hour are one"),
}


# The two entries of postgrey's own list that its scenario is about.
POSTGREY_CLIENTS = """\
# two networks
outlook.com
195.235.39
"""


class GreylistSuiteTest(unittest.TestCase):
    BUILD = "build-dev"

    def make_world(self):
        """Everyone is greylisted, as those programs do: no score lets a client in."""
        world = World(self.BUILD, next(NUMBERS))
        self.addCleanup(world.close)
        world.set("policy", "own_networks", "[]")
        world.set("policy", "tag", '"off"')
        world.set("policy", "greylist", "0")
        world.set("greylist", "delay", '"5m"')
        return world

    @staticmethod
    def publish(world, address, name):
        """What makes the name a confirmed one; localhost is nobody's."""
        if name in ("unknown", "localhost"):
            return
        world.zone.tell(None, ipaddress.ip_address(address).reverse_pointer, ["PTR", name])
        world.zone.tell(None, name, ["AAAA" if ":" in address else "A", address])

    def assert_is(self, expect, answer, where):
        turned_away = answer.startswith(("DEFER", "REJECT"))
        if expect in ("PASS", "DUNNO"):
            self.assertFalse(turned_away, f"{where}: {answer}")
        else:
            self.assertTrue(answer.startswith(expect), f"{where}: {answer}")

    def test_scenarios_of_other_programs(self):
        with open(SUITE, encoding="utf-8") as file:
            scenarios = json.load(file)["scenarios"]
        self.assertGreater(len(scenarios), 0)
        for scenario in scenarios:
            with self.subTest(scenario["name"]):
                self.play(scenario)

    def play(self, scenario):
        world = self.make_world()
        for step in scenario["steps"]:
            if "client_name" in step["req"]:
                self.publish(world, step["req"]["client_address"], step["req"]["client_name"])
        world.start()
        if "client_whitelist_file" in scenario.get("config", {}):
            world.write("clients", POSTGREY_CLIENTS)
            status, said = world.tool(["import", "postgrey-clients", world.stage.path("clients")])
            self.assertEqual(status, 0, said)
        now = 0
        for step in scenario["steps"]:
            world.pass_time(step["t"] - now)
            now = step["t"]
            where = f"{scenario['name']} at {now}"
            expect, reason = DIFFERENCES.get((scenario["name"], now), (step["expect"], ""))
            if reason:
                print(f"{where}: {step['expect']} there, {expect} here: {reason}")
            self.assert_is(expect, world.ask(**step["req"]), where)

    def test_lists_match_as_harakas_do(self):
        with open(SUITE, encoding="utf-8") as file:
            matching = json.load(file)["list_matching"]
        addresses, names = matching["ip_in_list"], matching["domain_suffix"]
        world = self.make_world()
        clients = {name: f"198.51.100.{number}" for number, name in enumerate(names["true"] + names["false"], 1)}
        for name, client in clients.items():
            self.publish(world, client, name)
        world.start()
        for network in addresses["list"]:
            # Ours refuses bits behind the prefix, as they may be a slip; Haraka ignores them.
            self.add(world, str(ipaddress.ip_network(network, strict=False)))
        for domain in names["list"]:
            self.add(world, f".{domain}")
        for address in addresses["true"]:
            self.assert_is("PASS", world.ask(client_address=address), address)
        self.assert_is("DEFER", world.ask(client_address="192.0.2.99"), "192.0.2.99")
        for name, client in clients.items():
            expect = "PASS" if name in names["true"] else "DEFER"
            self.assert_is(expect, world.ask(client_address=client), name)

    def add(self, world, target):
        status, said = world.tool(["whitelist", "add", target])
        self.assertEqual(status, 0, said)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", default=GreylistSuiteTest.BUILD)
    arguments, rest = parser.parse_known_args()
    GreylistSuiteTest.BUILD = os.path.abspath(arguments.build)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
