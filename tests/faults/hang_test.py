"""A process or a disk that hangs costs one answer its deadline, and never the end of the daemon."""

import os
import signal
import subprocess
import time

from fault_case import STORE_FAILURES, SLOW, FaultCase, main, wait_for


class HangTest(FaultCase):
    def check_it_ends(self, began):
        self.world.stop()
        self.assertLess(time.monotonic() - began, self.ANSWER_WITHIN + 1 * SLOW)

    def test_a_writer_that_hangs_costs_one_answer_its_deadline(self):
        self.world.start()
        self.wait_until_first_sights_wait()
        let_go = self.hold_lock("records")
        times = []
        for _ in range(6):
            answer, took = self.first_sight()
            self.assertEqual(answer, "DUNNO")
            times.append(took)
        # Of two that wait it would be two deadlines; a slow disk may add some of a commit before the hang.
        self.assertGreater(max(times), 0.5 * SLOW, times)
        self.assertLess(sum(times), 1.75 * self.ANSWER_WITHIN, times)
        self.assertEqual(self.world.metric(STORE_FAILURES), 6)
        self.assertIn("hangs", self.world.page("/readyz"))
        let_go()
        self.wait_until_first_sights_wait()
        wait_for(lambda: self.world.page("/readyz") == "ok\n", "an end of the alarm")
        self.world.stop()

    def test_a_reader_that_hangs_while_the_store_fills_is_named(self):
        self.world.set("store", "max_size", '"64MiB"')
        self.world.start()
        self.wait_until_first_sights_wait()
        pid, let_go = self.hold_snapshot("records")
        for _ in range(5000):
            if self.first_sight()[0] == "DUNNO":
                break
        else:
            self.fail("the store never filled")
        self.assertIn(f"process {pid} holds", self.world.page("/readyz"))
        let_go()
        self.wait_until_first_sights_wait()
        wait_for(lambda: self.world.page("/readyz") == "ok\n", "an end of the alarm")
        self.world.stop()

    def test_sigterm_ends_it_while_a_writer_hangs(self):
        self.world.start()
        self.wait_until_first_sights_wait()
        self.hold_lock("records")
        with self.world.connect() as waiting:
            waiting.send("100.100.0.1")
            wait_for(lambda: self.world.metric("sekimori_inquiries_in_flight") == 1, "the request in flight")
            began = time.monotonic()
            self.world._daemon.send(signal.SIGTERM)
            self.assertEqual(waiting.receive(), "DUNNO")
        self.check_it_ends(began)

    def test_it_starts_while_writers_hang(self):
        self.world.start()
        self.fill()
        self.kill()
        for environment in ("facts", "records", "lists"):
            self.hold_lock(environment)
        self.world.start()
        self.check_the_known_pass()
        self.assertEqual(self.first_sight()[0], "DUNNO")
        self.check_it_ends(time.monotonic())

    def test_a_log_that_nobody_reads_does_not_keep_it(self):
        self.world.start()  # once, for the configuration
        self.world.stop()
        read, write = os.pipe()
        os.set_blocking(write, False)
        try:
            while True:
                os.write(write, bytes(4096))
        except BlockingIOError:
            os.set_blocking(write, True)
        program = os.path.join(self.BUILD, "sekimorid")
        with subprocess.Popen([program, "--config", self.world.config], stderr=write,
                              env={**os.environ, "SEKIMORI_TEST_CLOCK": self.world.clock.path}) as daemon:
            self.addCleanup(daemon.kill)

            def answers():
                try:
                    return self.first_sight()[0].startswith("DEFER_IF_PERMIT")
                except OSError:
                    return False

            wait_for(answers, "an answer")
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(self.ANSWER_WITHIN + 1 * SLOW)
        os.close(read)
        os.close(write)


if __name__ == "__main__":
    main()
