"""RESULTS.md: what each section has found, the targets, and the plots. Kept as JSON, section by section."""
import datetime
import json
import os

import machine
import plots
import targets

NOTE = (
    "Written by `bench/run`; each section says when. Sink, rivals and engine share the machine's cores: ratios within "
    "a section mean something, rates alone little. Rivals are measured in turn (each once, then each once more …), and "
    "a figure is the median of the rounds with slowest – fastest behind it. *load*: the load average of the minute "
    "before. *flush*: median µs of one `fdatasync` of a page on the journals' disk just before; other work on that "
    "disk moves it by a factor of fifty, and with it everything that is durable.")


class Table:
    def __init__(self, title, columns, note=""):
        self.title, self.columns, self.note = title, columns, note
        self.rows = []

    def row(self, *cells):
        self.rows.append([str(cell) for cell in cells])


class Findings:
    """What one section has found: tables, plots, and named figures."""

    def __init__(self, name, machine_description, tables, drawings, measured, circumstances):
        self.value = {
            "name": name,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "machine": machine_description,
            "circumstances": machine.shown([circumstances]),
            "tables": [
                {"title": table.title, "columns": table.columns, "note": table.note, "rows": table.rows}
                for table in tables
            ],
            "plots": drawings,
            "measured": measured,
        }

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, self.value["name"] + ".json"), "w") as file:
            json.dump(self.value, file, indent=1, ensure_ascii=False)
            file.write("\n")


def load(folder, names):
    """The stored findings, in the order of the sections."""
    found = []
    for name in names:
        path = os.path.join(folder, name + ".json")
        if os.path.exists(path):
            with open(path) as file:
                found.append(json.load(file))
    return found


def text(found, plot_folder):
    """The whole document; its plots are written beside it."""
    machines = sorted({findings["machine"] for findings in found})
    measured = {key: value for findings in found for key, value in findings["measured"].items()}
    parts = ["# Results", NOTE, ". ".join(machines) + ".", targets.text(measured)]
    for findings in found:
        parts.append(f"## {findings['name']}\n\n{findings['date']}; load, flush µs at the start: "
                     f"{findings['circumstances']}." + (f" {findings['machine']}." if len(machines) > 1 else ""))
        parts += [table(value) for value in findings["tables"]]
        for drawing in findings["plots"]:
            os.makedirs(plot_folder, exist_ok=True)
            with open(os.path.join(plot_folder, drawing["file"] + ".svg"), "w") as file:
                file.write(plots.svg(drawing))
            parts.append(f"![{drawing['title']}](plots/{drawing['file']}.svg)")
    return "\n\n".join(parts) + "\n"


def table(value):
    lines = [f"### {value['title']}", ""]
    if value["note"]:
        lines += [value["note"], ""]
    lines.append("| " + " | ".join(value["columns"]) + " |")
    lines.append("|---" * len(value["columns"]) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in value["rows"]]
    return "\n".join(lines)


def number(value):
    """Whole from a hundred on, three digits below."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def span(values):
    return number(values[0]) if len(values) == 1 else f"{number(min(values))} – {number(max(values))}"


def micros(seconds):
    return f"{seconds * 1e6:.1f}"


def mib(size_bytes):
    return f"{size_bytes / (1 << 20):.1f}"
