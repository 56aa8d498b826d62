"""The daemon beside a real redis-server: every state of it has a word in `shared status`, metrics and log, said once,
and mail is answered all the while."""

import itertools
import json
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))

from redis_server import RedisServer, need_redis  # noqa: E402
from world import World, run_tests, wait_for  # noqa: E402

GREYLISTED = "203.0.113.1"
LONG = 60.0  # seconds: what only a person can end is tried again every 15 to 30


class SharedEngineTest(unittest.TestCase):
    BUILD = "build-dev"
    _worlds = itertools.count()

    def setUp(self):
        need_redis()
        self.world = World(self.BUILD, next(self._worlds))
        self.addCleanup(self.world.close)
        self.redis = RedisServer(self.world.stage, self.world.host)
        self.key = self.world.stage.path("key")
        self.assertEqual(self.world.tool(["shared", "new-key", self.key])[0], 0)
        self.world.set("shared", "servers", f'["{self.redis.address}"]')
        self.world.set("shared", "key_file", f'"{self.key}"')

    def start(self, **options):
        if options.pop("redis", True):
            self.redis.start(**options)
        self.world.start()
        self.addCleanup(self.world.stop)

    def status(self):
        done = subprocess.run([os.path.join(self.BUILD, "sekimorictl"), "--config", self.world.config, "--json", "shared", "status"],
                              capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    def wait_for_state(self, state, cause=None, patience=LONG):
        """The tool, the metrics and the log say so; the log once."""
        wait_for(lambda: (self.status()[1]["state"], self.status()[1]["cause"]) == (state, cause),
                 lambda: f"{state} {cause}, not {self.status()}\n{self.world.log()[-1500:]}", patience)
        self.assertEqual(self.world.metric(f'sekimori_shared_state{{state="{state}"}}'), 1)
        said = f" state={state}" + (f" cause={cause}" if cause else "")
        wait_for(lambda: said in self.world.log(), f"{said} in the log")
        if cause:
            self.assertEqual(self.world.metric(f'sekimori_shared_trouble{{cause="{cause}"}}'), 1)
        self.assertEqual(self.status()[0], 0 if state == "ready" else 1)
        self.assertIn("Greylisted", self.world.ask(client_address=GREYLISTED))

    def said(self, text):
        return self.world.log().count(text)

    def test_without_servers_it_is_off(self):
        self.world.set("shared", "servers", "[]")
        self.start(redis=False)
        self.assertEqual(self.world.metric('sekimori_shared_state{state="off"}'), 1)
        status, document = self.status()
        self.assertEqual((status, document["state"], document["servers"]), (0, "off", []))
        self.assertIn("shared.servers is empty", self.world.tool(["shared", "status"])[1])

    def test_killed_and_back(self):
        self.start()
        self.wait_for_state("ready")
        self.redis.stop()
        self.wait_for_state("connecting", "unreachable")
        self.redis.start()
        self.wait_for_state("ready")
        self.assertEqual((self.said("cause=unreachable"), self.said("shared state=ready")), (1, 2))

    def test_not_there_at_the_start(self):
        self.start(redis=False)
        self.wait_for_state("connecting", "unreachable")
        self.redis.start()
        self.wait_for_state("ready")

    def test_stopped(self):
        self.start()
        self.wait_for_state("ready")
        self.redis.send(signal.SIGSTOP)
        self.wait_for_state("connecting", "silent")
        self.redis.send(signal.SIGCONT)
        self.wait_for_state("ready")
        self.assertEqual(self.said("cause=silent"), 1)

    def test_memory_full(self):
        self.start(maxmemory_policy="noeviction")
        self.wait_for_state("ready")
        self.redis.tell("CONFIG", "SET", "maxmemory", "100kb")
        self.wait_for_state("refused", "memory")
        self.assertIn("WARNING: the engine of [shared] cannot be used (memory)", self.world.tool(["status"])[1])
        text = self.world.tool(["shared", "status"])[1]
        self.assertIn("refused: memory", text)
        self.assertIn("Raise maxmemory", text)
        self.redis.tell("CONFIG", "SET", "maxmemory", "0")
        self.wait_for_state("ready")
        self.assertEqual(self.said("cause=memory"), 1)

    def test_snapshot_fails(self):
        self.start(save="3600 1", dbfilename="dump.rdb")
        self.wait_for_state("ready")
        folder = self.world.stage.path("redis", "dump.rdb")
        os.mkdir(folder)  # in the way, for root too
        self.redis.tell("BGSAVE")
        self.wait_for_state("refused", "snapshot")
        os.rmdir(folder)
        self.redis.tell("SAVE")
        self.wait_for_state("ready")

    def test_replica(self):
        self.start()
        self.wait_for_state("ready")
        self.redis.tell("REPLICAOF", self.world.host, "6399")
        self.wait_for_state("refused", "replica")
        self.redis.tell("REPLICAOF", "NO", "ONE")
        self.wait_for_state("ready")

    def test_too_few_replicas(self):
        self.start()
        self.redis.tell("CONFIG", "SET", "min-replicas-to-write", "1")
        self.wait_for_state("refused", "replicas")

    def test_eviction_policy(self):
        self.start(maxmemory="100mb", maxmemory_policy="allkeys-lru")
        self.wait_for_state("refused", "eviction")

    def test_cluster(self):
        self.start(cluster_enabled="yes")
        self.wait_for_state("refused", "cluster")

    def test_wrong_password(self):
        self.world.stage.write("password", "wrong\n")
        os.chmod(self.world.stage.path("password"), 0o640)
        self.world.set("shared", "password_file", f'"{self.world.stage.path("password")}"')
        self.start()
        self.redis.tell("CONFIG", "SET", "requirepass", "s3cret")
        self.wait_for_state("refused", "password")
        self.assertNotIn("wrong", self.world.log().replace("are wrong", ""))

    def test_the_least_that_a_user_may(self):
        """The ACL of the hint is enough, and less is not."""
        self.world.stage.write("password", "s3cret\n")
        os.chmod(self.world.stage.path("password"), 0o640)
        self.world.set("shared", "user", '"mx"')
        self.world.set("shared", "password_file", f'"{self.world.stage.path("password")}"')
        self.redis.start()
        allowed = ["-@all", "+auth", "+ping", "+role", "+info", "+get", "+set", "~sekimori:*", "resetchannels"]
        self.redis.tell("ACL", "SETUSER", "mx", "on", ">s3cret", *allowed)
        self.start(redis=False)
        self.wait_for_state("ready")
        self.redis.tell("ACL", "SETUSER", "mx", "-set")
        self.wait_for_state("refused", "permission")

    def test_unix_socket(self):
        self.world.set("shared", "servers", f'["unix:{self.redis.socket}"]')
        self.start()
        self.wait_for_state("ready")

    def test_loading(self):
        """A dump of which every key takes a millisecond to load."""
        self.redis.start(save="3600 1", dbfilename="dump.rdb", enable_debug_command="local")
        self.redis.tell("DEBUG", "POPULATE", "20000", "k", "100")
        self.redis.tell("SAVE")
        self.redis.stop()
        self.world.start()
        self.addCleanup(self.world.stop)
        self.redis.start(dbfilename="dump.rdb", key_load_delay="1000", loading_process_events_interval_bytes="1024")
        self.wait_for_state("refused", "loading")


if __name__ == "__main__":
    run_tests(SharedEngineTest)
