"""Postfix with its own queue, in folders of its own: messages are submitted by SMTP and relayed to the sink."""
import os
import pwd
import shutil
import subprocess
import sys
import time

import processes
from sink import free_port, tool, wait_for_port

PATIENCE_SECONDS = 300

MAIN = """compatibility_level = 3.6
queue_directory = {work}/queue
data_directory = {work}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.com
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
# As fast as it goes: no brake on what comes in, many deliveries at once from the beginning.
in_flow_delay = 0
initial_destination_concurrency = 20
default_destination_concurrency_limit = 100
default_process_limit = 100
import_environment = MAIL_CONFIG TZ LANG=C {environment}
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
"""


def is_possible():
    """Its daemons change users, so root has to start it."""
    if os.geteuid() != 0 or shutil.which("postfix", path="/usr/sbin:" + os.environ.get("PATH", "")) is None:
        return False
    try:
        pwd.getpwnam("postfix")
        return True
    except KeyError:
        return False


class Postfix:
    def __init__(self, work, sink_port, environment=None):
        self.work, self.port = work, free_port()
        self.etc = os.path.join(work, "etc")
        os.makedirs(self.etc)
        for folder in ("queue", "data"):
            os.makedirs(os.path.join(work, folder))
        shutil.chown(os.path.join(work, "data"), "postfix")
        pairs = " ".join(
            f"{name.replace('BENCH_PRELOAD', 'LD_PRELOAD')}={value}" for name, value in (environment or {}).items())
        with open(os.path.join(self.etc, "main.cf"), "w") as file:
            file.write(MAIN.format(work=work, sink=sink_port, environment=pairs))
        with open(os.path.join(self.etc, "master.cf"), "w") as file:
            file.write(MASTER.format(port=self.port))

    def __enter__(self):
        self.control("start")
        wait_for_port(self.port)
        with open(os.path.join(self.work, "queue", "pid", "master.pid")) as file:
            self.pid = int(file.read())
        return self

    def __exit__(self, *_):
        self.control("stop")

    def control(self, verb):
        finished = subprocess.run(
            [tool("postfix"), "-c", self.etc, verb], capture_output=True, text=True, timeout=60)
        if finished.returncode != 0:
            sys.exit(f"postfix {verb}: {finished.stderr}")

    def waiting(self):
        """Messages in the queue."""
        return sum(
            len(files) for name in ("maildrop", "incoming", "active", "deferred")
            for _, _, files in os.walk(os.path.join(self.work, "queue", name)))

    def drain(self):
        """Waits until the queue is empty; the largest memory of all its processes meanwhile."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        peak = 0
        while self.waiting() > 0:
            peak = max(peak, processes.tree_memory(self.pid)[0])
            if time.monotonic() > deadline:
                sys.exit(f"Postfix's queue still holds {self.waiting()} messages")
            time.sleep(0.05)
        return peak

    def cpu(self):
        return processes.tree_cpu(self.pid)
