"""A backup taken while mail comes, put back in place of the store: a daemon goes on with it as if nothing had been."""

import os
import shutil
import threading

from tool_case import BLOCKED, GREYLISTED, ToolCase, main


class BackupTest(ToolCase):
    def ask(self, client):
        return self.world.ask(client_address=client)

    def ask_until(self, is_over):
        """First sights, each written to the store at once."""
        number = 0
        while not is_over.is_set():
            number += 1
            self.ask(f"198.51.{number // 250 % 250}.{1 + number % 250}")

    def backup_under_load(self, directory):
        is_over = threading.Event()
        mail = threading.Thread(target=self.ask_until, args=(is_over,))
        mail.start()
        try:
            return self.run_tool("backup", directory)
        finally:
            is_over.set()
            mail.join()

    def test_a_daemon_goes_on_with_what_was_put_back(self):
        copy, store = self.world.stage.path("copy"), self.world.stage.path("store")
        done = self.backup_under_load(copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_tool("blocklist", "remove", BLOCKED)  # after the backup: it comes back
        lists = self.run_tool("restore", "--from", copy)
        self.assertEqual(lists.returncode, 65, "a store that is there is never written over")

        self.world.stop()
        shutil.rmtree(store)
        done = self.run_tool("restore", "--from", copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(store)), ["lists", "records"])
        self.world.start()
        self.assertIn("Access denied", self.ask(BLOCKED))
        self.assertIn(self.reference, self.run_tool("explain", self.reference).stdout)
        self.world.pass_time(200)
        self.assertNotIn("DEFER", self.ask(GREYLISTED), "it came back: the first sight was kept")
        self.assertIn("DEFER", self.ask("192.0.2.200"), "others are told to come back")


if __name__ == "__main__":
    main()
