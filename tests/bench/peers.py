"""The policy servers that Debian has, on the same requests: postgrey, gross, policyd-weight, postfwd.

Each does what it was made for, with the same lists where it asks lists: they do less than Sekimori, or ask DNS anew
for every request.  All work in memory, so that no server waits for a disk.
"""

import os
import pwd
import signal
import subprocess
import time

import private_network
from bench_stage import LISTS, TOP, Daemon, NameServer, load, measured, median
from benchmarks import MIX, compare, fill, whitelist
from stage import is_listening, program, wait_for

BLOCK_LISTS = [zone for zone in LISTS if "dnswl" not in zone]
TICKS = os.sysconf("SC_CLK_TCK")


def postgrey(home, port):
    with open(f"{home}/whitelist", "w", encoding="utf-8") as file:
        file.write(whitelist())
    return ["postgrey", f"--inet=127.0.0.1:{port}", f"--dbdir={home}", "--user=postgrey", "--group=postgrey",
            "--delay=1", f"--whitelist-clients={home}/whitelist"]


def gross(home, port):
    """Blocks what the first list has; asks anew for each request."""
    with open(f"{home}/gross.conf", "w", encoding="utf-8") as file:
        file.write(f"host = 127.0.0.1\nport = {port}\nprotocol = postfix\ncheck = dnsbl\nblock_threshold = 8\n")
        file.writelines(f"dnsbl = {zone};{8 if zone == LISTS[0] else 3}\n" for zone in BLOCK_LISTS)
        file.write(f"statefile = {home}/state\npidfile = {home}/pid;check\n")
    subprocess.run([program("grossd"), "-f", f"{home}/gross.conf", "-C", "-u", "gross"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["grossd", "-f", f"{home}/gross.conf", "-d", "-u", "gross"]


def policyd_weight(home, port):
    defaults = subprocess.run([program("policyd-weight"), "defaults"], check=True, stdout=subprocess.PIPE).stdout
    scores = ", ".join(f"'{zone}', {8 if zone == LISTS[0] else 3}, 0, 'LIST'" for zone in BLOCK_LISTS)
    with open(f"{home}/weight.conf", "wb") as file:
        file.write(defaults)
        file.write(f"@dnsbl_score = ({scores});\n@rhsbl_score = ();\n$LOCKPATH = '{home}/lock/';\n"
                   f"$SPATH = '{home}/lock/polw.sock';\n$PIDFILE = '{home}/pid';\n$TCP_PORT = {port};\n1;\n".encode())
    return ["policyd-weight", "-D", "-f", f"{home}/weight.conf", "start"]


def postfwd(home, port):
    with open(f"{home}/postfwd.cf", "w", encoding="utf-8") as file:
        file.write(f"id=LISTS; rbl={', '.join(BLOCK_LISTS)}; action=DEFER_IF_PERMIT listed\nid=REST; action=DUNNO\n")
    return ["postfwd1", "-d", "-f", f"{home}/postfwd.cf", "-i", "127.0.0.1", "-p", str(port), "-u", "postfw", "-g",
            "postfw", "--pidfile", f"{home}/pid"]


# name -> (the command, the user it becomes, the most connections it serves)
PEERS = {"postgrey": (postgrey, "postgrey", 64), "gross": (gross, "gross", 64),
         "policyd-weight": (policyd_weight, "polw", 40), "postfwd": (postfwd, "postfw", 64)}


class Peer:
    """One of them, with all processes it turns into: those of its user in our network."""

    def __init__(self, stage, name):
        command, user, self.connections = PEERS[name]
        owner, home, port = pwd.getpwnam(user), stage.path(name), stage.free_port()
        os.mkdir(home)
        os.chown(home, owner.pw_uid, owner.pw_gid)
        self._uid = owner.pw_uid
        self.address = f"inet:127.0.0.1:{port}"
        server, *arguments = command(home, port)
        stage.start(name, [program(server), *arguments])
        stage.on_close(self.stop)
        wait_for(lambda: is_listening(port), name)

    def _pids(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                is_ours = os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino
                if is_ours and os.stat(f"/proc/{pid}").st_uid == self._uid:
                    yield int(pid)
            except OSError:  # it has ended
                continue

    def _processor_seconds(self):
        """User and system time of all, and of the children that ended."""
        ticks = 0
        for pid in self._pids():
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
        return ticks / TICKS

    def measured(self, **settings):
        before = self._processor_seconds()
        result = load(self.address, **settings)
        result["cpu_us"] = (self._processor_seconds() - before) * 1e6 / result["answers"]
        return result

    def stop(self):
        """At once: preforked children outlive a SIGTERM."""
        for pid in self._pids():
            os.kill(pid, signal.SIGKILL)


def peers(stage, args):
    """Requests/s and processor time of each, next to ours, on the mix."""
    if args.install:
        subprocess.run([os.path.join(TOP, "scripts", "packages"), "peers"], check=True)
    private_network.enter(stage)
    name_server = NameServer(stage, port=53)
    daemon = Daemon(stage, name_server.port)
    daemon.start()
    daemon.tool("whitelist", "import", stage.write("whitelist", whitelist()))
    fill(daemon, args.clients, MIX)
    daemon.pass_time(240)
    fill(daemon, args.clients, MIX)
    table, document = [], {}
    for name in PEERS:
        if not is_installed(name):
            table.append((f"peers {name}: not installed", "", "", "", "", True))
            continue
        peer = Peer(stage, name)
        wanted = {"kinds": MIX, "clients": args.clients, "connections": min(args.connections, peer.connections)}
        for _ in range(2):
            load(peer.address, order="sequence", requests=args.clients, **wanted)
            time.sleep(1.5)  # postgrey's delay, which counts in whole seconds
        wanted.update(order="zipf", seconds=args.seconds)
        result = document[name] = compare(args.rounds, lambda: measured(daemon.process, daemon.tcp, **wanted),
                                          lambda: peer.measured(**wanted))
        peer.stop()
        table += rows(name, result)
    return table, document


def rows(name, result):
    """How many times faster, and how many times less work; the goals are for postgrey and gross."""
    has_goal = name in ("postgrey", "gross")
    faster = result["ratios"]["per_second"]
    less = median([theirs["cpu_us"] / our["cpu_us"] for our, theirs in result["pairs"]])
    return [(f"peers {name} {key}", f"{result['ours'][key]:.1f}", f"{result['bare'][key]:.1f}", f"{ratio:.1f}",
             f">= {goal}" if has_goal else "", not has_goal or ratio >= goal)
            for key, ratio, goal in (("per_second", faster, 20), ("cpu_us", less, 40))]


def is_installed(package):
    found = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=False)
    return found.stdout == b"installed"
