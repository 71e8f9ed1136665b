#!/usr/bin/env python3
"""Writes the sample lists recipients.csv (10,000 rows) and suppressed.csv beside this file.

Run:    python3 make-recipients.py
Check:  python3 make-recipients.py --check     (exit 1 where the files differ from what would be written)

Standard library only; the same seed gives the same bytes on every machine. All addresses are at domains reserved
for documentation (RFC 2606, RFC 6761). Of the rows, 9,900 are valid and distinct, 60 repeat an earlier address in
another spelling or the same, and 40 have no valid address; suppressed.csv names 25 of the 9,900.
"""

import csv
import io
import pathlib
import random
import sys

SEED = 20260321
ROWS, DUPLICATES, SUPPRESSED = 10_000, 60, 25

# script: (share, [(first name, spelling in an address)], [(last name, spelling)], [city], domain label)
SCRIPTS = {
    "english": (30, [("Emma", "emma"), ("Noah", "noah"), ("Olivia", "olivia"), ("Liam", "liam"), ("Ava", "ava"),
                     ("George", "george"), ("Mary Ann", "maryann"), ("D'Arcy", "darcy")],
                [("Smith", "smith"), ("O'Connor", "oconnor"), ("Taylor-Reed", "taylor-reed"), ("Baker", "baker"),
                 ('Jones "Indy"', "jones"), ("King, Jr.", "king"), ("Hill", "hill")],
                ["London", "Washington, D.C.", "Springfield\nIllinois", 'The "Windy" City', "Dublin", "Sydney"], None),
    "latin": (25, [("Amélie", "amelie"), ("Jürgen", "juergen"), ("Søren", "soeren"), ("Łukasz", "lukasz"),
                   ("Zoë", "zoe"), ("Ángel", "angel"), ("Čeněk", "cenek"), ("Gülşen", "gulsen"), ("João", "joao"),
                   ("Ștefan", "stefan"), ("Þóra", "thora"), ("Nguyễn Ánh", "anh")],
              [("Müller", "mueller"), ("Núñez", "nunez"), ("Ångström", "angstrom"), ("Dvořák", "dvorak"),
               ("Şahin", "sahin"), ("Œuvrard", "oeuvrard"), ("Kovács", "kovacs"), ("Weiß", "weiss")],
              ["Zürich", "Århus", "Kraków", "São Paulo", "Đà Nẵng", "Reykjavík", "Besançon", "İzmir"], "bücher"),
    "greek": (6, [("Ελένη", "eleni"), ("Γιώργος", "giorgos"), ("Σοφία", "sofia"), ("Νίκος", "nikos")],
              [("Παπαδόπουλος", "papadopoulos"), ("Γεωργίου", "georgiou"), ("Οικονόμου", "oikonomou")],
              ["Αθήνα", "Θεσσαλονίκη", "Πάτρα"], "παράδειγμα"),
    "cyrillic": (8, [("Анна", "anna"), ("Дмитрий", "dmitry"), ("Оксана", "oksana"), ("Ђорђе", "djordje")],
                 [("Иванова", "ivanova"), ("Шевченко", "shevchenko"), ("Петровић", "petrovic"), ("Йорданов", "yordanov")],
                 ["Москва", "Київ", "Београд", "София"], "пример"),
    "arabic": (5, [("فاطمة", "fatima"), ("محمد", "mohammed"), ("ليلى", "layla")],
               [("الخطيب", "alkhatib"), ("حداد", "haddad"), ("بن سالم", "bensalem")],
               ["القاهرة", "بيروت", "الدار البيضاء"], "مثال"),
    "hebrew": (3, [("נועה", "noa"), ("דוד", "david"), ("יעל", "yael")], [("כהן", "cohen"), ("לוי", "levi")],
               ["תל אביב", "חיפה"], "דוגמה"),
    "chinese": (7, [("伟", "wei"), ("秀英", "xiuying"), ("明", "ming")], [("王", "wang"), ("李", "li"), ("歐陽", "ouyang")],
                ["北京", "上海", "臺北"], "例子"),
    "japanese": (6, [("陽子", "yoko"), ("タロウ", "taro"), ("さくら", "sakura")], [("佐藤", "sato"), ("鈴木", "suzuki"), ("髙橋", "takahashi")],
                 ["東京", "大阪", "札幌"], "例え"),
    "korean": (4, [("민준", "minjun"), ("서연", "seoyeon")], [("김", "kim"), ("이", "lee"), ("박", "park")],
               ["서울", "부산"], "예시"),
    "devanagari": (3, [("आरव", "aarav"), ("प्रिया", "priya")], [("शर्मा", "sharma"), ("सिंह", "singh")],
                   ["नई दिल्ली", "मुंबई"], "उदाहरण"),
    "thai": (2, [("สมชาย", "somchai"), ("มาลี", "malee")], [("ใจดี", "jaidee"), ("ศรีสุข", "srisuk")],
             ["กรุงเทพฯ", "เชียงใหม่"], "ตัวอย่าง"),
    "emoji": (1, [("🌸 Hana", "hana"), ("Max 👩‍🚀", "max"), ("🦊", "fox")], [("🎉", "party"), ("Sunny ☀️", "sunny")],
              ["🌍", "Paris 🇫🇷"], None),
}
PLANS = ["free", "basic", "plus", "family, yearly", 'team "max"']
PLAIN_DOMAINS = ["example.com", "example.org", "example.net"]

