"""Many campaigns in one engine at once."""
import machine
import plots
import processes
from report import Table, micros, mib, number
from workbench import median

JOBS = (1, 10, 100, 1_000)
FULL = 200_000


def measure(bench):
    recipients = bench.count(FULL)
    table = Table(
        f"{number(recipients)} messages in all, by campaigns at once",
        ["campaigns", "messages/s", "slowest – fastest", "CPU µs/message", "own memory, peak MiB",
         "creating a campaign, µs", "load, flush µs"],
        "In one process (`campaign-bench send`): each campaign has an endpoint that renders its messages, throws them "
        "away and calls them sent within the call, so what is measured is the log thread; 1,024 messages are under way "
        "at once, of all campaigns together. Every claim and outcome is durable, on disk. CPU is that of "
        "sending; creating a campaign is some durable commits and reading its list.")
    line = []
    for jobs in JOBS:
        rates, cpus, creations, memory, moments = [], [], [], [], []
        for _ in range(bench.rounds):
            moments.append(bench.circumstances())
            finished = processes.run(
                bench.tool, "send", bench.folder("jobs"), "--jobs", str(jobs), "--recipients", str(recipients),
                watches_memory=True)
            figures = finished.figures()
            rates.append(figures["messages/s"])
            creations.append(figures["create-microseconds/job"])
            cpus.append(figures["send-nanoseconds/message"] / 1e9)
            memory.append(finished.anonymous_bytes)
        table.row(
            number(jobs), number(median(rates)), f"{number(min(rates))} – {number(max(rates))}", micros(median(cpus)),
            mib(max(memory)), number(median(creations)), machine.shown(moments))
        line.append((jobs, median(rates)))
    return [table], [plots.lines("jobs", "Messages/s by campaigns at once", "campaigns", "messages/s",
                                 [("all campaigns together", line)])]
