"""What a million whitelist and blocklist entries cost: adding one by the tool, and looking up in them."""

import os
import subprocess
import time

from bench_stage import BUILD, Daemon, NameServer, median, run_json
from benchmarks import fill
from filled_stores import filled, take_store
from growth import figure

ENTRIES, EXPRESSIONS = 1_000_000, 1_000
ADDED = 100
PARTS = ("client", "name", "sender", "recipient")
TOOL = os.path.join(BUILD, "sekimorictl")


def whitelist(stage, args):
    """Both beside a daemon that runs; adding without and with verdicts that its advice is taken from."""
    document = filled("lists", entries=ENTRIES, expressions=EXPRESSIONS)
    daemon = Daemon(stage, NameServer(stage).port)
    take_store(daemon, document)
    daemon.start()

    def took_ms(*command):
        """The median of a command about one address after another."""
        times = []
        for number in range(ADDED):
            began = time.monotonic()
            subprocess.run([TOOL, "--config", daemon.config, *command, f"203.0.113.{number}"], check=True,
                           stdout=subprocess.DEVNULL)
            times.append((time.monotonic() - began) * 1000)
        return median(times)

    add = ("whitelist", "add", "--comment", "the partner called")
    added, shown = took_ms(*add), took_ms("whitelist", "show")
    fill(daemon, args.clients, "listed")
    advised = took_ms(*add)
    matched = run_json("match_lists", store=daemon.store, entries=ENTRIES)

    table = [
        figure("whitelist, adding one to a million, ms", added, "<=", 10, 1),
        (f"whitelist, with {args.clients} verdicts to advise from, ms", f"{advised:.1f}", "", "", "", True),
        ("whitelist, only showing one, ms", f"{shown:.1f}", "", "", "", True),
        *(figure(f"whitelist, matching a {part}, us", matched[part]["p50_us"], "<=", 5, 1) for part in PARTS),
        ("whitelist, the four together, us", f"{sum(matched[part]['p50_us'] for part in PARTS):.1f}", "", "", "", True),
    ]
    return table, {"added": added, "advised": advised, "shown": shown, "matched": matched, "store": document}
