"""From the start of the process to the first message, after a kill in the middle of a campaign."""
import os
import re
import selectors
import signal
import socket
import time

from report import Section, number
from workbench import median

PATIENCE_SECONDS = 60


def measure(bench):
    section = Section(
        "Restart after `kill -9`",
        ["recipients", "events in the log", "in doubt or claimed", "first connection ms", "first MAIL ms",
         "`--help` ms", "`resume-point` ms", "load, flush µs"],
        "Killed at about three quarters, then the same command against a listener that notes when the first connection "
        "and the first MAIL command arrive. Killed again at that moment, so each round recovers anew; medians. There "
        "is no snapshot yet: all events are folded. `--help`: what loading the program alone takes.")
    # Fewer are through before they can be killed.
    for rows in sorted({100_000, bench.count(1_000_000)}):
        add(section, bench, rows)
    return [section]


def add(section, bench, rows):
    manifest, journal = bench.manifest(rows, f"{bench.sink()}?connections=20")
    killed_after(bench, manifest, journal, rows)
    bench.stop_sink()
    before = bench.circumstances()
    rounds = [first_mail(bench, manifest) for _ in range(max(bench.rounds, 3))]
    start = median([bench.run(bench.campaign, "--help").wall for _ in range(3)])
    point = median([bench.run(bench.campaign, "resume-point", "--journal", journal).wall for _ in range(3)])
    status = bench.status(journal)
    section.row(
        number(rows), number(status["sequence"]), status["inDoubt"] + status["claimed"],
        *[f"{median(column) * 1000:.0f}" for column in zip(*rounds)], f"{start * 1000:.0f}", f"{point * 1000:.0f}",
        before)


def killed_after(bench, manifest, journal, rows):
    """Kills when the journal's file shows that three quarters are through; it grows with every commit."""
    process = bench.start(bench.campaign, "run", manifest)
    deadline = time.monotonic() + PATIENCE_SECONDS * 5
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
        if not os.path.exists(os.path.join(journal, "data.mdb")):
            continue
        head = bench.run(bench.campaign, "head", "--journal", journal).output
        sequence = max((int(text) for text in re.findall(r"\b\d+\b", head.replace(",", ""))), default=0)
        if sequence >= rows * 1.5:
            break
    if process.poll() is not None:
        raise SystemExit("the campaign was over before it could be killed")
    process.send_signal(signal.SIGKILL)
    process.wait()


def first_mail(bench, manifest):
    """Seconds from start to the first connection and to the first MAIL."""
    with socket.create_server(("127.0.0.1", bench.port), backlog=256) as listener:
        began = time.monotonic()
        process = bench.start(bench.campaign, "run", manifest)
        try:
            return [moment - began for moment in listen(listener)]
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def listen(listener):
    connected = None
    peers = []
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
                if b"MAIL FROM" in received.upper():
                    moment = time.monotonic()
                    for peer in peers:
                        peer.close()
                    return connected, moment
                if received:
                    key.fileobj.sendall(b"250-bench.example.com\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                else:
                    selector.unregister(key.fileobj)
    raise SystemExit("no message arrived after a restart")
