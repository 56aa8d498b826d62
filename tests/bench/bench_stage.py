"""What a benchmark runs: a name server, the daemon, the bare server and the load generator, on loopback only."""

import json
import os
import platform
import pwd
import re
import resource
import statistics
import struct
import subprocess
import sys
import time
import tomllib
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "integration"))

from stage import Stage, is_listening, program, wait_for  # noqa: E402

BUILD = os.path.join(TOP, "build")
# The default configuration with the ready set of lists.
with open(os.path.join(TOP, "contrib", "dnsbl.toml"), encoding="utf-8") as ready_set:
    DNSBL = ready_set.read()
LISTS = list(dict.fromkeys(site.split("=")[0] for site in tomllib.loads(DNSBL)["dnsbl"]["sites"]))

CONFIG = """[policy_service]
listen = ["inet:127.0.0.1:{port}", "unix:{socket}"]
threads = 2
max_connections = 12000
[http]
listen = "127.0.0.1:{http}"
[store]
directory = "{store}"
[dns]
servers = ["127.0.0.1:{dns}"]
"""

# The load generator holds as many connections as the daemon.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def run_json(name, **settings):
    """Runs a program of tests/bench and returns its document."""
    command = [os.path.join(BUILD, "bench", f"bench_{name}")]
    command += [f"{key}={value}" for key, value in settings.items()]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=1800).stdout)


def load(to, **settings):
    result = run_json("load", to=to, **settings)
    if result["lost"] or result["answers"] == 0:
        raise AssertionError(f"{result['lost']} requests without an answer")
    return result


def processor_seconds(pid):
    """User and system time of a process with all its threads, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def measured(process, to, **settings):
    """One load against one server; adds the server's processor time per request."""
    before = processor_seconds(process.pid)
    result = load(to, **settings)
    result["cpu_us"] = (processor_seconds(process.pid) - before) * 1e6 / result["answers"]
    return result


def median(values):
    return statistics.median(values)


class NameServer:
    """Every client's names, and the lists: tests/bench/name_server.cc."""

    def __init__(self, stage, port=None):
        self.port = port or stage.free_port()
        command = [os.path.join(BUILD, "bench", "bench_name_server"), f"port={self.port}",
                   f"lists={','.join(LISTS)}"]
        stage.start("name_server", command).wait_for_line(re.compile("ready"))


class ListServer:
    """rbldnsd with lists that name nobody but their test points.  It has no PTR records: no client has a name."""

    def __init__(self, stage):
        self.port = stage.free_port()
        head = "$SOA 86400 ns.test root.test 1 3600 600 86400 86400\n$NS 86400 ns.test\n$TTL 86400\n"
        reverse = stage.write("reverse", head + "nobody.in-addr.arpa\t:2:\n")
        four, six = stage.write("list4", head + "127.0.0.2\t:2:\n"), stage.write("list6", "::ffff:7f00:2\t:2:\n")
        zones = [f"in-addr.arpa:dnset:{reverse}"]
        for zone in LISTS:
            zones += [f"{zone}:ip4set:{four}", f"{zone}:ip6trie:{six}"]
        command = [program("rbldnsd"), "-n", "-u", "nobody:nogroup", "-b", f"127.0.0.1/{self.port}", *zones]
        stage.start("rbldnsd", command).wait_for_line(re.compile("started"))


class Daemon:
    """sekimorid as the preset "release" builds it, with a store and a log of its own."""

    def __init__(self, stage, name_server_port, name="daemon", more=""):
        self._stage = stage
        self._name = name
        self._clock = stage.path(f"{name}.clock")
        self._http = stage.free_port()
        port = stage.free_port()
        self.tcp, self.unix = f"inet:127.0.0.1:{port}", f"unix:{stage.path(f'{name}.sock')}"
        self.store = stage.path(f"{name}.store")
        os.makedirs(self.store, exist_ok=True)
        owner = pwd.getpwnam("nobody")
        if os.geteuid() == 0:
            os.chown(self.store, owner.pw_uid, owner.pw_gid)
        config = CONFIG.format(port=port, socket=stage.path(f"{name}.sock"), http=self._http, store=self.store,
                               dns=name_server_port)
        self.config = stage.write(f"{name}.toml", config + DNSBL + more)
        self.pass_time(0)
        self.process = None

    def start(self, logs=True):
        """Returns when it is ready and its lists have been tested; the seconds that the former took."""
        began = time.monotonic()
        command = [os.path.join(BUILD, "sekimorid"), "--config", self.config]
        if not logs:
            command = ["sh", "-c", 'exec "$@" 2>/dev/null', "sh", *command]
        self.process = self._stage.start(self._name, command, {"SEKIMORI_TEST_CLOCK": self._clock})
        wait_for(lambda: self.get("/readyz") is not None, lambda: f"the daemon\n{self.process.text()}")
        took = time.monotonic() - began
        wait_for(lambda: self.metric('^sekimori_dnsbl_state.*state="healthy"') == len(LISTS), "the lists to be tested")
        return took

    def stop(self):
        self.process.stop()

    def pass_time(self, seconds):
        """Moves the daemon's clock to so many seconds ahead."""
        self.time_ahead = seconds
        with open(self._clock, "r+b" if os.path.exists(self._clock) else "wb") as file:
            file.write(struct.pack("<q", seconds))

    def get(self, path):
        """The page, or None where there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._http}{path}", timeout=20) as answer:
                return answer.read().decode()
        except OSError:
            return None

    def metric(self, pattern):
        """The sum of all lines of /metrics whose name and labels match."""
        lines = re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", self.get("/metrics") or "", re.MULTILINE)
        return sum(float(value) for name, value in lines if re.search(pattern, name))

    def own_bytes(self):
        """Memory that is the process's alone: the maps are page cache."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Anonymous:\s+(\d+) kB", file.read(), re.MULTILINE)[1]) * 1024

    def wait_until_written(self):
        wait_for(lambda: self.metric("^sekimori_writer_queue") == 0, "the writer", 120)
        time.sleep(1.5)  # counts of the journal are written once a second

    def tool(self, *arguments):
        subprocess.run([os.path.join(BUILD, "sekimorictl"), "--config", self.config, *arguments], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "SEKIMORI_TEST_CLOCK": self._clock})


class BareServer:
    def __init__(self, stage):
        port, path = stage.free_port(), stage.path("bare.sock")
        self.tcp, self.unix = f"inet:127.0.0.1:{port}", f"unix:{path}"
        binary = os.path.join(BUILD, "bench", "bench_bare_server")
        self._processes = {at: stage.start(f"bare-{at[:4]}", [binary, f"at={at}"]) for at in (self.tcp, self.unix)}
        wait_for(lambda: is_listening(port) and os.path.exists(path), "the bare server")

    def process(self, at):
        return self._processes[at]


def machine():
    """What the figures were measured on."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        model = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    system = platform.freedesktop_os_release()
    commit = subprocess.run(["git", "-C", TOP, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, check=False)
    return {"processor": model[1] if model else "unknown", "cores": os.cpu_count(),
            "system": f"{system['ID'].capitalize()} {system.get('VERSION_ID', '')}".strip(), "load": os.getloadavg(),
            "commit": commit.stdout.decode().strip(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
