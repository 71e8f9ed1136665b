"""What a slower disk costs, and how many connections make up for it."""
import os
import shutil

import machine
import native
import plots
from report import Table, micros, number
from sink import Sink
from workbench import MEMORY_FOLDER, sending_seconds

DELAYS = (0, 100, 1_000, 10_000)
CONNECTIONS = (20, 64, 200, 1_000)
SECONDS = 4


def measure(bench):
    in_memory = os.access(MEMORY_FOLDER, os.W_OK)
    parent = bench.folder("campaign-bench-flush", MEMORY_FOLDER) if in_memory else bench.work
    place = "**tmpfs**, where a flush itself takes no time" if in_memory else "the disk, whose own time comes on top"
    table = Table(
        "Messages/s by the disk's flush time",
        ["added to each flush, µs", "connections", "messages", "messages/s", "CPU µs/message", "flushes/message",
         "load, flush µs"],
        f"The journal is on {place}. An interposer lets each fdatasync and each synchronous write of LMDB's meta page "
        "sleep so long: a commit has one of both. `slow-start=off`; one run each.")
    series = []
    try:
        with Sink() as sink:
            for delay in DELAYS:
                line = []
                for connections in CONNECTIONS:
                    rate = add(bench, table, sink, parent, delay, connections)
                    line.append((connections, rate))
                series.append((f"{delay / 1000:g} ms", line))
    finally:
        if in_memory:
            shutil.rmtree(parent, ignore_errors=True)
    return [table], [plots.lines("flush", "Messages/s by time of a flush", "connections", "messages/s", series,
                                 log_y=True)]


def add(bench, table, sink, parent, delay, connections):
    # So many that it takes seconds: a lane waits for one commit and a half, of two flushes each.
    expected = min(connections / (2.5 * (delay + 60) * 1e-6), 30_000)
    count = max(bench.count(int(expected * SECONDS)), connections * 2)
    # Few sizes of lists, not one for each pair.
    count = next(size for size in (400, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000) if size >= count)
    counters = native.flush_counters(bench.work)
    environment = {**counters.environment(), "BENCH_FLUSH_DELAY_MICROSECONDS": str(delay)}
    moment = bench.circumstances()
    finished, status, _ = bench.send(
        count, f"{sink.url}?connections={connections}&slow-start=off", parent=parent, environment=environment)
    rate = count / sending_seconds(status)
    table.row(
        number(delay), connections, number(count), number(rate), micros(finished.cpu / count),
        f"{sum(counters.read().values()) / count:.3f}", machine.shown([moment]))
    return rate
