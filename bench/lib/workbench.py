"""What every section needs: the programs, a scratch folder, sizes and rounds, and a place for what the targets ask."""
import datetime
import fcntl
import os
import shutil
import statistics
import sys

import machine
import native
import processes
from sample import TEXT_1K, Sample

CAMPAIGN_EXIT_CODES = (0, 2)
MEMORY_FOLDER = "/dev/shm"


def median(values):
    return statistics.median(values)


def instant(text):
    """Seconds since 1970 of a time that `status --json` prints."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Workbench:
    def __init__(self, options, here):
        self.here = here
        self.quick, self.large = options.quick, options.large
        self.rounds = 1 if options.quick else options.rounds
        self.work = os.path.abspath(options.work)
        self.cache = os.path.abspath(options.cache)
        self.programs = {
            "campaign": options.campaign, "campaign-bench": options.tool, "CampaignLogProbe": options.probe,
        }
        self.campaign = self.tool = self.probe = ""
        self.lock = None
        self.sample = Sample(os.path.join(self.work, "lists"))
        # Named figures of this section, for the targets.
        self.measured = {}

    def __enter__(self):
        os.makedirs(os.path.dirname(self.work), exist_ok=True)
        self.lock = open(self.work + ".lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"another bench uses {self.work}: wait for it, for both would measure each other")
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        os.makedirs(self.cache, exist_ok=True)
        processes.TOOK = native.program(self.work, "took")
        # Copies: a build in the meantime must not change what is measured.
        self.campaign, self.tool, self.probe = (self.copy(name) for name in self.programs)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)
        self.lock.close()

    def copy(self, name):
        source = os.path.abspath(self.programs[name])
        if not os.access(source, os.X_OK):
            sys.exit(f"{source} is missing: swift build -c release --product {name}")
        return shutil.copy2(source, os.path.join(self.work, name))

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def circumstances(self):
        return machine.circumstances(self.work)

    def count(self, full):
        """A number of messages, rows or commits: a tenth of it when quick."""
        return max(full // 10, 1) if self.quick else full

    def folder(self, name, parent=None):
        """An empty folder in the scratch space, or in memory."""
        path = os.path.join(parent or self.work, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    # The engine

    def campaign_file(self, rows, endpoint, kind=TEXT_1K, parent=None):
        """A campaign in a folder of its own, without a journal yet; the paths of both."""
        folder = self.folder(f"campaign-{rows}", parent)
        return self.sample.manifest(folder, rows, endpoint, kind), os.path.join(folder, "campaign.journal")

    def send(self, rows, endpoint, kind=TEXT_1K, parent=None, environment=None, watches_memory=False):
        """One whole campaign: the process, its status afterwards, the journal."""
        manifest, journal = self.campaign_file(rows, endpoint, kind, parent)
        finished = processes.run(
            self.campaign, "run", manifest, codes=CAMPAIGN_EXIT_CODES, environment=environment,
            watches_memory=watches_memory, patience_seconds=600 + rows // 2_000)
        status = self.status(journal)
        if status["sent"] != rows:
            sys.exit(f"{status['sent']} of {rows} messages were sent: {status}")
        return finished, status, journal

    def status(self, journal):
        return processes.parsed(processes.run(self.campaign, "status", "--json", "--journal", journal).output)

    def bench(self, *arguments, **options):
        """Runs campaign-bench; its figures by name."""
        return processes.run(self.tool, *arguments, **options).figures()


def sending_seconds(status):
    """From the job's start to its end, without import and program start."""
    return max(instant(status["finishedAt"]) - instant(status["startedAt"]), 1e-3)


def journal_bytes(journal):
    """Bytes that the journal's file takes on the disk."""
    return os.stat(os.path.join(journal, "data.mdb")).st_blocks * 512
