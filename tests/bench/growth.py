"""What years of mail cost: 10 million triplets and 1 million clients next to an empty store, and their expiry."""

import functools
import os
import tempfile

from bench_stage import Daemon, NameServer, measured, median, run_json
from benchmarks import compare, fill, row
from filled_stores import copy_store, filled, take_store

CLIENTS, CONFIRMED, WAITING = 1_000_000, 9_000_000, 1_000_000
DELAY = 240  # seconds: longer than the greylist's
RAM_DISK = "/dev/shm"
REMEMBER = 36 * 86400


def figure(name, value, sign, goal, digits=0):
    is_reached = value <= goal if sign == "<=" else value >= goal
    return (name, f"{value:.{digits}f}", "", "", f"{sign} {goal}", is_reached)


def full_store():
    return filled("full", clients=CLIENTS, confirmed=CONFIRMED, waiting=WAITING)


def growth(stage, args):
    """Speed of clean clients and known triplets, memory, start and file length, next to an empty store."""
    document, waiting = full_store(), filled("waiting", waiting=WAITING)
    name_server = NameServer(stage)
    full, empty = Daemon(stage, name_server.port, "full"), Daemon(stage, name_server.port, "empty")
    take_store(full, document)
    starts = []
    for _ in range(args.rounds):
        starts.append(full.start())
        full.stop()
    for daemon in (full, empty):
        daemon.start()
        fill(daemon, args.clients, "clean")
        fill(daemon, args.clients, "known")
        daemon.pass_time(daemon.time_ahead + DELAY)
        fill(daemon, args.clients, "known")

    results = {}
    for kinds in ("clean", "known"):
        wanted = {"kinds": kinds, "clients": args.clients, "order": "zipf", "connections": args.connections,
                  "seconds": args.seconds}
        results[kinds] = compare(args.rounds, functools.partial(measured, full.process, full.tcp, **wanted),
                                 functools.partial(measured, empty.process, empty.tcp, **wanted))
    # The store's own million, where the others ask for a few thousand: no goal, but the truth.
    million = {**wanted, "kinds": "remembered", "clients": CLIENTS}
    results["million"] = compare(args.rounds, functools.partial(measured, full.process, full.tcp, **million),
                                 functools.partial(measured, empty.process, empty.tcp, **{**wanted, "kinds": "clean"}))
    beside = {"cpu_us": None, "p99_us": None}
    table = [
        *row("growth clean", results["clean"], {"per_second": (">=", 0.9), **beside}),
        *row("growth known", results["known"], {"per_second": (">=", 0.8), **beside}),
        *row("growth clean, a million ask,", results["million"], {"per_second": None, "cpu_us": None}),
        figure("bytes of file a confirmed key", document["confirmed_bytes"] / CONFIRMED, "<=", 160),
        figure("bytes of file a waiting key", waiting["records_bytes"] / WAITING, "<=", 320),
        figure("private memory, MiB", full.own_bytes() / 2**20, "<=", 64, 1),
        figure("growth ready after ms", median(starts) * 1000, "<=", 300),
    ]
    return table, {"results": results, "starts": starts, "store": document}


def sweep(stage, args):
    """One walk of the expiry through everything: what a step takes, and what requests notice of it.

    The steps run on a RAM disk where there is one: a commit costs them as much as it costs every other.
    """
    document = full_store()
    table, steps = [], {}
    for name, days in (("nothing ended", 0), ("all ended", 40)):
        with tempfile.TemporaryDirectory(prefix="sekimori-", dir=RAM_DISK if os.path.isdir(RAM_DISK) else None) as ram:
            copy_store(document, f"{ram}/store")
            result = steps[name] = run_json("sweep", store=f"{ram}/store", at=document["filled_at"] + days * 86400)
        table.append(figure(f"sweep, {name}: longest step, processor ms", result["cpu_max_us"] / 1000, "<=", 5, 2))
        table.append((f"sweep, {name}: whole walk, s", f"{result['seconds']:.1f}", "", "", "", True))

    name_server = NameServer(stage)
    full, empty = Daemon(stage, name_server.port, "full"), Daemon(stage, name_server.port, "empty")
    take_store(full, document)
    full.pass_time(full.time_ahead + REMEMBER + 4 * 86400)
    for daemon in (full, empty):
        daemon.start()
        for kinds in ("clean", "new"):
            fill(daemon, args.clients, kinds)
    requests = {"clients": args.clients, "order": "zipf", "connections": args.connections, "rate": args.rate or 2000,
                "seconds": args.seconds}
    for kinds in ("clean", "new"):
        result = compare(args.rounds, functools.partial(measured, full.process, full.tcp, kinds=kinds, **requests),
                         functools.partial(measured, empty.process, empty.tcp, kinds=kinds, **requests))
        steps[f"{kinds} clients beside the sweep"] = result
        cost = median([(our["max_us"] - their["max_us"]) / 1000 for our, their in result["pairs"]])
        table += row(f"sweep, {kinds} clients", result, {"p50_us": None, "p99_us": None})
        table.append(figure(f"sweep, {kinds} clients: ms more for the longest answer", cost, "<=", 5, 1))
    ended = full.metric('^sekimori_store_entries.*triplets')
    table.append(("sweep, triplets when that was measured", f"{ended:.0f}", f"{CONFIRMED + WAITING}", "", "", True))
    return table, {"steps": steps}
