"""What a slower disk costs, and how many connections, or claims ahead, make up for it."""
import os
import shutil
import signal
import time

import machine
import native
import plots
import processes
from report import Table, micros, number
from sink import Sink
from workbench import MEMORY_FOLDER, median, sending_seconds

DELAYS = (0, 100, 1_000, 10_000)
CONNECTIONS = (20, 64, 200, 1_000)
AHEAD = (1, 2, 4, 8)
SECONDS = 4
PATIENCE_SECONDS = 60


def measure(bench):
    in_memory = os.access(MEMORY_FOLDER, os.W_OK)
    parent = bench.folder("campaign-bench-flush", MEMORY_FOLDER) if in_memory else bench.work
    place = "**tmpfs**, where a flush itself takes no time" if in_memory else "the disk, whose own time comes on top"
    table = Table(
        "Messages/s by the disk's flush time",
        ["added to each flush, µs", "connections", "claims-ahead", "messages", "messages/s", "CPU µs/message",
         "flushes/message", "load, flush µs"],
        f"The journal is on {place}. An interposer lets each fdatasync and each synchronous write of LMDB's meta page "
        "sleep so long: a commit has one of both. `slow-start=off`; one run each.")
    series, ahead = [], []
    try:
        with Sink() as sink:
            for delay in DELAYS:
                line = [(connections, add(bench, table, sink, parent, delay, connections, 1))
                        for connections in CONNECTIONS]
                series.append((f"{delay / 1000:g} ms", line))
                # The first of these is in the table already.
                first = next(rate for connections, rate in line if connections == 64)
                ahead.append((f"{delay / 1000:g} ms", [(1, first)] + [
                    (claims, add(bench, table, sink, parent, delay, 64, claims)) for claims in AHEAD[1:]]))
        doubts = doubt(bench, parent)
    finally:
        if in_memory:
            shutil.rmtree(parent, ignore_errors=True)
    return [table, doubts], [
        plots.lines("flush", "Messages/s by time of a flush", "connections", "messages/s", series, log_y=True),
        plots.lines("ahead", "Messages/s by claims ahead, 64 connections", "claims ahead", "messages/s", ahead,
                    log_y=True)]


def add(bench, table, sink, parent, delay, connections, claims):
    # So many that it takes seconds: a lane waits for one commit and a half, of two flushes each.
    expected = min(connections * claims / (2.5 * (delay + 60) * 1e-6), 30_000)
    count = max(bench.count(int(expected * SECONDS)), connections * 2)
    # Few sizes of lists, not one for each pair.
    count = next(size for size in (400, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000) if size >= count)
    counters = native.flush_counters(bench.work)
    environment = {**counters.environment(), "BENCH_FLUSH_DELAY_MICROSECONDS": str(delay)}
    moment = bench.circumstances()
    finished, status, _ = bench.send(
        count, f"{sink.url}?connections={connections}&slow-start=off&claims-ahead={claims}", parent=parent,
        environment=environment)
    rate = count / sending_seconds(status)
    table.row(
        number(delay), connections, claims, number(count), number(rate), micros(finished.cpu / count),
        f"{sum(counters.read().values()) / count:.3f}", machine.shown([moment]))
    return rate


def doubt(bench, parent):
    """What kills leave: claims without an outcome, and how many of them the next start cannot clear up."""
    kills = bench.count(20)
    table = Table(
        "What claims ahead cost: doubt after `kill -9`, 64 connections, 1 ms added to each flush",
        ["claims-ahead", "kills", "claims without outcome, median", "most", "in doubt with the flight record, median",
         "most", "load, flush µs"],
        "One kill per campaign of 20,000, in the middle. Claims without outcome are what a power cut would have left in "
        "doubt, since the flight record is memory; after a kill the next start reads it. No probe.")
    for claims in AHEAD:
        moment = bench.circumstances()
        found = [killed(bench, parent, claims) for _ in range(kills)]
        table.row(
            claims, kills, *(figure for column in zip(*found) for figure in (number(median(column)), max(column))),
            machine.shown([moment]))
    return table


def killed(bench, parent, claims):
    rows = 20_000
    counters = native.flush_counters(bench.work)
    environment = {**counters.environment(), "BENCH_FLUSH_DELAY_MICROSECONDS": "1000"}
    with Sink() as sink:
        manifest, journal = bench.campaign_file(
            rows, f"{sink.url}?connections=64&slow-start=off&claims-ahead={claims}", parent=parent)
        process = processes.start(bench.campaign, "run", manifest, environment=environment)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline and sent(bench, journal) < rows // 4:
                time.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        open_claims = bench.status(journal)["claimed"]
        processes.run(bench.campaign, "run", manifest, codes=(0, 2))
        status = bench.status(journal)
        if status["sent"] + status["inDoubt"] != rows:
            raise SystemExit(f"after a kill not everyone is sent or in doubt: {status}")
        return open_claims, status["inDoubt"]


def sent(bench, journal):
    """Nothing while there is no journal yet."""
    finished = processes.run(
        bench.campaign, "status", "--json", "--journal", journal, codes=tuple(range(128)))
    return processes.parsed(finished.output)["sent"] if finished.code == 0 else 0
