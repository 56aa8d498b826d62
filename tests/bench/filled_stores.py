"""Stores with millions of rows, filled once by tests/bench/fill_store.cc and kept in build/bench/stores between runs."""

import glob
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import time

from bench_stage import BUILD, LISTS, TOP, run_json

KEPT = os.path.join(BUILD, "bench", "stores")


def filled(name, **counts):
    """The document of a filled store, with its "path"; `counts` are those of fill_store.cc."""
    path = os.path.join(KEPT, name)
    about = os.path.join(path, "filled.json")
    made_of = {"counts": counts, "lists": LISTS, "code": code_hash()}
    if os.path.exists(about):
        with open(about, encoding="utf-8") as file:
            document = json.load(file)
        if document["made_of"] == made_of:
            return document
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    print(f"filling {path} ({', '.join(f'{count} {what}' for what, count in counts.items())}) ...", flush=True)
    document = {**run_json("fill_store", store=path, lists=",".join(LISTS), **counts), "made_of": made_of, "path": path}
    with open(about, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return document


def code_hash():
    """Of all that decides what the files look like."""
    digest = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(TOP, "cache", "**", "*.*"), recursive=True) +
                       [os.path.join(TOP, "tests", "bench", name) for name in ("fill_store.cc", "population.cc", "list_population.cc")]):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def take_store(daemon, document):
    """Gives the daemon a copy of a filled store, and the time at which that was filled."""
    shutil.rmtree(daemon.store)
    copy_store(document, daemon.store)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("nobody")
        subprocess.run(["chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", daemon.store], check=True)
    daemon.pass_time(clock_of(document))


def copy_store(document, path):
    # What is still to be written to the disk would be waited for by whoever is measured next.
    subprocess.run(["cp", "-r", "--reflink=auto", document["path"], path], check=True)
    subprocess.run(["sync", "-f", path], check=True)


def clock_of(document):
    """What has to be added to the time to come to that of the filling."""
    return document["filled_at"] - int(time.time())
