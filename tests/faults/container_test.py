"""Alone in a container: the first process, a root that cannot be written, the log on standard error."""

import os
import signal
import subprocess
import sys

from fault_case import FaultCase, main, wait_for

# A process number space and a view of the files of its own, as a container runtime makes them.
CONTAINER = ["unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc"]
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec "$@"'


class ContainerTest(FaultCase):
    def setUp(self):
        super().setUp()
        probe = subprocess.run([*CONTAINER, "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            print(f"SKIPPED: {self.id()}: unshare: {probe.stderr.decode().strip()}", file=sys.stderr)
            self.skipTest("only root may make a container")
        self.world.launcher = [*CONTAINER, "sh", "-c", READ_ONLY, self.store]

    def first_process(self):
        """The number, out here, of the container's first process, once it is the daemon."""
        runtime = self.world._daemon.pid

        def find():
            with open(f"/proc/{runtime}/task/{runtime}/children", encoding="ascii") as file:
                children = file.read().split()
            return int(children[0]) if children and self.is_past_its_first_step(children[0]) else None

        return wait_for(find, "the daemon as the first process")

    @staticmethod
    def is_past_its_first_step(process):
        """The daemon ignores SIGPIPE once it holds the signals that end it."""
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
        return status["Name"] == "sekimorid" and int(status["SigIgn"], 16) & 1 << (signal.SIGPIPE - 1)

    def test_it_answers_and_ends_when_it_is_told_to(self):
        self.world.start()
        self.assertRegex(self.ask("192.0.2.1"), "^DEFER_IF_PERMIT")
        with open(f"/proc/{self.first_process()}/status", encoding="ascii") as file:
            self.assertIn("\t1\n", next(line for line in file if line.startswith("NSpid:")))
        daemon = self.world._daemon
        os.kill(self.first_process(), signal.SIGHUP)
        wait_for(lambda: " reloaded " in self.world.log(), "the reload")
        os.kill(self.first_process(), signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)
        self.assertIn(" stopped", self.world.log())

    def test_a_stop_that_comes_before_it_is_ready_is_heard(self):
        """The kernel delivers to a first process only what it catches."""
        self.world.open_name_servers()
        self.world._write_config()
        program = os.path.join(self.BUILD, "sekimorid")
        for _ in range(10):
            self.world._daemon = self.world.stage.start("sekimorid", [*self.world.launcher, program, "--config",
                                                                      self.world.config])
            os.kill(self.first_process(), signal.SIGTERM)
            self.assertEqual(self.world._daemon.wait(), 0)


if __name__ == "__main__":
    main()
