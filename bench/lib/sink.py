"""Postfix's smtp-sink on loopback: takes every message and throws it away."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time


class Sink:
    """One smtp-sink, on a port that the kernel gives or on a given one; a context manager."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.process = None

    def __enter__(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            # It leaves connections beyond 256 waiting unless told otherwise.
            [tool("smtp-sink"), *user, "-m", "4096", f"127.0.0.1:{self.port}", "1024"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def cpu(self):
        """Seconds of CPU that it has used so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tool(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        sys.exit(f"{name} is missing: it is Postfix's (apt-get install postfix)")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"nothing listens on port {port}")
