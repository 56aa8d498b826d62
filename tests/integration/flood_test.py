"""A flood of first sights, three times as many as may wait and as the journal holds, beside honest senders, one in
three hundred: nearly all pass when they come back, and the references that they were given are found.  With
SEKIMORI_FLOOD_LIMIT=20000 there are 60,000 beside 400."""

import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from scene import Scene, main  # noqa: E402
from world import World  # noqa: E402

LIMIT = int(os.environ.get("SEKIMORI_FLOOD_LIMIT", "4000"))
FLOOD = 3 * LIMIT
HONEST = LIMIT // 100
CONNECTIONS = 200
# What goes is drawn from samples, and of few rows a draw differs more.
LEAST = 0.95 if LIMIT >= 20000 else 0.8


def consecutive_24(number):
    return f"20.{number // 256 % 256}.{number % 256}.9"


def spread_24(number):
    """Over the whole space, as a botnet is."""
    first = random.Random(number).choice([octet for octet in range(11, 224) if octet not in (127, 169, 172, 192)])
    return f"{first}.{number // 256 % 256}.{number % 256}.9"


FLOODS = {
    "one /24, invented senders": lambda number: "20.0.0.9",
    "100 /24": lambda number: f"20.0.{number % 100}.9",
    "/24 in a row": consecutive_24,
    "/24 of everywhere": spread_24,
    "/64 of one /48": lambda number: f"2001:db8:7:{number % 65536:x}::9",
    "/64 of one /32": lambda number: f"2001:db8:{number % 256:x}:{number:x}::9",
    "/32 of everywhere": lambda number: f"2{number // 256 % 256:03x}:{number % 256:x}::9",
}


def letters(number):
    """Digits alone would be one sender for the greylist."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(4))


def honest_client(number):
    return f"198.{51 + number // 100}.{number % 100}.5"


class FloodTest(unittest.TestCase):
    worlds = 0

    def setUp(self):
        FloodTest.worlds += 1
        self.world = World(Scene.BUILD, FloodTest.worlds)
        self.addCleanup(self.world.close)
        self.world.set("greylist", "max_pending", LIMIT)
        self.world.set("journal", "max_verdicts", LIMIT)
        self.world.set("policy_service", "answer_within", '"30s"')  # nothing fails open because the machine is busy
        self.world.start()
        self.connections = [self.world.connect() for _ in range(CONNECTIONS)]
        for connection in self.connections:
            self.addCleanup(connection.close)

    def ask_all(self, requests):
        """The answers, in order; as many requests at a time as there are connections."""
        answers = []
        for start in range(0, len(requests), CONNECTIONS):
            part = requests[start:start + CONNECTIONS]
            for connection, request in zip(self.connections, part):
                connection.send(**request)
            answers += [connection.receive() for connection, _ in zip(self.connections, part)]
        return answers

    def greylist_all(self, requests):
        answers = self.ask_all(requests)
        for answer in answers:
            self.assertTrue(answer.startswith("DEFER_IF_PERMIT"), answer)
        return [re.search(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", answer)[1] for answer in answers]

    @staticmethod
    def honest(numbers):
        return [{"client_address": honest_client(number), "sender": f"someone@sender{number}.example"}
                for number in numbers]

    def flood(self, client_of, numbers):
        answers = self.ask_all([{"client_address": client_of(number), "sender": f"{letters(number)}@flood.example"}
                                for number in numbers])
        deferred = sum(answer.startswith("DEFER_IF_PERMIT") for answer in answers)
        self.assertGreaterEqual(deferred, 0.95 * len(answers))

    def found(self, references):
        return [self.world.tool(["explain", reference])[0] == 0 for reference in references]

    def run_flood(self, client_of):
        """How many of the honest senders that came before, during and after the flood pass, and how many of the first
        20 references are found."""
        half = HONEST // 2
        before, during, after = range(HONEST), range(HONEST, HONEST + half), range(HONEST + half, 2 * HONEST)
        references = self.greylist_all(self.honest(before))
        self.world.pass_time(61)  # verdicts of the flood's own minute may go with it: time is all that tells them apart
        self.flood(client_of, range(FLOOD // 2))
        self.greylist_all(self.honest(during))
        self.flood(client_of, range(FLOOD // 2, FLOOD))
        self.greylist_all(self.honest(after))
        found = sum(self.found(references[:20]))  # before anybody comes back: a retry may write its verdict again
        self.world.pass_time(300)
        passes = [sum(not answer.startswith("DEFER") for answer in self.ask_all(self.honest(numbers)))
                  for numbers in (before, during, after)]
        return passes, found


def add_test(name, client_of):
    def test(self):
        passes, found = self.run_flood(client_of)
        waiting = self.world.metric('sekimori_store_entries{table="waiting"}')
        print(f"\n{FLOOD} first sights of {name}: of {HONEST}, {HONEST // 2} and {HONEST // 2} honest senders before, "
              f"during and after them {passes} pass; {found} of 20 references are found; {waiting:.0f} triplets wait")
        for count, of in zip(passes, (HONEST, HONEST // 2, HONEST // 2)):
            self.assertGreaterEqual(count, LEAST * of)
        self.assertGreaterEqual(found, 20 * LEAST)
        self.assertLessEqual(waiting, LIMIT + 2000)

    setattr(FloodTest, "test_" + re.sub(r"\W+", "_", name), test)


for flood_name, flood_clients in FLOODS.items():
    add_test(flood_name, flood_clients)

if __name__ == "__main__":
    main()
