"""The same list to the same server: the engine, a load generator, a mail server, a script, a program from PyPI."""
import contenders
import machine
import native
import plots
import postfix
from contenders import Engine, MailMerge, Queue, Script, Source
from report import Table, micros, mib, number, span
from sink import Sink
from workbench import median

FULL = 100_000
# Connections, and claims ahead.
ENGINES = ((20, 1), (20, 4), (64, 1), (64, 4), (64, 8), (200, 1), (200, 4))


def measure(bench):
    with Sink() as sink:
        entries = chosen(bench, sink)
        rounds = {rival: [] for rival, _ in entries}
        for _ in range(bench.rounds):
            for rival, count in entries:
                before, sink_before = bench.circumstances(), sink.cpu()
                took = rival.send(sink, count)
                rounds[rival].append((took, (sink.cpu() - sink_before) / count, before))
        flushes = {rival: flushed(bench, rival, sink, max(count // 10, 100)) for rival, count in entries}
    return [shown(bench, entries, rounds, flushes)], [drawn(rounds)]


def chosen(bench, sink):
    """Rivals and how many messages each gets: slow ones fewer, so that all take seconds."""
    count = bench.count(FULL)
    best = contenders.best_source(sink, max(count // 5, 2_000), keeps_connection=True)
    entries = [
        *((Engine(bench, connections, claims_ahead=ahead), count) for connections, ahead in ENGINES),
        (best, count),
        (contenders.best_source(sink, max(count // 20, 1_000), keeps_connection=False), count // 2),
    ]
    if best.sessions != 64:
        entries.append((Source(64, keeps_connection=True), count))
    if postfix.is_possible():
        bench.queue = Queue(bench)
        entries.append((bench.queue, bench.count(10_000)))
    else:
        bench.queue = None
        bench.say("Postfix's own queue is left out: it needs root and an installed Postfix")
    entries += [(Script(bench, 1), bench.count(5_000)), (Script(bench, 64), bench.count(10_000))]
    merge = MailMerge(bench)
    if merge.is_possible():
        entries.append((merge, bench.count(1_000)))
    else:
        bench.say("mailmerge is left out: it could not be installed from PyPI")
    return entries


def flushed(bench, rival, sink, count):
    """Flushes per message, counted in a run apart."""
    counters = native.flush_counters(bench.work)
    rival.send(sink, count, environment=counters.environment())
    return sum(counters.read().values()) / count


def shown(bench, entries, rounds, flushes):
    best = max((rival for rival, _ in entries if is_steady_source(rival)), key=lambda rival: rate(rounds[rival]))
    table = Table(
        "1 KB messages to `smtp-sink`",
        ["", "keeps its word how", "messages", "messages/s", "slowest – fastest", "with start and import",
         "against the load generator", "CPU µs/message", "sink's CPU µs/message", "peak resident MiB",
         "bytes on disk/message", "flushes/message", "load, flush µs"],
        "messages/s of the engine: from `startedAt` to `finishedAt`, with `slow-start=off`; of Postfix: from the first "
        "message submitted (20 sessions) until its queue is empty, its brakes loosened (`in_flow_delay = 0`, 20 to 100 "
        "deliveries at once). *Against*: the load generator at the session count that suits it best of 1 to 100, per "
        "round, median. CPU: user and system of the sender alone. Memory: resident, what is mapped of the journal "
        "included; of Postfix: its processes' own together. On disk: what is left, list included. Flushes: "
        "fdatasync, fsync, syncfs, msync, synchronous writes, by an interposer in a run apart. claims-ahead: messages "
        "of a connection that may be claimed without an outcome, 1 unless told otherwise. mailmerge can limit its "
        "own rate, which is off: what limits it here is a connection per message and printing each.")
    for rival, count in entries:
        took = [entry[0] for entry in rounds[rival]]
        rates = [one.rate for one in took]
        ratio = median([one.rate / other.rate for one, other in zip(took, [e[0] for e in rounds[best]])])
        table.row(
            rival.name, rival.promises, number(count), number(median(rates)), span(rates),
            number(median([one.rate_with_start for one in took])), f"{ratio:.2f}",
            micros(median([one.cpu for one in took]) / count), micros(median([entry[1] for entry in rounds[rival]])),
            mib(max(one.memory_bytes for one in took)),
            number(median([one.disk_bytes for one in took]) / count) if took[0].disk_bytes else "–",
            f"{flushes[rival]:.3f}", machine.shown([entry[2] for entry in rounds[rival]]))
        if rival.name == "engine, 64 connections, claims-ahead=8":
            bench.measured["source-ratio-ahead"] = ratio
        if rival.name == "engine, 64 connections":
            bench.measured["source-ratio"] = ratio
            if bench.queue is not None:
                queue = [entry[0] for entry in rounds[bench.queue]]
                bench.measured["postfix-ratio"] = median([a.rate / b.rate for a, b in zip(took, queue)])
    return table


def is_steady_source(rival):
    return isinstance(rival, Source) and rival.keeps_connection


def rate(entries):
    return median([took.rate for took, _, _ in entries])


def drawn(rounds):
    values = [(rival.name, rate(entries)) for rival, entries in rounds.items()]
    return plots.bars(
        "rivals", "1 KB messages to smtp-sink", "messages/s", sorted(values, key=lambda pair: -pair[1]),
        logarithmic=True)
