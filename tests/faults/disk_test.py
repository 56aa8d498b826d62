"""A disk that is full, cannot be written, or fails: the daemon starts, serves what it can read, and goes on by itself."""

import os

from fault_case import STORE_FAILURES, FaultCase, main, wait_for


class DiskTest(FaultCase):
    def check_it_becomes_well(self):
        self.wait_until_first_sights_wait()
        wait_for(lambda: "read only" not in self.world.page("/readyz"), "an end of the alarm")
        self.check_the_known_pass()

    def test_a_disk_that_is_read_only_at_the_start(self):
        self.mount("64m")
        self.world.start()
        self.fill()
        self.world.stop()
        self.remount(is_read_only=True)
        self.world.start()
        self.check_the_known_pass()
        self.assertEqual(self.first_sight()[0], "DUNNO")
        self.assertEqual(self.world.metric(STORE_FAILURES), 1)
        self.assertIn("records/ can be read only", self.world.page("/readyz"))
        self.assertEqual(self.world.metric('sekimori_store_state{store="records",state="read_only"}'), 1)
        self.remount(is_read_only=False)
        self.check_it_becomes_well()
        self.world.stop()

    def test_a_disk_that_is_full_at_the_start(self):
        self.mount("8m")
        self.world.start()
        self.fill()
        for how in ("in order", "killed", "without lock files"):
            with self.subTest(how=how):
                if how == "in order":
                    self.world.stop()
                else:
                    self.kill()
                if how == "without lock files":
                    for environment in ("facts", "records", "lists"):
                        os.remove(os.path.join(self.store, environment, "lock.mdb"))
                make_room = self.fill_disk()
                self.world.start()
                self.check_the_known_pass()
                wait_for(lambda: self.first_sight()[0] == "DUNNO", "the pages that were free to be used up")
                self.assertGreater(self.world.metric(STORE_FAILURES), 0)
                make_room()
                self.check_it_becomes_well()
        self.world.stop()

    def test_a_full_disk_without_a_store(self):
        self.mount("1m")
        make_room = self.fill_disk()
        self.world.start()
        self.assertRegex(self.first_sight()[0], "^(DUNNO|DEFER_IF_PERMIT)")
        self.assertIn("memory takes its place", self.world.page("/readyz"))
        self.world.stop()
        make_room()

    def test_a_disk_that_takes_no_store_at_all(self):
        self.mount("1m")
        self.remount(is_read_only=True)
        self.world.start()
        self.assertRegex(self.first_sight()[0], "^DEFER_IF_PERMIT")
        self.assertIn("memory takes its place", self.world.page("/readyz"))
        self.world.stop()

    def test_a_file_where_the_store_should_be(self):
        os.rmdir(self.store)
        with open(self.store, "w", encoding="ascii") as file:
            file.write("x")
        self.world.start()
        self.assertRegex(self.first_sight()[0], "^DEFER_IF_PERMIT")
        self.assertIn("memory takes its place", self.world.page("/readyz"))
        self.world.stop()


if __name__ == "__main__":
    main()
