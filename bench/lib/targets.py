"""What the engine is to reach, which section measures it, and whether it was met there."""

AT_LEAST, AT_MOST, BELOW = "≥", "≤", "<"


class Target:
    def __init__(self, key, section, sentence, relation, bound, unit):
        self.key, self.section, self.sentence = key, section, sentence
        self.relation, self.bound, self.unit = relation, bound, unit

    def is_met(self, value):
        if self.relation == AT_LEAST:
            return value >= self.bound
        return value < self.bound if self.relation == BELOW else value <= self.bound


TARGETS = (
    Target("source-ratio", "rivals", "durable, personalised, 1 KB to `smtp-sink`, 64 connections, against `smtp-source "
           "-d` at its best session count", AT_LEAST, 2.0, "×"),
    Target("source-ratio-ahead", "rivals", "… with `claims-ahead=8`: a power cut may leave eight in doubt per connection",
           AT_LEAST, 2.0, "×"),
    Target("postfix-ratio", "rivals", "the same against Postfix's own queue to the same sink", AT_LEAST, 30, "×"),
    Target("append-1", "append", "durable appends against C, same frames, 1 event per commit", AT_LEAST, 0.9, "×"),
    Target("append-64", "append", "… 64 events per commit", AT_LEAST, 0.9, "×"),
    Target("append-1000", "append", "… 1000 events per commit", AT_LEAST, 0.9, "×"),
    Target("fold-rate", "stores", "replay: fold of a finished campaign from its journal", AT_LEAST, 100e6, " events/s"),
    Target("fold-scan-ratio", "stores", "replay against a C cursor scan of one record per event", AT_LEAST, 1.5, "×"),
    Target("verify-hash-ratio", "stores",
           "verified: every hash recomputed, against SHA-256 alone of frames of that size", AT_LEAST, 0.6, "×"),
    Target("bytes-per-recipient", "sizes", "on disk: claim and sent of one recipient", AT_MOST, 24, " bytes"),
    Target("restart-1M", "sizes", "kill -9 to the first new MAIL, 1 million recipients, with a snapshot", BELOW, 100,
           " ms"),
    Target("restart-10M", "sizes", "… 10 million recipients", BELOW, 300, " ms"),
    Target("restart-10M-bare", "sizes", "… 10 million recipients, without a snapshot", BELOW, 1000, " ms"),
    Target("memory-10M", "sizes", "memory of its own at 10 million recipients", AT_MOST, 64, " MiB"),
    Target("cpu-10M", "sizes", "CPU per message at 10 million recipients against 10,000", AT_MOST, 1.1, "×"),
    Target("import-10M", "sizes", "import of 10 million rows", AT_LEAST, 500e3, " rows/s"),
    Target("drop-ratio", "drop", "drop directory against a C loop: write, `syncfs` per 64, rename", AT_LEAST, 0.8, "×"),
)


def text(measured):
    lines = ["## Targets", "", "| target | section | wanted | measured | |", "|---|---|---|---|---|"]
    for target in TARGETS:
        value = measured.get(target.key)
        shown = "not measured" if value is None else shape(value) + target.unit
        verdict = "" if value is None else "met" if target.is_met(value) else "**not met**"
        lines.append(
            f"| {target.sentence} | {target.section} | {target.relation} {shape(target.bound)}{target.unit} | {shown} "
            f"| {verdict} |")
    return "\n".join(lines)


def shape(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
