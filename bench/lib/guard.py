"""What a message and an event cost, in instructions (callgrind) and allocations (interposer): counts, not seconds."""
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys

import native
from sink import Sink

# valgrind has less address space than the engine reserves for a journal.
MAP = ("--map-size", "256")
# Below this share of what was recorded the limit has become too generous.
CHEAPER = 0.9


class Case:
    """Two sizes of one run, and what their difference is divided by.

    `arguments(size, folder, sink)` are those of campaign-bench. One thread's counts are the same each time to a
    thousandth; a run with threads and sockets varies with what happens to meet in a group: it is made three times, and
    the median counts. The head-room, a factor on what is measured, is several times the spread.
    """

    def __init__(self, title, unit, sizes, units, arguments, headroom=1.10, rounds=1, needs_sink=False):
        self.title, self.unit, self.sizes, self.units = title, unit, sizes, units
        self.arguments, self.headroom, self.rounds, self.needs_sink = arguments, headroom, rounds, needs_sink

    @property
    def varies(self):
        return self.rounds > 1


CASES = {
    "codec": Case(
        "codec: a claim and an outcome packed", "event", (20_000, 60_000), lambda size: 2 * size,
        lambda size, folder, sink: ["codec", "--recipients", str(size)]),
    "fold": Case(
        "fold: frames of a finished campaign, from memory", "event", (2, 6), lambda rounds: rounds * 40_000,
        lambda rounds, folder, sink: ["fold", "--recipients", "20000", "--rounds", str(rounds)]),
    "step": Case(
        "log thread: import, render, machine, frames, LMDB", "message", (2_000, 6_000), lambda size: size,
        lambda size, folder, sink: ["step", folder, *MAP, "--recipients", str(size)]),
    "jobs": Case(
        "the same beside 50 jobs that wait", "message", (2_000, 6_000), lambda size: size,
        lambda size, folder, sink: ["step", folder, *MAP, "--recipients", str(size), "--others", "50"]),
    "drop": Case(
        "whole engine into a drop directory", "message", (2_000, 6_000), lambda size: size,
        lambda size, folder, sink:
            ["send", folder, *MAP, "--recipients", str(size), "--endpoint", f"dir:{folder}/outbox"], headroom=1.15,
        rounds=3),
    "smtp": Case(
        "whole engine to smtp-sink, 20 connections", "message", (2_000, 8_000), lambda size: size,
        lambda size, folder, sink:
            ["send", folder, *MAP, "--recipients", str(size), "--endpoint",
             f"{sink.url}?connections=20&slow-start=off"], headroom=1.20, rounds=3, needs_sink=True),
}


def main(options, folder):
    for name in ("valgrind", "strip"):
        if shutil.which(name) is None:
            sys.exit(f"guard: {name} is missing (apt-get install {'binutils' if name == 'strip' else name})")
    if not os.access(options.tool, os.X_OK):
        sys.exit(f"guard: {options.tool} is missing: swift build -c release --product campaign-bench")
    chosen = options.only.split(",") if options.only else list(CASES)
    unknown = [name for name in chosen if name not in CASES]
    if unknown:
        sys.exit(f"guard: no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    with open(options.limits) as file:
        limits = json.load(file)
    # valgrind cannot read the debugging information that Swift writes.
    program = os.path.join(folder, "campaign-bench")
    subprocess.run(["strip", "-o", program, options.tool], check=True)
    counting = Counting(program, folder)
    measured = {name: counting.measure(CASES[name]) for name in chosen}
    return record(options, limits, measured) if options.record else judge(limits, measured)


class Counting:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.allocations = native.allocation_counters(folder)

    def measure(self, case):
        """Instructions and allocations per unit, each with the spread of its rounds in per cent."""
        if not case.needs_sink:
            return self.rounds(case, None)
        with Sink() as sink:
            return self.rounds(case, sink)

    def rounds(self, case, sink):
        counts = {"instructions": [], "allocations": []}
        for _ in range(case.rounds):
            small, large = (self.run(case.arguments(size, self.scratch(), sink)) for size in case.sizes)
            units = case.units(case.sizes[1]) - case.units(case.sizes[0])
            for kind, values in counts.items():
                values.append((large[kind] - small[kind]) / units)
        return {
            kind: (statistics.median(values), 100 * (max(values) - min(values)) / max(max(values), 1e-9))
            for kind, values in counts.items()
        }

    def scratch(self):
        path = os.path.join(self.folder, "run")
        shutil.rmtree(path, ignore_errors=True)
        return path

    def run(self, arguments):
        """Both counts of one run: under valgrind threads take turns, and groups are the same on an idle machine and a
        loaded one."""
        self.allocations.reset()
        preload = {"LD_PRELOAD": self.allocations.library, self.allocations.variable: self.allocations.path}
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", self.program, *arguments]
        # A run hangs or is over in seconds; on a slow machine it takes a minute.
        finished = subprocess.run(
            command, env={**os.environ, **preload}, capture_output=True, text=True,
            errors="replace", timeout=600)
        found = re.search(r"Collected : (\d+)", finished.stderr)
        if finished.returncode != 0 or found is None:
            sys.exit(f"guard: {' '.join(command)}: exit {finished.returncode}\n{finished.stderr[-2000:]}")
        return {"instructions": int(found[1]), "allocations": self.allocations.read()["calls"]}


def judge(limits, measured):
    """Prints the table; 1 when something is over its limit."""
    # Instructions of another architecture are other instructions; allocations are the same everywhere.
    comparable = limits["architecture"] == platform.machine()
    failed = []
    rows = [("case", "per", "count", "measured", "spread", "limit", "")]
    for name, counts in measured.items():
        case = CASES[name]
        for kind, (value, spread) in counts.items():
            known = limits["cases"].get(name, {}).get(kind, {})
            limit = known.get("limit")
            verdict = "no limit yet" if limit is None else "ok" if value <= limit else "OVER"
            if verdict == "ok" and value < CHEAPER * known["measured"] - 0.1:
                verdict = "ok; cheaper than recorded: bench/guard --record"
            if kind == "instructions" and not comparable:
                verdict = f"not judged: limits are for {limits['architecture']}"
            elif verdict == "OVER":
                failed.append(f"{case.title}: {value:,.2f} {kind} per {case.unit}, limit {limit:,.2f}")
            rows.append((
                name, case.unit, kind, f"{value:,.2f}", f"{spread:.1f} %" if case.varies else "",
                "" if limit is None else f"{limit:,.2f}", verdict))
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        print("  ".join(
            cell.rjust(width) if 3 <= index <= 5 else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths))).rstrip())
    for line in failed:
        print(f"guard: {line}", file=sys.stderr)
    if failed:
        print("guard: find what has grown (valgrind --tool=callgrind), or say in the commit why it is worth it and "
              "raise the limit: bench/guard --record", file=sys.stderr)
    return 1 if failed else 0


def record(options, limits, measured):
    limits["architecture"] = platform.machine()
    for name, counts in measured.items():
        case = CASES[name]
        # A tenth of an allocation more or less is chance where threads meet.
        slack = {"instructions": 0, "allocations": 0.1 if case.varies else 0.005}
        limits["cases"][name] = {
            kind: {"measured": round(value, 3), "limit": round(value * case.headroom + slack[kind], 3)}
            for kind, (value, _) in counts.items()
        }
    with open(options.limits, "w") as file:
        json.dump(limits, file, indent=4)
        file.write("\n")
    return judge(limits, measured)
