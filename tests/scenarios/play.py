#!/usr/bin/python3
"""Plays a scenario against the real daemon: play.py --build DIRECTORY FILE

A scenario is read from top to bottom, one step a line; # begins a comment.  Before the first step that needs it the
daemon is started; by then the configuration must be there.

    config [SECTION] KEY = VALUE      as in sekimori.toml; every other key keeps its default
    config [[SECTION]] KEY = VALUE; ...   one more table of that kind
    file NAME << one line|another     a file beside sekimori.toml
    name servers 2                    so many (default 1); `server 2` below means the second
    dns NAME TYPE DATA... [ttl 300]   records; host[1-12].example stands for twelve, also in NAME; what stands in double
                                      quotes is one: "v=spf1 -all", "10 mail.example"
    dns NAME nodata | nxdomain [ttl 300]
    dns NAME [TYPE] FAULT             drop, drop-half, delay 500ms, servfail, refused, formerr, formerr-to-edns, rcode 9,
                                      truncate, wrong-id, wrong-question, wrong-case, echo, garbage, loop, overrun,
                                      empty, twice
    dns NAME forged FAULT TYPE DATA   a lie with that fault comes before the true answer
    dns NAME ok                       no fault any more
    dns NAME gone                     no record any more: NXDOMAIN
    dns server 2: NAME ...            that server alone
    server 2 down | up | tcp off | tcp hangs | tcp half | tcp silent | tcp drips | tcp garbage | tcp closes
        NAME: a name; . for the root, * for every name, *.bl.example for every one below; 203.0.113.5 for its reverse name; 203.0.113.5@bl.example for its name in a list
    ask [200 times] ATTRIBUTE=VALUE ...   one request as Postfix sends it (what is not given is like any other mail);
                                      200 times, or client_address=203.0.113.[1-200]: as many at once, and all must get
                                      such an answer;
                                      instance=a.1: all requests of a message come over one connection
    ask 500/s ATTRIBUTE=VALUE ...     not all at once but at that rate; `within` is of the slowest answer
    flood 30/s ATTRIBUTE=VALUE ...    asks on and on at that rate, each of the requests in turn, whatever is answered
    flood ends [action=TEXT]          ... until here; every answer began so
    pause 3s                          of real time, for what only a flood can bring about
    send [200 times] ATTRIBUTE=VALUE ...   the same, but the next step does not wait for the answers
    hang up                           whoever sent goes away without waiting
    expect action=TEXT                the answer begins so
    expect action ~ TEXT              TEXT is in it
    expect action is not TEXT         it does not begin so
    expect within 2s                  it took no longer
    asked 2 NAME [TYPE]               the name servers were asked so often since the beginning; a fewer is waited for
    asked at least 2 NAME [TYPE]
    pass 61s                          the clock moves: s, m, h, d
    back 14d                          the clock is set back
    restart | stop | start | kill | reload
    reload fails                      ... and the daemon keeps the configuration that it has
    written CLIENT                    waits until the store holds all that was learnt of it; 203.0.113.[1-9] are nine
    tool [exits 1] ARGUMENTS [<< one line|another]   runs sekimorictl; {ref} is the reference of the last answer
    output ~ TEXT                     ... and this is in what it said
    output becomes ~ TEXT             ... or is, once what the daemon wrote a moment ago is there: it is run again
    output lacks TEXT
    no output about CLIENT holds TEXT...   neither a page, the log, nor what any command says, to people or as JSON
    log ~ TEXT                        waits until the daemon's log holds it
    log lacks TEXT
    metric NAME VALUE                 waits until the metric has this value
"""

import argparse
import concurrent.futures
import functools
import ipaddress
import re
import resource
import selectors
import shlex
import signal
import sys
import threading
import time

from name_server import TCP_FAULTS, expand
from world import SLOW, World, wait_for

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
QUOTED = re.compile(r'"([^"]*)"(?=\s|$)|(\S+)')
COUNTDOWN = re.compile(r"(?<=again in )\d+(?= seconds)")


