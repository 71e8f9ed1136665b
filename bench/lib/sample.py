"""The lists and templates that are sent."""
import os

# What is not template: header, parts' headers, CRLF instead of LF, values longer than their names. About.
REST_SIZE_BYTES = {False: 270, True: 518}
LINE = "The quick brown fox jumps over the lazy dog near the river bank.\n"
GREETING = "Hello {{first_name}},\n\nthe shop in {{city}} has something for you: code {{code}}.\n"


class Kind:
    """A kind of message: its parts, and its size in all."""

    def __init__(self, name, size_bytes, has_html):
        self.name, self.size_bytes, self.has_html = name, size_bytes, has_html


TEXT_1K = Kind("1 KB text", 1024, False)
BOTH_1K = Kind("1 KB text and HTML", 1024, True)
TEXT_10K = Kind("10 KB text", 10_240, False)
BOTH_10K = Kind("10 KB text and HTML", 10_240, True)
KINDS = (TEXT_1K, BOTH_1K, TEXT_10K, BOTH_10K)


class Sample:
    def __init__(self, folder):
        self.folder = folder

    def list_of(self, rows):
        """A CSV file with an address and three fields in each of so many rows."""
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, f"recipients-{rows}.csv")
        if not os.path.exists(path):
            with open(path + ".part", "w") as file:
                file.write("email,first_name,city,code\n")
                for row in range(rows):
                    file.write(f"user{row:08d}@example.com,Ann{row % 977},City{row % 1013},{row:08d}\n")
            os.rename(path + ".part", path)
        return path

    def manifest(self, folder, rows, endpoint, kind):
        """Writes a campaign file with its templates; its path."""
        parts = 2 if kind.has_html else 1
        room = (kind.size_bytes - REST_SIZE_BYTES[kind.has_html]) // parts
        lines = filled(GREETING, room)
        with open(os.path.join(folder, "message.txt"), "w") as file:
            file.write(lines)
        text = "text: message.txt\n"
        if kind.has_html:
            with open(os.path.join(folder, "message.html"), "w") as file:
                file.write(filled(f"<p>{GREETING}</p>\n", room))
            text += "html: message.html\n"
        path = os.path.join(folder, "campaign.yaml")
        with open(path, "w") as file:
            file.write(
                f"job: bench-{rows}\nname: Bench\nfrom: \"Shop <shop@example.com>\"\n"
                "subject: \"{{first_name}}, spring is here\"\n"
                f"recipients: {self.list_of(rows)}\n{text}endpoints:\n  - {endpoint}\n")
        return path


def filled(start, size_bytes):
    # Each line takes a byte more when it is sent.
    lines = max(size_bytes - len(start), 0) // (len(LINE) + 1)
    rest = max(size_bytes - len(start), 0) % (len(LINE) + 1)
    return start + LINE * lines + ("." * (rest - 2) + "\n" if rest > 2 else "")
