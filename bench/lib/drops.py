"""The drop directory against the least that any safe one takes: a loop in C.

Nothing is removed between rounds, and each round's directory lies where no file was removed lately: ext4 without a journal of
its own passes over each inode that was freed in the last minutes, one by one, for every file that it makes. A round after
another one's files were removed has been seen to take six times as long, whoever wrote them.
"""
import os
import shutil
import subprocess

import machine
import native
import processes
from contenders import Took
from report import Table, micros, mib, number, span
from sample import TEXT_1K
from workbench import journal_bytes, median, sending_seconds


class Ground:
    """Folders that the file system spreads over its disk (`chattr +T`), instead of keeping them by each other."""

    def __init__(self, bench):
        self.path = bench.folder("drops")
        self.folders = 0
        if shutil.which("chattr"):
            subprocess.run(["chattr", "+T", self.path], stderr=subprocess.DEVNULL)

    def folder(self):
        """An empty one, whose files stay until `clear`."""
        self.folders += 1
        path = os.path.join(self.path, str(self.folders))
        os.mkdir(path)
        return path

    def clear(self):
        shutil.rmtree(self.path)


class EngineDrop:
    name = "engine"

    def __init__(self, bench, ground):
        self.bench, self.ground = bench, ground

    def send(self, count, environment=None):
        outbox = os.path.join(self.ground.folder(), "outbox")
        finished, status, journal = self.bench.send(count, f"dir:{outbox}", environment=environment)
        written = len([name for name in os.listdir(outbox) if name.endswith(".eml")])
        if written != count:
            raise SystemExit(f"{written} files of {count} are in the drop directory")
        return Took(
            count / sending_seconds(status), finished.cpu, finished.resident_bytes, journal_bytes(journal),
            count / finished.wall)


class Loop:
    name = "C: write, `syncfs` per 64, rename"

    def __init__(self, bench, ground):
        self.ground = ground
        self.program = native.program(bench.work, "drop")

    def send(self, count, environment=None):
        finished = processes.run(
            self.program, os.path.join(self.ground.folder(), "outbox"), str(count), str(TEXT_1K.size_bytes),
            environment=environment)
        return Took(finished.figures()["files/s"], finished.cpu, finished.resident_bytes)


def measure(bench):
    count = bench.count(50_000)
    ground = Ground(bench)
    entries = [EngineDrop(bench, ground), Loop(bench, ground)]
    rounds = {entry: [] for entry in entries}
    for _ in range(bench.rounds):
        for entry in entries:
            moment = bench.circumstances()
            rounds[entry].append((entry.send(count), moment))
    table = Table(
        f"{number(count)} messages of 1 KB into a directory",
        ["", "files/s", "slowest – fastest", "with start and import", "ratio", "CPU µs/message", "peak resident MiB",
         "journal: bytes/message", "flushes/message", "load, flush µs"],
        "The engine personalises, flushes a group of files (`syncfs`), claims them durably, renames, and logs. The "
        "loop writes the same bytes again and again and remembers nothing. ratio: to the loop, per round, median. syncfs "
        "flushes everything on that file system, other programs' writes included. Each round has a directory of its own, on "
        "ground where no file was removed lately.")
    for entry in entries:
        took = [one for one, _ in rounds[entry]]
        rates = [one.rate for one in took]
        ratio = median([one.rate / other.rate for one, (other, _) in zip(took, rounds[entries[1]])])
        counters = native.flush_counters(bench.work)
        entry.send(count // 10, counters.environment())
        table.row(
            entry.name, number(median(rates)), span(rates), number(median([one.rate_with_start for one in took])),
            f"{ratio:.2f}", micros(median([one.cpu for one in took]) / count),
            mib(max(one.memory_bytes for one in took)),
            number(median([one.disk_bytes for one in took]) / count) if took[0].disk_bytes else "–",
            f"{sum(counters.read().values()) / (count // 10):.3f}",
            machine.shown([moment for _, moment in rounds[entry]]))
        if entry is entries[0]:
            bench.measured["drop-ratio"] = ratio
    ground.clear()
    return [table], []
