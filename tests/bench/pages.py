"""How long the status page, the verdicts and one verdict take, with a million verdicts in the journal and as many requests to
be let in as may wait."""

import re
import time

from bench_stage import Daemon, NameServer, median, processor_seconds
from filled_stores import filled, take_store
from growth import figure
from stage import wait_for

VERDICTS = 1_000_000
APPEALS = 500
LOOKS = 40


def pages(stage, _args):
    """Each page by itself, once the daemon has read the journal: on the clock, and processor time of the daemon."""
    document = filled("verdicts", verdicts=VERDICTS, appeals=APPEALS)
    daemon = Daemon(stage, NameServer(stage).port, "pages")
    take_store(daemon, document)
    daemon.start()

    def is_idle():
        before = processor_seconds(daemon.process.pid)
        time.sleep(1)
        return processor_seconds(daemon.process.pid) - before < 0.02

    # At the lowest priority it counts what the journal holds of the last week.
    wait_for(is_idle, "the journal to be read", 120)
    shown = re.search(r'id="requests".*?</section>', daemon.get("/"), re.DOTALL)
    if not shown or f"{APPEALS - 10} more" not in shown[0]:  # ten stand on the page
        raise AssertionError(f"the page does not say that {APPEALS} requests wait: {shown and shown[0]}")
    table, results = [], {}
    for name, path in (("overview", "/"), ("verdicts", "/verdicts"), ("one verdict", "/verdicts/" + document["reference"]),
                       ("verdicts of a sender, last day", "/verdicts?sender=%40sender77.example")):
        clock, spent = [], []
        for _ in range(LOOKS):
            begin, processor = time.perf_counter(), processor_seconds(daemon.process.pid)
            if daemon.get(path) is None:
                raise AssertionError(f"no page {path}")
            clock.append((time.perf_counter() - begin) * 1000)
            spent.append((processor_seconds(daemon.process.pid) - processor) * 1000)
        results[name] = {"clock_ms": sorted(clock), "processor_ms": sorted(spent)}
        for what, values in (("ms", clock), ("processor ms", spent)):
            if "?" in path:  # reads the day's verdicts: no goal, but the truth
                table.append((f"page: {name}, {what}", f"{median(values):.1f}", "", "", "", True))
            else:
                table.append(figure(f"page: {name}, {what}", median(values), "<=", 20, 1))
    daemon.stop()
    return table, results
