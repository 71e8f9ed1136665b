"""What must stand beside a figure: the machine, its load, and how long its disk takes to make a page durable."""
import os
import platform
import statistics
import sys
import time

FLUSHES = 40
LOAD_WARNING = 1.5


def load():
    """The load average of the last minute."""
    return os.getloadavg()[0]


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
    return statistics.median(times) * 1e6


def circumstances(folder):
    """Load, and the folder's flush time in µs."""
    return load(), flush_micros(folder)


def shown(moments):
    """Some of these, for a column of a table."""
    return ", ".join(
        f"{min(values):.{digits}f}" + (f" – {max(values):.{digits}f}" if len(values) > 1 else "")
        for values, digits in zip(zip(*moments), (1, 0)))


def warn_of_load():
    if load() > LOAD_WARNING:
        print(
            f"WARNING: the load is {load():.1f}. Other work shares the cores and the disk; ratios within a run still "
            "say something, figures do not.", file=sys.stderr)


def description(folder):
    return (
        f"{cpu()}, {os.cpu_count()} cores, {memory_gib()} GiB; {platform.system()} {platform.release()}; "
        f"journals on {file_system(folder)} unless a table says otherwise")


def cpu():
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory_gib():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))


def file_system(path):
    best = ("", "?")
    path = os.path.abspath(path)
    with open("/proc/mounts") as file:
        for line in file:
            _, place, kind = line.split()[:3]
            inside = path == place or path.startswith(place.rstrip("/") + "/")
            if inside and len(place) >= len(best[0]):
                best = (place, kind)
    return best[1]
