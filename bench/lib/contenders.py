"""Everything that sends a list to a server: each is asked for the same, and says what it took."""
import os
import shutil
import subprocess
import sys
import time

import postfix
import processes
from sample import TEXT_1K
from sink import tool
from workbench import journal_bytes, sending_seconds

MESSAGE_SIZE_BYTES = TEXT_1K.size_bytes


class Took:
    """Messages per second; CPU seconds of the sender alone, bytes of memory and bytes left on the disk of the run."""

    def __init__(self, rate, cpu, memory_bytes, disk_bytes=0, rate_with_start=None):
        self.rate, self.cpu, self.memory_bytes, self.disk_bytes = rate, cpu, memory_bytes, disk_bytes
        self.rate_with_start = rate_with_start or rate


class Engine:
    def __init__(self, bench, connections, kind=TEXT_1K, claims_ahead=1):
        self.bench, self.connections, self.kind, self.claims_ahead = bench, connections, kind, claims_ahead
        self.name = f"engine, {connections} connections" + (f", claims-ahead={claims_ahead}" if claims_ahead > 1 else "")
        self.promises = "personalised; every claim and outcome durable, resumes exactly"

    def send(self, sink, count, environment=None):
        endpoint = f"{sink.url}?connections={self.connections}&slow-start=off&claims-ahead={self.claims_ahead}"
        finished, status, journal = self.bench.send(count, endpoint, self.kind, environment=environment)
        return Took(
            count / sending_seconds(status), finished.cpu, finished.resident_bytes, journal_bytes(journal),
            count / finished.wall)


class Source:
    """Postfix's load generator: the same bytes again and again, nothing remembered."""

    def __init__(self, sessions, keeps_connection):
        self.sessions, self.keeps_connection = sessions, keeps_connection
        self.name = f"smtp-source {'-d ' if keeps_connection else ''}-s {sessions}"
        self.promises = "the same message each time; remembers nothing" + (
            "" if keeps_connection else "; a connection per message")

    def send(self, sink, count, environment=None):
        finished = processes.run(
            tool("smtp-source"), *(["-d"] if self.keeps_connection else []), "-s", str(self.sessions),
            "-l", str(MESSAGE_SIZE_BYTES), "-m", str(count), "-f", "shop@example.com", "-t", "ann@example.com",
            f"127.0.0.1:{sink.port}", environment=environment)
        return Took(count / finished.wall, finished.cpu, finished.resident_bytes)


def best_source(sink, count, keeps_connection):
    """The load generator at the session count that suits it best here."""
    contenders = [Source(sessions, keeps_connection) for sessions in (1, 2, 5, 10, 20, 40, 64, 100)]
    rates = [0.0] * len(contenders)
    # Twice, so that a moment's disturbance does not choose.
    for _ in range(2):
        rates = [max(rate, source.send(sink, count).rate) for rate, source in zip(rates, contenders)]
    return contenders[rates.index(max(rates))]


class Queue:
    """Postfix's queue: from the first message submitted to the last one relayed."""

    name = "Postfix's queue"
    promises = "not personalised; each message durable, at least once"

    def __init__(self, bench):
        self.bench = bench

    def send(self, sink, count, environment=None):
        with postfix.Postfix(self.bench.folder("postfix"), sink.port, environment) as server:
            before = server.cpu()
            source = processes.run(
                tool("smtp-source"), "-d", "-s", "20", "-l", str(MESSAGE_SIZE_BYTES), "-m", str(count),
                "-f", "shop@example.com", "-t", "ann@example.com", f"127.0.0.1:{server.port}")
            memory_bytes = max(processes.tree_memory(server.pid)[0], server.drain())
            seconds = time.time() - source.began
            return Took(count / seconds, server.cpu() - before, memory_bytes)


class Script:
    """Python with smtplib, its progress in SQLite."""

    def __init__(self, bench, batch):
        self.bench, self.batch = bench, batch
        self.name = f"Python smtplib + SQLite, commit per {'message' if batch == 1 else batch}"
        self.promises = "personalised; sends again what was sent since the last commit"

    def send(self, sink, count, environment=None):
        folder = self.bench.folder("script")
        manifest = self.bench.sample.manifest(folder, count, sink.url, TEXT_1K)
        database = os.path.join(folder, "progress.sqlite")
        finished = processes.run(
            sys.executable, os.path.join(self.bench.here, "rivals", "smtplib_sqlite.py"), "127.0.0.1",
            str(sink.port), self.bench.sample.list_of(count), database,
            os.path.join(os.path.dirname(manifest), "message.txt"), str(self.batch), environment=environment)
        return Took(
            finished.figures()["messages/s"], finished.cpu, finished.resident_bytes, os.path.getsize(database),
            count / finished.wall)


class MailMerge:
    """mailmerge from PyPI, in an environment of its own that is kept between runs."""

    name = "mailmerge (PyPI)"
    promises = "personalised; remembers nothing; a connection per message"

    def __init__(self, bench):
        self.bench = bench
        self.program = os.path.join(bench.cache, "mailmerge", "bin", "mailmerge")

    def is_possible(self):
        if self.starts():
            return True
        folder = os.path.join(self.bench.cache, "mailmerge")
        shutil.rmtree(folder, ignore_errors=True)
        for command in ([sys.executable, "-m", "venv", folder], [os.path.join(folder, "bin", "pip"), "install", "-q",
                                                                  "mailmerge"]):
            if subprocess.run(command, capture_output=True, timeout=300).returncode != 0:
                return False
        return self.starts()

    def starts(self):
        """Whether it can be run: an environment holds the path that it was made at, and is of no use at another."""
        try:
            return subprocess.run([self.program, "--version"], capture_output=True, timeout=60).returncode == 0
        except OSError:
            return False

    def send(self, sink, count, environment=None):
        folder = self.bench.folder("mailmerge")
        self.bench.sample.manifest(folder, count, sink.url, TEXT_1K)
        with open(os.path.join(folder, "message.txt")) as file:
            body = file.read()
        with open(os.path.join(folder, "mailmerge_template.txt"), "w") as file:
            file.write("TO: {{email}}\nSUBJECT: {{first_name}}, spring is here\nFROM: Shop <shop@example.com>\n\n")
            file.write(body)
        with open(os.path.join(folder, "mailmerge_server.conf"), "w") as file:
            # Without `ratelimit` it sends as fast as it can.
            file.write(f"[smtp_server]\nhost = 127.0.0.1\nport = {sink.port}\n")
        finished = processes.run(
            self.program, "--no-dry-run", "--no-limit", "--output-format", "text", "--database",
            self.bench.sample.list_of(count), folder=folder, environment=environment)
        return Took(count / finished.wall, finished.cpu, finished.resident_bytes)
