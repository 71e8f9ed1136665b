"""The events of one finished campaign in other stores: what they take to write, to keep and to read again."""
import os
import shutil

import machine
import native
import plots
import processes
from report import Table, mib, number
from sink import Sink
from workbench import median

EVENTS_PER_COMMIT = 64


def measure(bench):
    rows = bench.count(1_000_000)
    with Sink() as sink:
        _, _, journal = bench.send(rows, f"{sink.url}?connections=64&slow-start=off")
    sizes, records = os.path.join(bench.work, "sizes"), os.path.join(bench.work, "records")
    processes.run(bench.tool, "frames", journal, sizes, records)
    rounds = []
    for _ in range(bench.rounds):
        rounds.append((bench.circumstances(), one_round(bench, journal, sizes, records)))
    return tables(bench, rows, journal, sizes, rounds)


def one_round(bench, journal, sizes, records):
    """Each store once: its name, and what it took."""
    found = {"engine": bench.bench("replay", journal)}
    for name, program, arguments in (
            ("LMDB in C, the engine's frames", "frames", [sizes]),
            (f"LMDB in C, a record per event, {EVENTS_PER_COMMIT} per commit", "records",
             [records, str(EVENTS_PER_COMMIT)]),
            (f"SQLite, WAL, synchronous=FULL, a row per event, {EVENTS_PER_COMMIT} per commit", "sqlite",
             [records, str(EVENTS_PER_COMMIT)])):
        place = os.path.join(bench.folder("store"), "journal")
        counters = native.flush_counters(bench.work)
        finished = processes.run(
            native.program(bench.work, program), place, *arguments, environment=counters.environment())
        found[name] = finished.figures()
        found[name]["flushes"] = sum(counters.read().values())
        found[name]["bytes"] = size_on_disk(place)
        found[name]["memory"] = finished.resident_bytes
        shutil.rmtree(os.path.dirname(place))
    return found


def size_on_disk(place):
    if os.path.isdir(place):
        place = os.path.join(place, "data.mdb")
    return os.stat(place).st_blocks * 512


def log_bytes(journal):
    """Bytes of the pages of the events alone; None without mdb_stat (lmdb-utils)."""
    return table_bytes(journal, "events")


def table_bytes(journal, name):
    if shutil.which("mdb_stat") is None:
        return None
    output = processes.run("mdb_stat", "-s", name, journal).output
    last = output[output.rindex("Status of"):]
    return 4096 * sum(int(line.split(":")[1]) for line in last.splitlines() if "pages:" in line)


def tables(bench, rows, journal, sizes, rounds):
    moments = machine.shown([moment for moment, _ in rounds])
    events = rounds[0][1]["engine"]["events"]
    figure = lambda store, name: median([found[store][name] for _, found in rounds])
    table = Table(
        f"{number(events)} events of a finished campaign, {number(rows)} recipients",
        ["store", "durable writes, events/s", "CPU µs/event written", "flushes/event",
         "read from the first to the last, events/s", "bytes/event", "peak resident MiB", "load, flush µs"],
        "The engine was writing while it sent, so its own rate of writing is in the section append. Read, without the "
        "start of any program: the engine checks each frame's checksum, decodes, and folds into the job's state (what "
        "`campaign replay` does without a snapshot, in `campaign-bench replay`); C "
        "adds up every eighth byte of the frames, or folds a record per event into a table of one byte per recipient; "
        "SQLite steps through all rows and reads three columns. The fastest of three passes, median over the rounds. "
        "Written durably for 15 seconds at most; what is left is then written without flushes, to be read.")
    own = log_bytes(journal)
    table.row(
        "engine", "–", "–", "–", number(figure("engine", "fold-events/s")), "–" if own is None else f"{own / events:.1f}", "–",
        moments)
    others = [name for name in rounds[0][1] if name != "engine"]
    for name in others:
        table.row(
            name, number(figure(name, "write-events/s")), f"{figure(name, 'write-nanoseconds/event') / 1e3:.2f}",
            f"{figure(name, 'flushes') / figure(name, 'durable-events'):.3f}", number(figure(name, "scan-events/s")),
            f"{figure(name, 'bytes') / figure(name, 'events'):.1f}", mib(figure(name, "memory")), moments)
    scan = next(name for name in others if name.startswith("LMDB in C, a record"))
    bench.measured["fold-rate"] = figure("engine", "fold-events/s")
    bench.measured["fold-scan-ratio"] = median(
        [found["engine"]["fold-events/s"] / found[scan]["scan-events/s"] for _, found in rounds])
    drawing = plots.bars(
        "stores", "Reading a whole log", "events/s",
        [("engine: fold, checksums", figure("engine", "fold-events/s")),
         ("engine: every hash", figure("engine", "verify-events/s"))] + [
            (name.split(",")[0] + ":" + name.split(",")[1], figure(name, "scan-events/s")) for name in others])
    return [table, verification(bench, sizes, events, rounds, moments)], [drawing]


def verification(bench, sizes, events, rounds, moments):
    frames = os.path.getsize(sizes) // 8
    with open(sizes, "rb") as file:
        pairs = memoryview(file.read()).cast("I")
    total = sum(pairs[::2])
    mean = max(total // frames, 1)
    small = bench.bench("hash", "--size", str(mean), "--count", str(max(50_000_000 // mean, 1)))["bytes/s"]
    large = bench.bench("hash", "--size", "65536", "--count", "2000")["bytes/s"]
    rate = median([total / (found["engine"]["verify-nanoseconds"] / 1e9) for _, found in rounds])
    table = Table(
        "Verification: every hash of the log recomputed",
        ["", "MB/s", "events/s", "load, flush µs"],
        f"{number(frames)} frames of {mean} bytes on average. Besides hashing each frame, `verify` hashes the tree's "
        "inner nodes (about two more blocks per frame), compares each frame's hash with the one that the next frame "
        "names, checks checksums and decodes headers; without the start of the program. Frames are hashed by a second "
        "thread while the first reads on. SHA-256: the same implementation, alone, on one core.")
    per_event = total / events
    table.row("`verify`", number(rate / 1e6), number(rate / per_event), moments)
    table.row(f"SHA-256 of {mean} bytes at a time", number(small / 1e6), number(small / per_event), moments)
    table.row("SHA-256 of 64 KiB at a time", number(large / 1e6), number(large / per_event), moments)
    bench.measured["verify-hash-ratio"] = rate / small
    return table
