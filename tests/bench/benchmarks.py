"""The benchmarks themselves: each returns its table and its document."""

import concurrent.futures

from bench_stage import LISTS, BareServer, Daemon, ListServer, NameServer, load, measured, median, run_json, wait_for
from filled_stores import filled, take_store

IDLE = 10000
STATED_RATE = 5000  # a second: processor time per request means little without it

MIX = "clean:70,whitelisted:10,known:15,listed:5"


def fill(daemon, clients, kinds):
    """Everything about these clients becomes known; triplets are seen, and seen again after their delay."""
    load(daemon.tcp, kinds=kinds, clients=clients, order="sequence", requests=count_of(daemon, kinds, clients))
    daemon.wait_until_written()


def count_of(daemon, kinds, clients):
    """How many clients a draw has: one request tells."""
    return load(daemon.tcp, kinds=kinds, clients=clients, order="sequence", requests=1, connections=1)["clients"]


def compare(rounds, ours, bare):
    """Both sides in alternation, who comes first changing each time; the ratios pair by pair."""
    pairs = []
    for number in range(rounds):
        first, second = (ours, bare) if number % 2 == 0 else (bare, ours)
        results = {first: first(), second: second()}
        pairs.append((results[ours], results[bare]))
    ratios = {key: median([our[key] / their[key] for our, their in pairs])
              for key in ("per_second", "cpu_us", "p50_us", "p99_us")}
    medians = [{key: median([pair[side][key] for pair in pairs]) for key in ratios} for side in (0, 1)]
    return {"ratios": ratios, "ours": medians[0], "bare": medians[1], "pairs": pairs}


def row(name, result, goals):
    """One line a figure: name, ours, bare, ratio, and the goal, if any, with whether it is reached."""
    lines = []
    for key, wanted in goals.items():
        ratio = result["ratios"][key]
        sign, goal = wanted or ("", "")
        is_reached = not wanted or (ratio >= goal if sign == ">=" else ratio <= goal)
        lines.append((f"{name} {key}", f"{result['ours'][key]:.1f}", f"{result['bare'][key]:.1f}", f"{ratio:.2f}",
                      f"{sign} {goal}".strip(), is_reached))
    return lines


def warm(stage, args):
    """Clients that are known already, over TCP and UNIX, next to the bare server.

    The mix runs beside the clean clients alone, and once more with a log that nobody keeps.
    """
    daemon = Daemon(stage, NameServer(stage).port)
    daemon.start()
    bare = BareServer(stage)
    fill(daemon, args.clients, "clean")
    if args.mix:
        fill(daemon, args.clients, MIX)
        daemon.tool("whitelist", "import", stage.write("whitelist", whitelist()))
        daemon.pass_time(240)
        fill(daemon, args.clients, MIX)

    table, document = [], {}

    def measure(name, kinds, transport, goals, rate=args.rate):
        ours, theirs = getattr(daemon, transport), getattr(bare, transport)
        wanted = {"kinds": kinds, "clients": args.clients, "order": "zipf", "connections": args.connections,
                  "seconds": args.seconds, "rate": rate}
        result = compare(args.rounds, lambda: measured(daemon.process, ours, **wanted),
                         lambda: measured(bare.process(theirs), theirs, **wanted))
        document[f"{name} {transport}"] = result
        table.extend(row(f"warm {name} {transport}", result, goals))

    for transport, clean_goals in (("tcp", goals_of(0.85, 1.3)), ("unix", goals_of(0.70))):
        measure("clean", "clean", transport, clean_goals)
        if args.mix:
            measure("mix", MIX, transport, goals_of(0.75, 1.6))
    measure(f"clean at {STATED_RATE}/s", "clean", "tcp", {"cpu_us": ("<=", 1.3)}, STATED_RATE)
    if args.mix:
        measure(f"mix at {STATED_RATE}/s", MIX, "tcp", {"cpu_us": ("<=", 1.6)}, STATED_RATE)
        daemon.stop()
        daemon.start(logs=False)
        for transport in ("tcp", "unix"):
            measure("mix, log off,", MIX, transport, {"per_second": None, "cpu_us": None, "p99_us": None})
    return table, document


def goals_of(speed, work=None):
    return {"per_second": (">=", speed), "cpu_us": work and ("<=", work), "p99_us": ("<=", 1.5)}


def whitelist():
    """1,000 networks of 16 addresses: the whitelisted clients of population.cc."""
    return "".join(f"198.19.{20 + (i >> 4)}.{(i & 15) * 16}/28\n" for i in range(1000))


def cold(stage, args):
    """Clients never seen before, next to a bare c-ares loop: by rbldnsd nobody has a name and everybody is asked about
    on each list; by our own name server, which has no goal, everybody has a confirmed name besides."""
    nameless = "[points]\nno_ptr = 0\nhelo_unrelated = 0\n"
    table, document = cold_against(stage, args, ListServer(stage).port, len(LISTS) + 1, nameless)
    more, beside = cold_against(stage, args, NameServer(stage).port, len(LISTS) + 2, "")
    table += [(f"with names: {name}", ours, bare, ratio, "", True) for name, ours, bare, ratio, _, _ in more]
    return table, {"rbldnsd": document, "with names": beside}


