"""How cost, memory, size and restart grow with the list."""
import os
import shutil

import machine
import plots
import processes
from interrupted import Interrupted
from report import Table, micros, mib, number
from sink import Sink
from stores import log_bytes, table_bytes
from workbench import instant, median, sending_seconds

FULL = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000


def measure(bench):
    sizes = [bench.count(rows) for rows in FULL + ((LARGE,) if bench.large else ())]
    sending = Table(
        "Whole campaigns to `smtp-sink`, 64 connections",
        ["recipients", "messages/s", "CPU µs/message", "import, rows/s", "own memory, peak MiB",
         "mapped from files, peak MiB", "journal MiB", "log: bytes/recipient", "recipients' table: bytes/recipient",
         "load, flush µs"],
        "CPU: user and system, less what a campaign of one recipient takes. Import: from the start of the process to "
        "`startedAt`. Memory: `RssAnon` and `RssFile`, ten times a second; what is mapped is the journal and the "
        "program, and the kernel takes it back when it needs it. Log: pages of the events database, for claim and "
        "outcome of each recipient. Up to 100,000 recipients medians of the rounds, one run from there on.")
    restarts = Table(
        "Restart after `kill -9`",
        ["recipients", "events in the log", "snapshot", "first connection ms", "first MAIL ms", "load, flush µs"],
        "At three quarters of the list, the process is started, and killed at its first MAIL; medians. The log was "
        "written on to that place without sending (`campaign-bench extend`: frames of 26 recipients, as the engine "
        "writes them). A snapshot is left by a stop in good order, and every few million events.")
    curves = {name: [] for name in ("cpu", "own", "restart", "restart with snapshot")}
    with Sink() as sink:
        base = bench.send(1, f"{sink.url}?connections=1")[0].cpu
        for rows in sizes:
            add_sending(bench, sending, sink, rows, base, curves)
    for rows in sizes[1:]:
        add_restart(bench, restarts, rows, curves)
    targets(bench, curves)
    return [sending, restarts], drawings(curves)


def add_sending(bench, table, sink, rows, base, curves):
    rounds = bench.rounds if rows <= 100_000 else 1
    runs, moments = [], []
    bench.sample.list_of(rows)
    for _ in range(rounds):
        moments.append(bench.circumstances())
        finished, status, journal = bench.send(
            rows, f"{sink.url}?connections=64&slow-start=off", watches_memory=True)
        runs.append((
            rows / sending_seconds(status), max(finished.cpu - base, 0) / rows,
            rows / max(instant(status["startedAt"]) - finished.began, 1e-3)))
    rate, cpu, imported = (median(column) for column in zip(*runs))
    size = os.stat(os.path.join(journal, "data.mdb")).st_size
    log, rows_size = log_bytes(journal), table_bytes(journal, "recipients")
    table.row(
        number(rows), number(rate), micros(cpu), number(imported), mib(finished.anonymous_bytes),
        mib(finished.mapped_bytes), mib(size), *(f"{value / rows:.1f}" if value else "–" for value in (log, rows_size)),
        machine.shown(moments))
    curves["cpu"].append((rows, cpu * 1e6))
    curves["own"].append((rows, finished.anonymous_bytes / (1 << 20)))
    if log and rows >= 100_000:
        bench.measured["bytes-per-recipient"] = log / rows
    if rows == LARGE:
        bench.measured["memory-10M"] = finished.anonymous_bytes / (1 << 20)
        bench.measured["import-10M"] = imported
    shutil.rmtree(journal)


def add_restart(bench, table, rows, curves):
    campaign = Interrupted(bench, rows)
    campaign.extend()
    for name, key in (("none", "restart"), ("at hand", "restart with snapshot")):
        if name == "at hand":
            campaign.leave_snapshot()
        moment = bench.circumstances()
        rounds = [campaign.restart() for _ in range(max(bench.rounds, 3))]
        connected, mail = (median(column) * 1000 for column in zip(*rounds))
        table.row(number(rows), number(campaign.status()["sequence"]), name, number(connected), number(mail),
                  machine.shown([moment]))
        curves[key].append((rows, mail))
    shutil.rmtree(campaign.journal)


def targets(bench, curves):
    cpu = dict(curves["cpu"])
    if LARGE in cpu and FULL[0] in cpu:
        bench.measured["cpu-10M"] = cpu[LARGE] / cpu[FULL[0]]
    for rows, name in ((1_000_000, "1M"), (LARGE, "10M")):
        with_snapshot, without = (dict(curves[key]).get(rows) for key in ("restart with snapshot", "restart"))
        if with_snapshot is not None:
            bench.measured[f"restart-{name}"] = with_snapshot
        if without is not None and rows == LARGE:
            bench.measured["restart-10M-bare"] = without


def drawings(curves):
    return [
        plots.lines("cpu", "CPU per message by length of the list", "recipients", "µs",
                    [("CPU per message", curves["cpu"])]),
        plots.lines("memory", "Memory of its own by length of the list", "recipients", "MiB",
                    [("own memory", curves["own"])]),
        plots.lines("restart", "kill -9 to the first MAIL", "recipients", "ms",
                    [("no snapshot", curves["restart"]), ("with snapshot", curves["restart with snapshot"])]),
    ]
