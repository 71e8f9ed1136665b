"""Durable appends through the engine's store against a C program that puts the same frames into LMDB."""
import os
import re
import shutil
import subprocess
import tempfile

from report import Section, number
from workbench import load, median

MEMORY = "/dev/shm"


def measure(bench):
    if not os.access(bench.probe, os.X_OK):
        bench.say(f"{bench.probe} is missing: swift build -c release --product CampaignLogProbe")
        return []
    program = os.path.join(bench.work, "append")
    source = os.path.join(bench.here, "c-lmdb", "append.c")
    subprocess.run(["cc", "-O2", "-o", program, source, "-llmdb"], check=True)
    section = Section(
        "Durable appends: 32 bytes per event, one frame per commit",
        ["journal on", "events/commit", "C events/s", "engine events/s", "ratio", "engine µs/commit more",
         "scan, checked, events/s", "load"],
        "C: one `mdb_put` of the frame and one of a head record, then commit. Engine: the same, with checksum, Merkle "
        "root, epoch fence and engine lock. ratio: median of five rounds in turn.")
    places = [("disk", bench.work)]
    if os.path.isdir(MEMORY) and os.access(MEMORY, os.W_OK):
        places.append(("tmpfs", MEMORY))
    for name, parent in places:
        for events, commits in ((1, 4_000), (64, 4_000), (1000, 2_000)):
            add(section, bench, program, name, parent, events, bench.count(commits))
    return [section]


def add(section, bench, program, name, parent, events, commits):
    plain, engine, scans, loads = [], [], [], []
    # Short rounds and more of them: other work on the disk then meets both alike.
    for _ in range(bench.rounds * 2 - 1):
        loads.append(load())
        plain.append(rates(bench, parent, program, events, commits)[0])
        rate, scan = rates(bench, parent, bench.probe, events, commits, "measure")
        engine.append(rate)
        scans.append(scan)
    ratio = median([own / other for own, other in zip(engine, plain)])
    more = events / median(engine) - events / median(plain)
    section.row(
        name, events, number(median(plain)), number(median(engine)), f"{ratio:.2f}", f"{more * 1e6:.1f}",
        number(median(scans)), f"{min(loads)} – {max(loads)}")


def rates(bench, parent, program, events, commits, *verb):
    folder = tempfile.mkdtemp(prefix="campaign-bench-", dir=parent)
    try:
        output = bench.run(program, *verb, os.path.join(folder, "journal"), str(events), str(commits)).output
        return [float(rate) for rate in re.findall(r"events/s (\d+)", output)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