def duration(text):
    found = re.fullmatch(r"(\d+)(ms|s|m|h|d)", text)
    if not found:
        raise ValueError(f"expected a time such as 61s, got {text!r}")
    return int(found[1]) * UNITS[found[2]]


def dns_name(text):
    """NAME as the manual above says it."""
    address, _, zone = text.partition("@")
    try:
        reverse = ipaddress.ip_address(address).reverse_pointer
    except ValueError:
        return "" if text == "." else text.lower()
    return f"{reverse.rsplit('.', 2)[0]}.{zone}".lower() if zone else reverse


def attributes(words):
    return dict(word.split("=", 1) for word in words)


def lines_of(text):
    """one|198.51.100.[1-9] is ten lines."""
    return "".join(line + "\n" for part in text.split("|") for line in expand(part))


def requests_of(rest):
    """The attributes of each of the requests that an `ask` or a `send` stands for."""
    times = 1
    found = re.match(r"(\d+) times ", rest)
    if found:
        times, rest = int(found[1]), rest[found.end():]
    return [attributes(shlex.split(words)) for words in expand(rest)] * times


def every_command(client):
    """[(arguments, standard input)] of all that the tool says without changing anything."""
    mail = "corpus\tlabel\thop\tclient_ip\thelo\tsender\trcpt\trdns\trdns_state\tdnsbl\tweight\n"
    mail += f"mine\tspam\tdirect\t{client}\tmail.sender.example\tsomeone@sender.example\tus@ours.example"
    mail += "\tmail.sender.example\tverified\tSBL,PBL\t1\n"
    words = ["dnsbl status", f"explain {client}", f"explain {client} --sender someone@sender.example",
             f"explain {client} --sender someone@sender.example --now-from-cache", f"cache show {client}",
             "cache show sender.example", "cache stats", "verdicts", "audit", "stats", "check-config",
             f"ask --client {client} --sender someone@sender.example", "greylist list", "greylist stats",
             "whitelist list", "whitelist export", "blocklist list"]
    commands = [(line.split(), None) for line in words]
    commands += [(["evaluate", "-"], mail), (["evaluate", "--lists", "-"], mail)]
    return commands + [(["names", "-"], f"{client}\tmail.sender.example\n")]


class Flood:
    """Requests at a rate from a thread of its own, until end(): what a stranger does while the scenario goes on."""

    def __init__(self, world, requests, rate):
        self._world, self._requests, self._rate = world, requests, rate
        self._selector = selectors.DefaultSelector()
        self._answers, self._failures = [], []
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        began, number = time.monotonic(), 0
        try:
            while not self._is_over or self._selector.get_map():
                due = began + number / self._rate
                if not self._is_over and due <= time.monotonic():
                    self._send(self._requests[number % len(self._requests)])
                    number += 1
                    continue
                for key, _ in self._selector.select(0.05 if self._is_over else min(0.05, due - time.monotonic())):
                    self._selector.unregister(key.fileobj)
                    with key.data as connection:
                        self._answers.append(connection.receive())
        except (OSError, AssertionError) as error:
            self._failures.append(error)

    def _send(self, request):
        connection = self._world.connect()
        connection.send(**request)
        self._selector.register(connection.fileno(), selectors.EVENT_READ, connection)

    def end(self):
        """The answers."""
        self._is_over = True
        self._thread.join(20)
        if self._failures or self._thread.is_alive():
            raise AssertionError(f"the flood was not answered: {self._failures}")
        return self._answers


