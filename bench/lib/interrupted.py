"""Campaigns that were killed, and how long the next start takes to send."""
import re
import selectors
import signal
import socket
import sys
import time

import processes
from sink import Sink

PATIENCE_SECONDS = 300


class Interrupted:
    """A campaign whose engine was killed; its log can be written on without sending."""

    def __init__(self, bench, rows):
        self.bench, self.rows = bench, rows
        with Sink() as sink:
            self.port = sink.port
            self.manifest, self.journal = bench.campaign_file(rows, f"{sink.url}?connections=20&slow-start=off")
            process = self.started(20)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def started(self, more_events):
        """The engine, once it has written so many events more than there were."""
        process = processes.start(self.bench.campaign, "run", self.manifest)
        first = None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            # The list's events come first, in few commits: what counts comes after the job's start.
            status = self.status()
            if status is not None and status["state"] == "running":
                first = status["sequence"] if first is None else first
                if status["sequence"] >= first + more_events:
                    return process
            time.sleep(0.02)
        process.kill()
        sys.exit(f"the campaign of {self.rows} was over, or did not begin, before it could be killed")

    def status(self):
        finished = processes.run(
            self.bench.campaign, "status", "--json", "--journal", self.journal, codes=tuple(range(128)))
        return processes.parsed(finished.output) if finished.code == 0 else None

    def extend(self, percent=75, deferrals=0):
        """Writes the log on until so many have an outcome; what campaign-bench says of it."""
        return self.bench.bench("extend", self.journal, "--percent", str(percent), "--deferrals", str(deferrals))

    def check(self):
        """That the log is one that the engine could have written: its laws hold."""
        processes.run(self.bench.campaign, "audit", "--journal", self.journal)

    def leave_snapshot(self):
        """Goes on for a moment and stops in good order, which stores the folded state."""
        with Sink(port=self.port):
            process = self.started(20)
            process.send_signal(signal.SIGTERM)
            if process.wait(timeout=PATIENCE_SECONDS) != 75:
                sys.exit(f"the campaign of {self.rows} was over before it could be stopped")

    def restart(self):
        """Seconds from the engine's start to the first connection and to the first MAIL; then it is killed again."""
        with socket.create_server(("127.0.0.1", self.port), backlog=256) as listener:
            began = time.monotonic()
            process = processes.start(self.bench.campaign, "run", self.manifest)
            try:
                return [moment - began for moment in first_mail(listener)]
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()


def first_mail(listener):
    connected = None
    peers = []
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline:
                for key, _ in selector.select(1):
                    if key.fileobj is listener:
                        peer, _ = listener.accept()
                        connected = connected or time.monotonic()
                        peer.sendall(b"220 bench.example.com ESMTP\r\n")
                        selector.register(peer, selectors.EVENT_READ)
                        peers.append(peer)
                        continue
                    received = key.fileobj.recv(65536)
                    if re.search(rb"MAIL FROM", received, re.IGNORECASE):
                        return connected, time.monotonic()
                    if received:
                        key.fileobj.sendall(b"250-bench.example.com\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                    else:
                        selector.unregister(key.fileobj)
    finally:
        for peer in peers:
            peer.close()
    sys.exit("no message arrived after a restart")
