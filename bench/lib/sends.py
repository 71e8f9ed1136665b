"""Messages per second: into a server that throws them away, and into a drop directory."""
import os
import shutil

from report import Section, micros, number
from workbench import MESSAGE_SIZE_BYTES, instant, median, tool


def smtp(bench):
    messages = bench.count(100_000)
    url = bench.sink()
    sections = []
    for connections in (20, 64):
        section = Section(
            f"Sending: {number(messages)} messages of 1 KB to `smtp-sink`, {connections} connections",
            ["", "messages/s", "slowest – fastest", "with start, import, end", "CPU µs/message", "of it user",
             "sink's CPU µs/message", "ratio", "load, flush µs"],
            "The engine personalises (3 variables) and makes claim and outcome durable; "
            f"`smtp-source -d -s N -l {MESSAGE_SIZE_BYTES}` sends the same bytes again and again and remembers "
            "nothing. messages/s of the engine: from `startedAt` to `finishedAt`. ratio: of messages/s, median of the "
            "rounds.")
        engine, source, best = [], [], []
        loads = []
        for _ in range(bench.rounds):
            loads.append(bench.circumstances())
            engine.append(engine_round(bench, messages, f"{url}?connections={connections}"))
            source.append(source_round(bench, messages, 20))
            if connections != 20:
                best.append(source_round(bench, messages, connections))
        add(section, f"engine, {connections} connections", engine, source, loads)
        add(section, "smtp-source -d -s 20", source, source, loads)
        if best:
            add(section, f"smtp-source -d -s {connections}", best, source, loads)
        sections.append(section)
    return sections


def add(section, name, rounds, rival, loads):
    values = [median(column) for column in zip(*rounds)]
    ratio = median([own[0] / other[0] for own, other in zip(rounds, rival)])
    section.row(
        name, number(values[0]), span(rounds), number(values[1]), micros(values[2]), micros(values[3]),
        micros(values[4]), f"{ratio:.2f}", "; ".join(loads))


def span(rounds):
    rates = [row[0] for row in rounds]
    return f"{number(min(rates))} – {number(max(rates))}"


def engine_round(bench, messages, endpoint):
    before = bench.sink_cpu()
    finished, status, _ = bench.send(messages, endpoint)
    assert status["sent"] == messages, status
    seconds = instant(status["finishedAt"]) - instant(status["startedAt"])
    return (messages / seconds, messages / finished.wall, finished.cpu / messages, finished.user / messages,
            (bench.sink_cpu() - before) / messages)


def source_round(bench, messages, sessions):
    before = bench.sink_cpu()
    finished = bench.run(
        tool("smtp-source"), "-d", "-s", str(sessions), "-l", str(MESSAGE_SIZE_BYTES), "-m", str(messages),
        "-f", "shop@example.com", "-t", "ann@example.com", f"127.0.0.1:{bench.port}")
    return (messages / finished.wall, messages / finished.wall, finished.cpu / messages, finished.user / messages,
            (bench.sink_cpu() - before) / messages)


def drop_directory(bench):
    messages = bench.count(100_000)
    section = Section(
        f"Sending: {number(messages)} messages of 1 KB into a drop directory",
        ["", "messages/s", "slowest – fastest", "with start, import, end", "CPU µs/message", "load, flush µs"],
        "Each message is a file that is flushed (`syncfs` per group), claimed, renamed and logged.")
    outbox = os.path.join(bench.work, "outbox")
    rounds, loads = [], []
    for _ in range(bench.rounds):
        shutil.rmtree(outbox, ignore_errors=True)
        loads.append(bench.circumstances())
        finished, status, _ = bench.send(messages, f"dir:{outbox}")
        assert status["sent"] == messages, status
        seconds = instant(status["finishedAt"]) - instant(status["startedAt"])
        rounds.append((messages / seconds, messages / finished.wall, finished.cpu / messages))
    shutil.rmtree(outbox, ignore_errors=True)
    values = [median(column) for column in zip(*rounds)]
    section.row("engine", number(values[0]), span(rounds), number(values[1]), micros(values[2]), "; ".join(loads))
    return [section]