class Player:
    def __init__(self, world):
        self._world = world
        self._answers, self._open, self._messages = [], [], {}
        self._took = 0.0
        self._output = ""
        self._run_tool = None
        self._strangers = 0
        self._flooding = None

    def step(self, line):
        verb, _, rest = line.partition(" ")
        steps = {"config": self._config, "name": self._name_servers, "dns": self._dns, "server": self._server,
                 "ask": self._ask, "flood": self._flood, "pause": self._pause, "send": self._send,
                 "hang": self._hang_up, "expect": self._expect, "asked": self._asked, "pass": self._pass,
                 "back": self._back, "restart": self._restart, "stop": self._stop, "start": self._start,
                 "kill": self._kill, "reload": self._reload, "written": self._written,
                 "tool": self._tool, "no": self._no_output, "output": self._check_output, "log": self._check_log,
                 "metric": self._metric, "file": self._file}
        if verb not in steps:
            raise ValueError(f"expected a step, got {verb!r}")
        steps[verb](rest)

    def finish(self):
        if self._flooding:
            raise AssertionError("a flood does not end")
        if self._open:
            raise AssertionError("a request that was sent was neither expected nor hung up")

    def _config(self, rest):
        several = re.fullmatch(r"\[\[([\w.]+)\]\] (.+)", rest)
        if several:
            self._world.add_table(several[1], several[2].split("; "))
            return
        found = re.fullmatch(r"\[(\w+)\] (\w+) = (.+)", rest)
        if not found:
            raise ValueError("expected config [SECTION] KEY = VALUE")
        self._world.set(*found.groups())

    def _file(self, rest):
        name, _, text = rest.partition(" << ")
        self._world.write(name, text.replace("|", "\n") + "\n")

    def _name_servers(self, rest):
        self._world.servers = int(rest.removeprefix("servers "))

    def _dns(self, rest):
        server = None
        found = re.match(r"server (\d+): ", rest)
        if found:
            server, rest = int(found[1]), rest[found.end():]
        names, *words = (quoted or word for quoted, word in QUOTED.findall(rest))
        for name in expand(names):
            if words == ["gone"]:
                self._world.zone.forget(dns_name(name))
            else:
                self._world.zone.tell(server, dns_name(name), words)

    def _server(self, rest):
        number, *what = rest.split()
        names = self._world.open_name_servers()
        if len(what) == 2 and what[0] == "tcp" and what[1] in TCP_FAULTS:
            names.servers[int(number) - 1].tcp_fault = what[1]
        elif what == ["tcp", "off"]:
            names.set_open(int(number), "tcp", False)
        elif what in (["down"], ["up"]):
            names.set_open(int(number), "udp", what == ["up"])
            names.set_open(int(number), "tcp", what == ["up"])
        else:
            raise ValueError("expected down, up, tcp off or one of its faults")

    def _running(self):
        if not self._world.is_running:
            self._world.start()
        return self._world

    def _ask(self, rest):
        self._running()
        found = re.match(r"(\d+)/s ", rest)
        if found:
            self._ask_at_rate(requests_of(rest[found.end():]), int(found[1]) / SLOW)
            return
        requests = requests_of(rest)
        began = time.monotonic()
        connections = [self._connection(request) for request in requests]
        for connection, request in zip(connections, requests):
            connection.send(**request)
        self._answers = [connection.receive() for connection in connections]
        self._took = time.monotonic() - began
        for connection in connections:
            if connection not in self._messages.values():
                connection.close()

    def _ask_at_rate(self, requests, rate):
        began = time.monotonic()
        sent, took = [], []

        def ask(number, request):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent.append(time.monotonic())
            answer = self._world.ask(**request)
            took.append(time.monotonic() - began - number / rate)
            return answer

        with concurrent.futures.ThreadPoolExecutor(max_workers=len(requests)) as pool:
            self._answers = list(pool.map(ask, range(len(requests)), requests))
        self._took = max(took)
        if max(sent) - began > 1.25 * len(requests) / rate:
            raise AssertionError(f"this machine asks no faster than {len(requests) / (max(sent) - began):.0f}/s")

    def _flood(self, rest):
        if rest.split()[0] == "ends":
            self._end_flood(rest.removeprefix("ends").strip())
            return
        self._running()
        found = re.match(r"(\d+)/s ", rest)
        if not found or self._flooding:
            raise ValueError("expected flood NUMBER/s ATTRIBUTE=VALUE ..., one at a time")
        self._flooding = Flood(self._world, requests_of(rest[found.end():]), int(found[1]) / SLOW)

    def _end_flood(self, want):
        flood, self._flooding = self._flooding, None
        if not flood:
            raise AssertionError("there is no flood")
        answers = flood.end()
        if not answers:
            raise AssertionError("nothing was answered")
        if want:
            for answer in answers:
                self._check_answer(want, answer)

    @staticmethod
    def _pause(rest):
        time.sleep(duration(rest) * SLOW)

    def _connection(self, request):
        """Recipients of one message come over one connection."""
        if "instance" not in request:
            return self._world.connect()
        if request["instance"] not in self._messages:
            self._messages[request["instance"]] = self._world.connect()
        return self._messages[request["instance"]]

    def _send(self, rest):
        world = self._running()
        requests = requests_of(rest)
        self._open += [world.connect() for _ in requests]
        for connection, request in zip(self._open[-len(requests):], requests):
            connection.send(**request)

    def _hang_up(self, _):
        for connection in self._open:
            connection.close()
        self._open = []

    def _expect(self, rest):
        if self._open:
            self._answers = [connection.receive() for connection in self._open]
            self._hang_up(None)
        if rest.startswith("within "):
            limit = duration(rest.removeprefix("within ")) * SLOW
            if self._took > limit:
                raise AssertionError(f"it took {self._took:.2f} s")
            return
        if not self._answers:
            raise AssertionError("nothing was asked")
        for answer in self._answers:
            self._check_answer(rest, answer)

    def _check_answer(self, rest, answer):
        if rest.startswith("action="):
            holds = self._begins(answer, rest.removeprefix("action="))
        elif rest.startswith("action ~ "):
            holds = rest.removeprefix("action ~ ") in answer
        elif rest.startswith("action is not "):
            holds = not answer.startswith(rest.removeprefix("action is not "))
        else:
            raise ValueError("expected action=, action ~, action is not, or within")
        if not holds:
            raise AssertionError(f"got action={answer}")

    @staticmethod
    def _begins(answer, wanted):
        """A time to wait that runs down may have run down by the seconds that the scenario itself has taken."""
        here, there = COUNTDOWN.search(answer), COUNTDOWN.search(wanted)
        if here and there and 0 <= int(there[0]) - int(here[0]) <= 5 * SLOW:
            wanted = wanted[:there.start()] + here[0] + wanted[there.end():]
        return answer.startswith(wanted)

    def _asked(self, rest):
        at_least = rest.startswith("at least ")
        number, name, *kind = rest.removeprefix("at least ").split()
        zone = self._world.zone

        def count():
            return zone.count(dns_name(name), *kind)

        wait_for(lambda: count() >= int(number), lambda: f"the question; asked {count()} times")
        if not at_least and count() != int(number):
            raise AssertionError(f"asked {count()} times")

    def _back(self, rest):
        self._running().pass_time(-int(duration(rest)))

    def _pass(self, rest):
        self._running().pass_time(int(duration(rest)))

    def _restart(self, _):
        self._messages.clear()
        self._world.stop()
        self._world.start()

    def _stop(self, _):
        self._world.stop()

    def _start(self, _):
        self._world.start()

    def _kill(self, _):
        self._world.stop(signal.SIGKILL)

    def _reload(self, rest):
        self._running().reload(" reload_refused " if rest == "fails" else " reloaded ")

    def _written(self, rest):
        """What is written is written in order: once the facts of a stranger are there, all before are."""
        world = self._running()

        # Rows are not counted: where time has passed, the sweep takes away those that ended.
        def holds(client):
            return world.tool(["cache", "show", client])[0] == 0

        for client in expand(rest):
            wait_for(functools.partial(holds, client), f"the facts of {client} in the store")
        self._strangers += 1
        stranger = f"198.18.0.{self._strangers}"
        world.ask(client_address=stranger)
        wait_for(lambda: holds(stranger), "the facts of a stranger in the store")

    def _tool(self, rest):
        want = 0
        found = re.match(r"exits (\d+) ", rest)
        if found:
            want, rest = int(found[1]), rest[found.end():]
        found = re.search(r"\(ref ([^)]+)\)", self._answers[-1]) if self._answers else None
        command, _, text = rest.replace("{ref}", found[1] if found else "{ref}").partition(" << ")
        if not self._world.names:
            self._world.start()
        self._run_tool = lambda: self._world.tool(shlex.split(command), lines_of(text) if text else None)
        status, self._output = self._run_tool()
        if status != want:
            raise AssertionError(f"it ended with {status}: {self._output}")

    def _no_output(self, rest):
        found = re.fullmatch(r"output about (\S+) holds (.+)", rest)
        if not found:
            raise ValueError("expected no output about CLIENT holds TEXT...")
        world = self._running()
        outputs = {path: world.page(path) for path in ("/metrics", "/healthz", "/readyz")}
        outputs["the log"] = world.log()
        for command, text in every_command(found[1]):
            outputs[" ".join(command)] = world.tool(command, text)[1]
            outputs[" ".join(["--json", *command])] = world.tool(["--json", *command], text)[1]
        for name, output in outputs.items():
            for text in found[2].split():
                if text in output:
                    raise AssertionError(f"{name} holds {text}:\n{output}")

    def _check_output(self, rest):
        if rest.startswith("becomes ~ "):
            wait_for(lambda: self._says(rest.removeprefix("becomes ~ ")), lambda: f"the output; it is\n{self._output}")
        else:
            self._check_text(rest, self._output)

    def _says(self, text):
        if text in self._output:
            return True
        self._output = self._run_tool()[1]
        return text in self._output

    def _check_log(self, rest):
        if rest.startswith("~ "):
            return wait_for(lambda: rest.removeprefix("~ ") in self._world.log(), "this line in the log")
        return self._check_text(rest, self._world.log())

    @staticmethod
    def _check_text(rest, text):
        if rest.startswith("~ "):
            holds = rest.removeprefix("~ ") in text
        elif rest.startswith("lacks "):
            holds = rest.removeprefix("lacks ") not in text
        else:
            raise ValueError("expected ~ TEXT or lacks TEXT")
        if not holds:
            raise AssertionError(f"got:\n{text}")

    def _metric(self, rest):
        name, _, value = rest.rpartition(" ")
        world = self._running()
        wait_for(lambda: world.metric(name) == float(value), lambda: f"the value; it is {world.metric(name)}")


def play(build, path):
    """The exit status."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection each for as many as a scenario asks at once
    world = World(build)
    player = Player(world)
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for number, line in enumerate(lines, 1):
            step = re.sub(r"(^|\s)#.*", "", line).strip()
            if not step:
                continue
            try:
                player.step(step)
            except (AssertionError, ValueError, OSError, IndexError) as error:
                print(f"{path}:{number}: {step}\n  {error}\n--- log of the daemon", file=sys.stderr)
                print(world.log()[-4000:] if world.names else "", file=sys.stderr)
                asked = [f"{server} {name} {kind}" for server, name, kind in world.zone.questions()]
                print("--- questions\n" + "\n".join(asked[-60:]), file=sys.stderr)
                return 1
        player.finish()
        return 0
    finally:
        world.close()


def main():
    parser = argparse.ArgumentParser(description="plays a scenario against the real daemon")
    parser.add_argument("--build", required=True, help="the directory with sekimorid and sekimorictl")
    parser.add_argument("file")
    options = parser.parse_args()
    sys.exit(play(options.build, options.file))


if __name__ == "__main__":
    main()
