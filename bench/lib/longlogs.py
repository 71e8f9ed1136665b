"""How replay and restart grow with the log."""
import os
import shutil

import machine
import plots
from interrupted import Interrupted
from report import Table, mib, number
from workbench import median

RECIPIENTS = 1_000_000
# How often each recipient is deferred before it is sent: two events each time, and two at last.
DEFERRALS = (0, 6)
DEFERRALS_LARGE = 66


def measure(bench):
    rows = bench.count(RECIPIENTS)
    table = Table(
        f"Long logs: {number(rows)} recipients, three quarters of them sent after more and more deferrals",
        ["events", "journal MiB", "written, events/s", "fold, events/s", "every hash, events/s", "first MAIL ms",
         "first MAIL ms, with a snapshot", "load, flush µs"],
        "The campaign is begun by the engine and killed; `campaign-bench extend` writes its log on without sending: "
        "frames of 26 recipients with the engine's own encoder and store, 256 frames per durable commit. Fold: from "
        "the first event, checksums included. First MAIL: after `kill -9`, as in the section sizes.")
    series = [("no snapshot", []), ("with a snapshot", [])]
    for deferrals in DEFERRALS + ((DEFERRALS_LARGE,) if bench.large else ()):
        moment = bench.circumstances()
        campaign = Interrupted(bench, rows)
        written = campaign.extend(deferrals=deferrals)
        if deferrals < DEFERRALS_LARGE:
            campaign.check()
        size = os.path.getsize(os.path.join(campaign.journal, "data.mdb"))
        replay = bench.bench("replay", campaign.journal, "--rounds", "1" if deferrals == DEFERRALS_LARGE else "3")
        firsts = []
        for has_snapshot in (False, True):
            if has_snapshot:
                campaign.leave_snapshot()
            firsts.append(median([campaign.restart()[1] for _ in range(max(bench.rounds, 3))]) * 1000)
            series[has_snapshot][1].append((written["events"], firsts[-1]))
        table.row(
            number(written["events"]), mib(size), number(written["written-events/s"]), number(replay["fold-events/s"]),
            number(replay["verify-events/s"]), *map(number, firsts), machine.shown([moment]))
        shutil.rmtree(campaign.journal)
    return [table], [plots.lines("logs", "kill -9 to the first MAIL by length of the log", "events", "ms", series)]
