"""Peak memory, import and size on disk as the list grows."""
import json
import os
import shutil
import subprocess

from report import Section, mib, number
from workbench import instant

PAGE_SIZE_BYTES = 4096


def measure(bench):
    url = bench.sink()
    sizes = [bench.count(rows) for rows in (10_000, 100_000, 1_000_000)]
    memory = Section(
        "Memory: whole campaigns to `smtp-sink`, 20 connections",
        ["recipients", "peak resident MiB", "peak anonymous MiB", "peak mapped from files MiB",
         "journal's file MiB", "messages/s", "CPU µs/message", "load, flush µs"],
        "Resident includes the program and what LMDB has mapped of the journal, which the kernel takes back when it "
        "needs it; anonymous is the process's own (`/proc/PID/smaps_rollup`, ten times a second). One run each.")
    imports = Section(
        "Import: validate, deduplicate, store",
        ["rows", "rows/s", "seconds", "load, flush µs"],
        "From the start of the process to `startedAt` of the job. One run each.")
    disk = Section(
        "On disk",
        ["recipients", "frames", "events", "events/frame", "bytes/event", "claim + sent: bytes/recipient",
         "of it frame headers", "recipients table: bytes/recipient", "unused pages"],
        "Pages of the `events` and `recipients` databases by `mdb_stat`; unused: pages of the file that are free.")
    for rows in sizes:
        bench.list_of(rows)
        before = bench.circumstances()
        finished, status, journal = bench.send(rows, f"{url}?connections=20", sample=sample)
        assert status["sent"] == rows, status
        seconds = instant(status["finishedAt"]) - instant(status["startedAt"])
        size = os.path.getsize(os.path.join(journal, "data.mdb"))
        memory.row(
            number(rows), mib(finished.resident_bytes), mib(finished.peaks["anonymous"]), mib(finished.peaks["file"]),
            mib(size), number(rows / seconds), f"{finished.cpu / rows * 1e6:.1f}", before)
        imported = instant(status["startedAt"]) - finished.began
        imports.row(number(rows), number(rows / imported), f"{imported:.2f}", before)
        add_sizes(bench, disk, journal, rows)
        keep(bench, journal)
    return [memory, imports, disk]


def keep(bench, journal):
    """The last one, of the longest list, is read again by the replays."""
    bench.finished_journal = os.path.join(bench.work, "finished.journal")
    shutil.rmtree(bench.finished_journal, ignore_errors=True)
    os.rename(journal, bench.finished_journal)


def sample(pid):
    """Bytes of the process that are its own, and bytes mapped from files: the journal, the program, libraries."""
    values = {"Rss": 0, "Anonymous": 0}
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                name = line.partition(":")[0]
                if name in values:
                    values[name] = int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return {"anonymous": values["Anonymous"], "file": values["Rss"] - values["Anonymous"]}


def add_sizes(bench, section, journal, rows):
    verified = json.loads(bench.run(bench.campaign, "verify", "--json", "--journal", journal).output)
    frames, events = verified["frames"], verified["events"]
    if shutil.which("mdb_stat") is None:
        bench.say("mdb_stat is missing (lmdb-utils): no sizes on disk")
        return
    log = pages(journal, "-s", "events") * PAGE_SIZE_BYTES
    table = pages(journal, "-s", "recipients") * PAGE_SIZE_BYTES
    header_size_bytes = 80
    section.row(
        number(rows), number(frames), number(events), f"{events / frames:.1f}", f"{log / events:.1f}",
        f"{log / rows:.1f}", f"{frames * header_size_bytes / rows:.1f}", f"{table / rows:.1f}", number(unused(journal)))


def pages(journal, *options):
    output = subprocess.run(["mdb_stat", *options, journal], check=True, capture_output=True, text=True).stdout
    last = output[output.rindex("Status of"):]
    return sum(int(line.split(":")[1]) for line in last.splitlines() if "pages:" in line)


def unused(journal):
    output = subprocess.run(["mdb_stat", "-f", journal], check=True, capture_output=True, text=True).stdout
    return sum(int(line.split(":")[1]) for line in output.splitlines() if line.strip().startswith("Free pages:"))
