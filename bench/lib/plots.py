"""Plots as SVG, written by hand: bars, and lines over one or two logarithmic axes. Readable on light and dark pages."""
import html
import math

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 170, 62, 56
COLOURS = ("#2f6fde", "#d9572b", "#2c9c5a", "#8a55c9", "#b58900", "#5c6773")
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.title{font-size:15px;font-weight:600}"
    ".axis{stroke:#8a8f98;stroke-width:1}.grid{stroke:#8a8f98;stroke-opacity:.25}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}")


def bars(file, title, unit, values, logarithmic=False):
    """`values`: pairs of a label and a number."""
    return {"kind": "bars", "file": file, "title": title, "unit": unit, "values": values, "log": logarithmic}


def lines(file, title, x, y, series, log_x=True, log_y=False):
    """`series`: a name and its points. `x` and `y`: what the axes show, with units."""
    return {"kind": "lines", "file": file, "title": title, "x": x, "y": y, "series": series, "log_x": log_x,
            "log_y": log_y}


def svg(plot):
    body = bar_body(plot) if plot["kind"] == "bars" else line_body(plot)
    height = bar_height(plot) if plot["kind"] == "bars" else HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escaped(plot["title"])}"><style>{STYLE}</style>'
        f'<text class="title" x="12" y="22">{escaped(plot["title"])}</text>{"".join(body)}</svg>\n')


def escaped(text):
    return html.escape(str(text), quote=True)


def short(value):
    """1,500 as 1.5k: for axes and bars."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


# Bars


def bar_height(plot):
    return TOP + 26 * len(plot["values"]) + 16


def bar_body(plot):
    label_width = 300
    room = WIDTH - label_width - 140
    top = max((value for _, value in plot["values"]), default=1) or 1
    low = min((value for _, value in plot["values"] if value > 0), default=1) / 2
    for index, (label, value) in enumerate(plot["values"]):
        y = TOP + 26 * index
        if plot["log"]:
            share = math.log(max(value, low) / low) / math.log(top / low)
        else:
            share = value / top
        yield f'<text x="{label_width - 8}" y="{y + 14}" text-anchor="end">{escaped(label)}</text>'
        yield (f'<rect x="{label_width}" y="{y}" width="{max(room * share, 1):.1f}" height="19" rx="2" '
               f'fill="{COLOURS[0] if label.startswith("engine") else COLOURS[5]}"/>')
        end = label_width + room * share + 6
        yield f'<text x="{end:.1f}" y="{y + 14}">{short(value)} {escaped(plot["unit"])}</text>'
    if plot["log"]:
        yield f'<text x="{WIDTH - 12}" y="22" text-anchor="end">logarithmic</text>'


# Lines


class Axis:
    """Maps values to places between two ends."""

    def __init__(self, values, start, end, logarithmic):
        self.start, self.end, self.log = start, end, logarithmic and min(values) > 0
        low, high = min(values), max(values)
        if self.log:
            self.low, self.high = math.log10(low), math.log10(high)
            # Points do not lie on the frame.
            room = 0.04 * (self.high - self.low)
            self.low, self.high = self.low - room, self.high + room
        else:
            self.low, self.high = min(low, 0), high * 1.05
        if self.high <= self.low:
            self.high = self.low + 1

    def place(self, value):
        number = math.log10(value) if self.log else value
        return self.start + (self.end - self.start) * (number - self.low) / (self.high - self.low)

    def ticks(self):
        if not self.log:
            step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
            step = next(step * factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 6)
            first = math.ceil(self.low / step)
            return [index * step for index in range(first, math.floor(self.high / step) + 1)]
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        factors = (1,) if self.high - self.low > 2 else (1, 2, 5)
        ticks = [factor * 10 ** power for power in powers for factor in factors]
        return [tick for tick in ticks if self.low - 1e-9 <= math.log10(tick) <= self.high + 1e-9]


def line_body(plot):
    points = [point for _, line in plot["series"] for point in line]
    if not points:
        return
    across = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT, plot["log_x"])
    up = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP, plot["log_y"])
    for tick in up.ticks():
        y = up.place(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{short(tick)}</text>'
    for tick in across.ticks():
        x = across.place(tick)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{short(tick)}</text>'
    yield (f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'
           f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escaped(plot["x"])}</text>'
           f'<text x="{LEFT}" y="{TOP - 8}" text-anchor="middle">{escaped(plot["y"])}</text>')
    for index, (name, line) in enumerate(plot["series"]):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in line)
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>'
        for x, y in line:
            yield f'<circle cx="{across.place(x):.1f}" cy="{up.place(y):.1f}" r="3" fill="{colour}"/>'
        y = TOP + 18 * index + 8
        yield f'<rect x="{WIDTH - RIGHT + 14}" y="{y - 8}" width="12" height="4" fill="{colour}"/>'
        yield f'<text x="{WIDTH - RIGHT + 32}" y="{y}">{escaped(name)}</text>'