def cold_against(stage, args, port, questions_a_client, more):
    """What the daemon spends and how fast it asks."""
    clients = args.clients
    pairs = []
    for number in range(args.rounds):
        daemon = Daemon(stage, port, name=f"daemon{port}-{number}", more=more)
        daemon.start()
        asked = {"connections": args.connections, "clients": clients, "order": "sequence", "requests": clients}
        bare = run_json("bare_dns", server=f"127.0.0.1:{port}", lists=",".join(LISTS), hosts=clients,
                        names=questions_a_client - len(LISTS) - 1)
        before = daemon.metric("^sekimori_dns_queries_total")
        first = measured(daemon.process, daemon.tcp, **asked)
        daemon.wait_until_written()
        questions = daemon.metric("^sekimori_dns_queries_total")
        second = measured(daemon.process, daemon.tcp, **asked)
        pairs.append({"bare": bare, "cold": first, "warm": second, "questions": questions - before,
                      "unavailable": daemon.metric('^sekimori_dns_queries_total.*result="unavailable"'),
                      "asked_again": daemon.metric("^sekimori_dns_queries_total") - questions})
        daemon.stop()

    def allowed(pair):
        return 1.5 * questions_a_client * pair["bare"]["cpu_us"] + 2 * pair["warm"]["cpu_us"]

    work = median([pair["cold"]["cpu_us"] / allowed(pair) for pair in pairs])
    speeds = [pair["cold"]["per_second"] * questions_a_client for pair in pairs]
    speed = median([our / pair["bare"]["per_second"] for our, pair in zip(speeds, pairs)])
    again = max(pair["asked_again"] for pair in pairs)
    lost = max(pair["unavailable"] + pair["bare"]["failed"] for pair in pairs)
    asked_a_client = pairs[0]["questions"] / clients
    table = [
        ("cold cpu_us a request", f"{median([pair['cold']['cpu_us'] for pair in pairs]):.1f}",
         f"{median([allowed(pair) for pair in pairs]):.1f}", f"{work:.2f}", "<= 1", work <= 1),
        ("cold questions/s", f"{median(speeds):.0f}", f"{median([pair['bare']['per_second'] for pair in pairs]):.0f}",
         f"{speed:.2f}", ">= 0.5", speed >= 0.5),
        ("cold questions without an answer", f"{lost:.0f}", "", "", "0", lost == 0),
        ("questions of a second pass", f"{again:.0f}", "", "", "0", again == 0),
        ("questions a client", f"{asked_a_client:.2f}", f"{questions_a_client}", "", "",
         abs(asked_a_client - questions_a_client) < 0.1),
    ]
    return table, {"pairs": pairs}


def greylist_new(stage, args):
    """Every request a triplet never seen before, on a store of a million: each answer waits until it is durable."""
    document = filled("million", clients=100_000, confirmed=500_000, waiting=500_000)
    name_server = NameServer(stage)
    results = []
    for number in range(args.rounds):
        daemon = Daemon(stage, name_server.port, name=f"daemon{number}")
        take_store(daemon, document)
        daemon.start()
        fill(daemon, args.clients, "new")
        results.append(measured(daemon.process, daemon.tcp, kinds="new", clients=args.clients, order="uniform",
                                connections=256, seconds=args.seconds))
        daemon.stop()
    speed = median([result["per_second"] for result in results])
    latency = median([result["p99_us"] for result in results]) / 1000
    table = [("new triplets/s", f"{speed:.0f}", "", "", ">= 10000", speed >= 10000),
             ("new triplets p99 ms", f"{latency:.1f}", "", "", "<= 60", latency <= 60)]
    return table, {"results": results}


def idle(stage, args):
    """What connections cost that say nothing, and what they cost the others.

    The memory is measured before anything else was asked: later ones find what others gave back.
    """
    daemon = Daemon(stage, NameServer(stage).port)
    daemon.start()
    shared = {"clients": args.clients, "connections": args.connections, "order": "zipf", "rate": args.rate or 2000}

    def beside_idle(**more):
        """The load, and the bytes that an idle connection costs the daemon."""
        before = daemon.own_bytes()
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            run = executor.submit(measured, daemon.process, daemon.tcp, idle=IDLE, seconds=args.seconds + 2, **more)
            wait_for(lambda: daemon.metric("^sekimori_connections") >= IDLE, "the idle connections", 60)
            after = daemon.own_bytes()
            result = run.result()
        wait_for(lambda: daemon.metric("^sekimori_connections") == 0, "the connections to end", 60)
        return result, (after - before) / IDLE

    _, bytes_each = beside_idle(clients=1, connections=1, rate=10)
    fill(daemon, args.clients, "clean")
    pairs = []
    for _ in range(args.rounds):
        alone = measured(daemon.process, daemon.tcp, seconds=args.seconds + 2, **shared)
        crowded, _ = beside_idle(**shared)
        pairs.append({"alone": alone, "crowded": crowded})
    change = median([pair["crowded"]["p99_us"] / pair["alone"]["p99_us"] for pair in pairs])
    table = [("bytes an idle connection", f"{bytes_each:.0f}", "", "", "<= 8192", bytes_each <= 8192),
             (f"p99_us beside {IDLE} idle", f"{median([p['crowded']['p99_us'] for p in pairs]):.0f}",
              f"{median([p['alone']['p99_us'] for p in pairs]):.0f}", f"{change:.2f}", "<= 1.2", change <= 1.2)]
    return table, {"pairs": pairs, "bytes": bytes_each}


def start(stage, args):
    """From the start of the process to readiness, with a store that has something in it."""
    daemon = Daemon(stage, NameServer(stage).port)
    daemon.start()
    fill(daemon, args.clients, "clean")
    times = []
    for _ in range(args.rounds):
        daemon.stop()
        times.append(daemon.start())
    took = median(times) * 1000
    return [("ready after ms", f"{took:.0f}", "", "", "<= 300", took <= 300)], {"seconds": times}
