"""What the tests of this folder share: Chromium, Node and playwright-core, and a run of one script.

usage: NAME_test.py --build DIR [--screenshots DIR] [--only TEXT]

Screenshots go to DIR, else to browser/ of the build folder.  Exits with 77, and says so, where Chromium, Node or
playwright-core is missing (scripts/packages browser).
"""

import argparse
import glob
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))

from world import World  # noqa: E402

SKIPPED = 77


def find_playwright():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    found = sorted(glob.glob(os.path.join(cache, "sekimori", "playwright-core-*", "node_modules", "playwright-core")))
    return found[-1] if found else None


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build-dev")
    parser.add_argument("--screenshots")
    parser.add_argument("--only", default="")
    parser.add_argument("--readme", action="store_true")
    return parser.parse_args()


def find_tools():
    """{"chromium", "node", "playwright"}; ends the program where one is missing."""
    tools = {"chromium": shutil.which("chromium"), "node": shutil.which("node"), "playwright": find_playwright()}
    missing = [name for name, path in tools.items() if not path]
    if missing:
        print(f"SKIPPED: the pages were looked at by no browser: {', '.join(missing)} is missing (scripts/packages browser)", file=sys.stderr)
        sys.exit(SKIPPED)
    return tools


def look(script, tools, screenshots, chosen, task):
    """The exit status of the script, which is told `task`."""
    os.makedirs(screenshots, exist_ok=True)
    told = {**tools, **task, "script": script, "screenshots": os.path.abspath(screenshots), "only": chosen.only, "readme": chosen.readme}
    return subprocess.run([tools["node"], os.path.join(HERE, f"{script}.mjs")], input=json.dumps(told), text=True, timeout=400,
                          check=False).returncode


def reference_of(answer):
    return answer.split("(ref ")[1].rstrip(")")


def close(world):
    if world.is_running:
        world.stop()
    world.close()
