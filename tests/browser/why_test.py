"""The page for those turned away, in Debian's Chromium: why.mjs reads it as the sender's administrator would."""

import os
import sys

from browser_case import World, arguments, close, find_tools, look, reference_of
from world import wait_for

WHY_PORT = 9141
HOSTILE_HELO = "<img src=x onerror=alert(1)>"


def make_world(build):
    world = World(build, 1)
    zone = world.zone
    zone.tell(None, "2.113.0.203.in-addr.arpa", ["PTR", "mail.listed.example"])
    zone.tell(None, "mail.listed.example", ["A", "203.0.113.2"])
    zone.tell(None, "2.113.0.203.zen.example", ["A", "127.0.0.2"])
    world.set("dnsbl", "sites", '["zen.example*8"]')
    world.set("policy", "reject", "8")
    world.set("policy", "defer", '"off"')
    world.set("why", "listen", f'"{world.host}:{WHY_PORT}"')
    world.set("why", "requests", "true")
    world.set("why", "contact", '"postmaster@ours.example"')
    world.start()
    return world


def turned_away(world, **request):
    reference = reference_of(world.ask(**request))
    wait_for(lambda: reference in world.tool(["verdicts", "--reference", reference])[1], f"{reference} in the journal")
    return reference


def main():
    chosen = arguments()
    tools = find_tools()
    world = make_world(chosen.build)
    try:
        sent = {"greylisted": turned_away(world, client_address="198.51.100.1", sender="secret.person@partner.example"),
                "refused": turned_away(world, client_address="203.0.113.2"),
                "hostile": turned_away(world, client_address="203.0.113.66", helo_name=HOSTILE_HELO), "hostileHelo": HOSTILE_HELO}
        status = look("why", tools, chosen.screenshots or os.path.join(chosen.build, "browser"), chosen,
                      {"base": f"http://{world.host}:{WHY_PORT}", "sent": sent})
        if status == 0 and not chosen.only:
            said = world.tool(["requests", "list"])[1]
            if sent["refused"] not in said:
                raise AssertionError(f"the request made in the browser is not there:\n{said}")
        return status
    finally:
        close(world)


if __name__ == "__main__":
    sys.exit(main())
