"""Durable appends through the engine's store against a C program that puts the same frames into LMDB."""
import os
import re
import shutil
import tempfile

import machine
import native
import processes
from report import Table, number
from workbench import MEMORY_FOLDER, median

# What one program may take on the disk as it is.
SECONDS = 4


def measure(bench):
    table = Table(
        "Durable appends: 32 bytes per event, one frame per commit",
        ["journal on", "events/commit", "C events/s", "engine events/s", "ratio", "slowest – fastest ratio",
         "engine µs/commit more", "scan, checked, events/s", "load, flush µs"],
        "C: one `mdb_put` of the frame and one of a head record, then commit. Engine: the same, with checksum, the hash "
        "of the frame, the tree's peaks, epoch fence and engine lock. Both without the start of the program. ratio: of "
        "rounds in turn, median. In memory (tmpfs) a flush costs nothing: what remains is the engine's own work.")
    places = [("disk", bench.work)]
    if os.access(MEMORY_FOLDER, os.W_OK):
        places.append(("tmpfs", MEMORY_FOLDER))
    for name, parent in places:
        for events, commits in ((1, 4_000), (64, 4_000), (1000, 2_000)):
            ratio = add(table, bench, name, parent, events, bounded(bench.count(commits), parent))
            if name == "disk":
                bench.measured[f"append-{events}"] = ratio
    return [table], []


def bounded(commits, parent):
    """Fewer where the disk is slow: a commit flushes twice."""
    return min(commits, max(int(SECONDS / (2e-6 * machine.flush_micros(parent))), 200))


def add(table, bench, name, parent, events, commits):
    plain, engine, scans, moments = [], [], [], []
    # Short rounds and more of them: other work on the disk then meets both alike.
    for _ in range(bench.rounds * 2 - 1):
        moments.append(bench.circumstances())
        plain.append(rates(parent, native.program(bench.work, "append"), events, commits)[0])
        rate, scan = rates(parent, bench.probe, events, commits, "measure")[:2]
        engine.append(rate)
        scans.append(scan)
    ratios = [own / other for own, other in zip(engine, plain)]
    more = events / median(engine) - events / median(plain)
    table.row(
        name, events, number(median(plain)), number(median(engine)), f"{median(ratios):.2f}",
        f"{min(ratios):.2f} – {max(ratios):.2f}", f"{more * 1e6:.1f}", number(median(scans)), machine.shown(moments))
    return median(ratios)


def rates(parent, program, events, commits, *verb):
    folder = tempfile.mkdtemp(prefix="campaign-bench-", dir=parent)
    try:
        output = processes.run(program, *verb, os.path.join(folder, "journal"), str(events), str(commits)).output
        return [float(rate) for rate in re.findall(r"events/s (\d+)", output)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
