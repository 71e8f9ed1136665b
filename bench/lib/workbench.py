"""What every measurement needs: a scratch folder, a sink, lists, and a process's time and memory."""
import datetime
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

CAMPAIGN_EXIT_CODES = (0, 2)
MESSAGE_SIZE_BYTES = 1024
FLUSHES = 40


def median(values):
    return statistics.median(values)


def load():
    """The load average of the last minute, to stand beside a figure."""
    return f"{os.getloadavg()[0]:.1f}"


def flush_micros(folder):
    """Median microseconds of writing a page and `fdatasync` in this folder, at this moment."""
    path = os.path.join(folder, "flush")
    times = []
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for index in range(FLUSHES):
            began = time.perf_counter()
            os.pwrite(handle, b"x" * 4096, 4096 * index)
            os.fdatasync(handle)
            times.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        os.unlink(path)
    return median(times) * 1e6


def instant(text):
    """Seconds since 1970 of a time that `status --json` prints."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Finished:
    """A process that is over: seconds of wall time and of CPU (user and system), largest resident size."""

    def __init__(self, began, status, usage, output, peaks):
        self.began = began
        self.wall = time.time() - began
        self.code = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.user, self.system = usage.ru_utime, usage.ru_stime
        self.resident_bytes = usage.ru_maxrss * 1024
        self.switches = usage.ru_nvcsw
        self.output = output
        self.peaks = peaks


class Workbench:
    def __init__(self, options, here):
        self.campaign = os.path.abspath(options.campaign)
        self.probe = os.path.abspath(options.probe)
        self.here = here
        self.quick = options.quick
        self.rounds = 1 if options.quick else 3
        self.work = os.path.abspath(options.work)
        self.sink_process = None
        self.port = 0
        self.finished_journal = None

    def __enter__(self):
        if not os.access(self.campaign, os.X_OK):
            sys.exit(f"{self.campaign} is missing: swift build -c release")
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        # Copies: a build in the meantime must not change what is measured.
        self.campaign = self.copy(self.campaign)
        if os.access(self.probe, os.X_OK):
            self.probe = self.copy(self.probe)
        self.port = free_port()
        return self

    def __exit__(self, *_):
        self.stop_sink()
        shutil.rmtree(self.work, ignore_errors=True)

    def copy(self, program):
        return shutil.copy2(program, os.path.join(self.work, os.path.basename(program)))

    def circumstances(self):
        """Load average and the disk's flush time, to stand beside a figure."""
        return f"{load()}, {flush_micros(self.work):.0f}"

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def count(self, full):
        """A number of messages, rows or commits: a tenth of it when quick."""
        return full // 10 if self.quick else full

    def folder(self, name):
        path = os.path.join(self.work, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    # The list and the template

    def list_of(self, rows):
        path = os.path.join(self.work, f"recipients-{rows}.csv")
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write("email,first_name,city,code\n")
                for row in range(rows):
                    file.write(f"user{row:08d}@example.com,Ann{row % 977},City{row % 1013},{row:08d}\n")
        return path

    def manifest(self, rows, endpoint):
        """A text message of 1 KB in all with three variables, in a folder of its own."""
        folder = self.folder(f"campaign-{rows}")
        body = "Hello {{first_name}},\n\nthe shop in {{city}} has something for you: code {{code}}.\n"
        line = "The quick brown fox jumps over the lazy dog near the river bank.\n"
        header_size_bytes = 320
        while len(body) + len(line) < MESSAGE_SIZE_BYTES - header_size_bytes:
            body += line
        with open(os.path.join(folder, "message.txt"), "w") as file:
            file.write(body)
        path = os.path.join(folder, "campaign.yaml")
        with open(path, "w") as file:
            file.write(
                f"job: bench-{rows}\nname: Bench\nfrom: \"Shop <shop@example.com>\"\n"
                "subject: \"{{first_name}}, spring is here\"\n"
                f"recipients: {self.list_of(rows)}\ntext: message.txt\nendpoints:\n  - {endpoint}\n")
        return path, os.path.join(folder, "campaign.journal")

    # Processes

    def start(self, *command):
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def run(self, *command, codes=(0,), sample=None):
        """Runs to the end. `sample(pid)` is called ten times a second and its largest values are kept."""
        began = time.time()
        process = self.start(*command)
        peaks = {}
        while sample is not None:
            for name, value in sample(process.pid).items():
                peaks[name] = max(peaks.get(name, 0), value)
            if wait_quietly(process, 0.1):
                break
        output = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        finished = Finished(began, status, usage, output, peaks)
        process.returncode = finished.code
        if finished.code not in codes:
            sys.exit(f"{' '.join(command)}: exit {finished.code}\n{output}")
        return finished

    def send(self, rows, endpoint, sample=None):
        """One whole campaign; its status afterwards."""
        manifest, journal = self.manifest(rows, endpoint)
        finished = self.run(self.campaign, "run", manifest, codes=CAMPAIGN_EXIT_CODES, sample=sample)
        return finished, self.status(journal), journal

    def status(self, journal):
        return json.loads(self.run(self.campaign, "status", "--json", "--journal", journal).output)

    # The sink

    def sink(self):
        if self.sink_process is None:
            user = ["-u", "nobody"] if os.geteuid() == 0 else []
            self.sink_process = subprocess.Popen(
                [tool("smtp-sink"), *user, f"127.0.0.1:{self.port}", "256"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for_port(self.port)
        return f"smtp://127.0.0.1:{self.port}"

    def stop_sink(self):
        if self.sink_process is not None:
            self.sink_process.send_signal(signal.SIGTERM)
            self.sink_process.wait()
            self.sink_process = None

    def sink_cpu(self):
        """Seconds of CPU that the sink has used so far."""
        with open(f"/proc/{self.sink_process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tool(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        sys.exit(f"{name} is missing: it is Postfix's")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"nothing listens on port {port}")


def wait_quietly(process, seconds):
    """True once the process is over; leaves its exit status to be collected."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(0.01)
    return False
