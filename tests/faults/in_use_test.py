"""What breaks while the daemon runs."""

import os
import signal

from damage import DAMAGES
from fault_case import STORE_FAILURES, FaultCase, main, wait_for


class InUseTest(FaultCase):
    def test_records_go_on_after_a_failed_write_of_their_head(self):
        order = self.world.stage.path("fail")
        self.preload("fail_io", FAIL_IO=order)
        self.world.start()
        self.fill()
        self.wait_until_first_sights_wait()
        with open(order, "w", encoding="ascii"):
            pass
        wait_for(lambda: self.first_sight()[0] == "DUNNO", "the write that fails")
        self.assertFalse(os.path.exists(order))
        self.wait_until_first_sights_wait()
        self.check_the_known_pass()
        self.assertEqual(self.world.page("/readyz"), "ok\n")
        self.world.stop()

    def check_damage(self, environment, damage):
        """At most one crash, and the next start serves."""
        self.world.start()
        self.fill()
        self.wait_until_first_sights_wait()
        if environment == "lists":
            wait_for(lambda: os.path.exists(os.path.join(self.store, "lists.good", "taken")), "the copy of lists/")
        DAMAGES[damage][0](os.path.join(self.store, environment))
        crashes = 0
        for _ in range(3):
            for _ in range(20):
                try:
                    self.first_sight()
                    self.ask("192.0.2.9")
                except (OSError, AssertionError):
                    break
            if self.world._daemon.is_running():
                self.kill()
            else:
                self.assertIn(self.world._daemon.wait(), (-signal.SIGBUS, -signal.SIGABRT, -signal.SIGSEGV))
                crashes += 1
            self.world.start()
        self.assertLessEqual(crashes, 1)
        self.assertEqual(self.ask("192.0.2.9"), "DUNNO", "the whitelist holds")
        self.wait_until_first_sights_wait()
        self.assertRegex(self.world.page("/readyz"), f"^degraded: {environment}/")
        self.world.stop()


def add_tests():
    for environment in ("facts", "records", "lists"):
        for damage in ("cut_to_one_page", "every_page_noise", "every_page_zeros", "noise"):
            def test(self, environment=environment, damage=damage):
                self.check_damage(environment, damage)
            setattr(InUseTest, f"test_{environment}_{damage}", test)


add_tests()

if __name__ == "__main__":
    main()
