"""The C programs and interposers, built into a folder, and what the interposers have counted."""
import os
import shutil
import struct
import subprocess
import sys

LIBRARIES = {
    "append": ["-llmdb"], "frames": ["-llmdb"], "records": ["-llmdb"], "sqlite": ["-lsqlite3"], "drop": [], "took": [],
}
FLUSH_KINDS = ("fdatasync", "fsync", "syncfs", "msync", "sync_file_range", "synchronous write")
SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "c")


def program(folder, name):
    """Builds a rival in C, once; its path."""
    return built(folder, name, name, ["-O2"], LIBRARIES[name])


def interposer(folder, name):
    """Builds a library for LD_PRELOAD, once; its path."""
    return built(folder, name, name + ".so", ["-O2", "-shared", "-fPIC"], [])


def built(folder, name, result, options, libraries):
    folder = os.path.join(folder, "native")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, result)
    if not os.path.exists(path):
        compiler = shutil.which("cc") or shutil.which("clang")
        if compiler is None:
            sys.exit("a C compiler is missing (cc)")
        source = os.path.join(SOURCES, name + ".c")
        finished = subprocess.run(
            [compiler, *options, "-o", path, source, *libraries], capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"{source} cannot be built (liblmdb-dev, libsqlite3-dev?)\n{finished.stderr}")
    return path


class Counters:
    """64-bit counters in a file that an interposer adds to, in every process that has it loaded."""

    def __init__(self, folder, name, variable, fields):
        self.library = interposer(folder, name)
        self.path = os.path.join(folder, f"{name}.counts")
        self.variable, self.fields = variable, fields
        self.reset()

    def reset(self):
        with open(self.path, "wb") as file:
            file.write(bytes(4096))
        # Processes of other users count too.
        os.chmod(self.path, 0o666)

    def environment(self):
        """For `processes.run`, whose own small program is not to be counted."""
        return {"BENCH_PRELOAD": self.library, self.variable: self.path}

    def read(self):
        with open(self.path, "rb") as file:
            values = struct.unpack(f"<{len(self.fields)}Q", file.read(8 * len(self.fields)))
        return dict(zip(self.fields, values))


def flush_counters(folder):
    return Counters(folder, "flushes", "BENCH_FLUSHES", FLUSH_KINDS)


def allocation_counters(folder):
    return Counters(folder, "allocations", "BENCH_ALLOCATIONS", ("calls", "bytes"))