INVALID = [
    "", " ", "plain", "@example.com", "missing.domain@", "two@@example.com", "a@b@example.com", ".lead@example.com",
    "trail.@example.com", "dou..ble@example.com", "sp ace@example.com", "user@exa mple.com", "user@.example.com",
    "user@example..com", "user@example.com.", "user@-example.com", "user@example-.com", "user@under_score.example",
    "user@exam!ple.com", "<user@example.com>", "User <user@example.com>", "user@example.com, other@example.com",
    "semi;colon@example.com", "par(en)@example.com", "back\\slash@example.com", '"open@example.com',
    '"a"b@example.com', '"line\nbreak"@example.com', "tab\there@example.com", "line\nbreak@example.com",
    "bell\x07@example.com", "del\x7f@example.com", "nbsp\u00a0@example.com", "bidi\u202e@example.com",
    "x" * 65 + "@example.com", "user@" + "y" * 64 + ".example", "user@" + ".".join(["z" * 60] * 5) + ".example",
    "user@[192.0.2.256]", "user@[IPv6:2001:db8:::1]", "user@☃\u0378.example",
]


def person(rng, number):
    """One row with a valid address that no other number has."""
    script = rng.choices(list(SCRIPTS), [entry[0] for entry in SCRIPTS.values()])[0]
    _, firsts, lasts, cities, label = SCRIPTS[script]
    (first, first_ascii), (last, last_ascii) = rng.choice(firsts), rng.choice(lasts)
    local = f"{first_ascii}.{last_ascii}{number}"
    domain = rng.choice(PLAIN_DOMAINS)
    style = rng.random()
    if label and style < 0.06:
        domain = f"{label}.example"
    if script not in ("english", "emoji") and style < 0.03:
        local = f"{last.split()[0]}{number}"
    if style > 0.97:
        local += "+spring"
    if style > 0.995:
        local = local.title()
    return [first, last, rng.choice(cities), rng.choice(PLANS), f"{local}@{domain}", str(number)]


def other_spelling(rng, address, kind):
    local, _, domain = address.rpartition("@")
    if kind == 1:
        return f"{local}@{domain.upper()}"
    if kind == 2:
        return f"{local.upper()}@{domain}"
    if kind == 3:
        return f'"{local}"@{domain}'
    if kind == 4:
        return f"  {local}@{domain} "
    return address


def rows():
    rng = random.Random(SEED)
    unique = ROWS - DUPLICATES - len(INVALID)
    people = [person(rng, number) for number in range(1, unique + 1)]
    ascii_people = [row for row in people[: unique // 2] if row[4].isascii()]
    originals = rng.sample(ascii_people, DUPLICATES)
    idn = [row for row in people[: unique // 2] if row[4].rpartition("@")[2] == "bücher.example"][:4]
    originals[-len(idn):] = idn
    suppressible = [row[4] for row in people if all(row is not original for original in originals)]
    suppressed = rng.sample(suppressible, SUPPRESSED)

    late = []
    for index, row in enumerate(originals):
        address = other_spelling(rng, row[4], index % 5)
        if row in idn:
            address = row[4].replace("bücher", "xn--bcher-kva")
        late.append(row[:4] + [address, row[5]])
    for address in INVALID:
        late.append(person(rng, 0)[:4] + [address, "0"])
    rng.shuffle(late)
    everyone = people[: unique // 2]
    rest = people[unique // 2:] + late
    rng.shuffle(rest)
    return everyone + rest, suppressed


def files():
    people, suppressed = rows()
    recipients = io.StringIO(newline="")
    writer = csv.writer(recipients, lineterminator="\n")
    writer.writerow(["first_name", "last_name", "city", "plan", "email", "customer"])
    writer.writerows(people)
    unsubscribed = io.StringIO(newline="")
    writer = csv.writer(unsubscribed, lineterminator="\n")
    writer.writerow(["email", "since"])
    for index, address in enumerate(suppressed):
        writer.writerow([address.upper() if index % 5 == 4 and address.isascii() else address, f"2026-01-{index + 1:02}"])
    return {"recipients.csv": recipients.getvalue(), "suppressed.csv": unsubscribed.getvalue()}


def main():
    folder = pathlib.Path(__file__).resolve().parent
    differs = False
    for name, text in files().items():
        path, content = folder / name, text.encode("utf-8")
        if "--check" in sys.argv[1:]:
            differs = differs or not path.exists() or path.read_bytes() != content
        else:
            path.write_bytes(content)
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
