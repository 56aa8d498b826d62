"""Where there is no memory for a request it passes, and the daemon goes on."""

from fault_case import FaultCase, main

INTERNAL = 'sekimori_fail_open_total{cause="internal"}'


class OutOfMemoryTest(FaultCase):
    def ask_as_postfix(self):
        """A connection that is closed before the answer is replaced once: what a request has left of the count to the
        allocation that fails may be that of the next connection."""
        try:
            return self.first_sight()[0]
        except AssertionError as error:
            self.assertIn("closed the connection after b''", str(error))
            return self.first_sight()[0]

    def test_any_allocation_of_a_request_may_fail(self):
        self.preload("fail_new")
        self.world.set("dnsbl", "sites", '["bl.example*8"]')
        self.world.start()
        failed, number, answered = 0, 0, 0
        while failed == number and number < 2000:  # until a request needs no more
            number += 1
            with self.world.connect() as connection:
                connection.send(client_address=f"100.64.{number // 250}.{number % 250 + 1}",
                                helo_name=f"fail-{number}.example", instance=f"{number}.0")
                try:
                    self.assertRegex(connection.receive(), "^(DUNNO|DEFER_IF_PERMIT)")
                    answered += 1
                except AssertionError as error:  # before the request was whole: Postfix asks again
                    self.assertIn("closed the connection after b''", str(error))
            self.assertTrue(self.ask_as_postfix().startswith("DEFER_IF_PERMIT"), number)
            failed = self.world.metric(INTERNAL)
        print(f"\n{failed:.0f} allocations of a request failed one after the other, {answered} were answered")
        self.assertGreater(answered, 20)
        self.assertGreater(failed, 20)
        self.assertIn("out_of_memory", self.world.log())
        self.world.stop()


if __name__ == "__main__":
    main()
