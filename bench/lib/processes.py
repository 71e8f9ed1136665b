"""Running a program to its end, and what it took."""
import json
import os
import subprocess
import sys
import tempfile
import time

MEMORY_INTERVAL_SECONDS = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


# Path of the program that `run` has the others run by (c/took.c); set by the workbench.
TOOK = ""


class Finished:
    """A process that is over: seconds of wall time and of CPU (user and system, with its children's), peak memory."""

    def __init__(self, began, code, took, output, peaks):
        self.began = began
        self.wall = time.time() - began
        self.code = code
        self.user, self.system, kibibytes = (float(word) for word in took.split())
        self.cpu = self.user + self.system
        self.resident_bytes = kibibytes * 1024
        self.output = output
        # Sampled, and only when asked for: a process's own, and what is mapped from files.
        self.anonymous_bytes, self.mapped_bytes = peaks

    def figures(self):
        """The `name value` lines of campaign-bench and of the programs in C."""
        pairs = (line.split() for line in self.output.splitlines())
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].lstrip("-").isdigit()}


def start(*command, environment=None, folder=None, output=subprocess.DEVNULL):
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, cwd=folder,
        env={**os.environ, **(environment or {})})


def run(*command, codes=(0,), environment=None, folder=None, watches_memory=False, patience_seconds=1800):
    """Runs to the end; ends the bench where the exit code is not one of `codes`, or it takes longer than it may."""
    # Files, not pipes: a program that says much must not wait for a reader.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, tempfile.NamedTemporaryFile() as took:
        began = time.time()
        process = subprocess.Popen(
            [TOOK, took.name, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=errors, cwd=folder,
            env={**os.environ, **(environment or {})})
        peaks = (0, 0)
        while not is_over(process.pid, MEMORY_INTERVAL_SECONDS if watches_memory else 60):
            if watches_memory:
                peaks = tuple(map(max, peaks, tree_memory(process.pid)))
            if time.time() - began > patience_seconds:
                process.kill()
                sys.exit(f"{' '.join(command)}: not over after {patience_seconds} s")
        code = process.wait()
        if code not in codes:
            sys.exit(f"{' '.join(command)}: exit {code}\n{text(output)[-2000:]}{text(errors)[-2000:]}")
        with open(took.name) as file:
            return Finished(began, code, file.read(), text(output), peaks)


def parsed(output):
    """What a command has printed with `--json`."""
    return json.loads(output)


def text(file):
    file.seek(0)
    return file.read().decode(errors="replace")


def is_over(pid, seconds):
    """Waits so long at most; leaves the exit status to be collected."""
    deadline = time.monotonic() + seconds
    pause = 0.0005
    while True:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)


def memory(pid):
    """Bytes of the process that are its own, and bytes mapped from files: the journal, the program, its libraries."""
    values = {"RssAnon": 0, "RssFile": 0}
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                name = line.partition(":")[0]
                if name in values:
                    values[name] = int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return values["RssAnon"], values["RssFile"]


def tree(pid):
    """A process and all below it."""
    found = [pid]
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = file.read().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    for child in children:
        found += tree(int(child))
    return found


def tree_cpu(pid):
    """Seconds of CPU of a process and all below it, those that have ended included."""
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def tree_memory(pid):
    """Bytes of their own, and mapped from files, of a process and all below it."""
    return tuple(map(sum, zip(*[memory(member) for member in tree(pid)]))) or (0, 0)
