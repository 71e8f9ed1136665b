"""The engine alone: sizes and kinds of messages, numbers of connections."""
import machine
import plots
from contenders import Engine
from report import Table, micros, number, span
from sample import KINDS
from sink import Sink
from workbench import median

CONNECTIONS = (20, 64, 200)


def measure(bench):
    table = Table(
        "Kinds of messages and connections",
        ["message", "connections", "messages/s", "slowest – fastest", "MB/s", "CPU µs/message", "sink's CPU µs/message",
         "load, flush µs"],
        "Three variables, each message rendered for its recipient. Larger messages go in smaller numbers.")
    series = []
    with Sink() as sink:
        for kind in KINDS:
            count = bench.count(100_000 if kind.size_bytes < 5_000 else 30_000)
            line = []
            for connections in CONNECTIONS:
                line.append((connections, add(bench, table, sink, kind, connections, count)))
            series.append((kind.name, line))
    return [table], [plots.lines("messages", "Messages/s by connections", "connections", "messages/s", series)]


def add(bench, table, sink, kind, connections, count):
    rates, cpus, sinks, circumstances = [], [], [], []
    for _ in range(bench.rounds):
        circumstances.append(bench.circumstances())
        before = sink.cpu()
        took = Engine(bench, connections, kind).send(sink, count)
        rates.append(took.rate)
        cpus.append(took.cpu / count)
        sinks.append((sink.cpu() - before) / count)
    rate = median(rates)
    table.row(
        kind.name, connections, number(rate), span(rates), number(rate * kind.size_bytes / 1e6), micros(median(cpus)),
        micros(median(sinks)), machine.shown(circumstances))
    return rate
