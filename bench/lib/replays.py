"""Reading the log of a finished campaign from its beginning."""
import json
import os

import memory
from report import Section, mib, number
from workbench import load, median


def measure(bench):
    if bench.finished_journal is None:
        rows = bench.count(1_000_000)
        _, _, journal = bench.send(rows, f"{bench.sink()}?connections=20")
        memory.keep(bench, journal)
    journal = bench.finished_journal
    status = bench.status(journal)
    events = status["sequence"]
    section = Section(
        f"Replay: {number(events)} events of a finished campaign, {number(status['total'])} recipients",
        ["command", "events/s", "less opening", "seconds", "peak resident MiB", "load"],
        "`replay --until` the last but one event folds from the first event on, with checksums, and no snapshot; "
        "`status` takes the snapshot; `verify` computes every hash; `audit` checks the laws and folds twice.")
    start = median([bench.run(bench.campaign, "head", "--journal", journal).wall for _ in range(bench.rounds)])
    commands = [
        ("replay --until", "replay", "--until", str(events - 1), "--json"),
        ("replay --check", "replay", "--check", "--json"),
        ("status", "status", "--json"),
        ("audit", "audit", "--json"),
        ("verify", "verify", "--json"),
    ]
    for name, *arguments in commands:
        before = load()
        runs = [
            bench.run(bench.campaign, *arguments, "--journal", journal) for _ in range(bench.rounds)
        ]
        if name in ("audit", "verify"):
            assert json.loads(runs[0].output)["ok"], runs[0].output
        wall = median([run.wall for run in runs])
        net = max(wall - start, 1e-4)
        section.row(
            f"`{name}`", number(events / wall), number(events / net), f"{wall:.3f}",
            mib(max(run.resident_bytes for run in runs)), before)
    size = os.path.getsize(os.path.join(journal, "data.mdb"))
    section.note += f" Opening (`head`) takes {start * 1000:.0f} ms; the file has {mib(size)} MiB."
    return [section]
