"""RESULTS.md: the machine, then one table per measurement."""
import datetime
import os
import platform


class Section:
    def __init__(self, title, columns, note=""):
        self.title, self.columns, self.note = title, columns, note
        self.rows = []

    def row(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def text(self):
        lines = [f"## {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines.append("| " + " | ".join(self.columns) + " |")
        lines.append("|---" * len(self.columns) + "|")
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines)


class Document:
    def __init__(self, options):
        self.options = options
        self.sections = []

    def add(self, sections):
        self.sections += sections

    def text(self):
        kind = "quick: a check, no figures" if self.options.quick else "medians of 3 rounds, taken in turn"
        head = [
            "# Results", "",
            f"Written by `bench/run` on {datetime.date.today().isoformat()}; {kind}. Sink, rivals and engine share the "
            "machine's cores: ratios within one run mean something, rates alone little. flush: median time of one "
            "`fdatasync` of a page on the journals' disk just before; other work on the disk moves it by a factor of "
            "fifty, and the engine's rate with it.", "",
            f"{cpu()}, {os.cpu_count()} cores, {memory_gib()} GiB; {platform.system()} {platform.release()}; "
            f"journals on {file_system(self.options.work)}.",
        ]
        return "\n\n".join(["\n".join(head)] + [section.text() for section in self.sections]) + "\n"

    def save(self, path):
        with open(path, "w") as file:
            file.write(self.text())


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


def number(value):
    return f"{value:,.0f}"


def micros(seconds):
    return f"{seconds * 1e6:.1f}"


def mib(size_bytes):
    return f"{size_bytes / (1 << 20):.1f}"
