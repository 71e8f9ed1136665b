#!/usr/bin/env python3
"""The script that people write: one connection, a template, and progress in SQLite, committed per message or per batch.

    smtplib_sqlite.py HOST PORT LIST DATABASE TEMPLATE BATCH

It is as careful as such scripts get (WAL, synchronous=FULL), and still: what was sent since the last commit is sent
again after a crash, and what the server took while the answer was lost is too.
"""
import csv
import smtplib
import sqlite3
import sys
import time
from email.message import EmailMessage


def main(host, port, list_path, database_path, template_path, batch):
    database = sqlite3.connect(database_path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE recipients(id INTEGER PRIMARY KEY, email TEXT, first_name TEXT, city TEXT, code TEXT, "
        "status TEXT, reply TEXT)")
    with open(list_path, newline="") as file:
        rows = ((row["email"], row["first_name"], row["city"], row["code"]) for row in csv.DictReader(file))
        database.executemany(
            "INSERT INTO recipients(email, first_name, city, code, status) VALUES(?, ?, ?, ?, 'pending')", rows)
    database.commit()
    with open(template_path) as file:
        template = file.read().replace("{{", "{").replace("}}", "}")
    began = time.monotonic()
    count = send(host, port, database, template, batch)
    print(f"messages {count}")
    print(f"messages/s {count / (time.monotonic() - began):.0f}")


def send(host, port, database, template, batch):
    pending = database.execute(
        "SELECT id, email, first_name, city, code FROM recipients WHERE status = 'pending' ORDER BY id").fetchall()
    with smtplib.SMTP(host, port) as server:
        for index, (number, email, first_name, city, code) in enumerate(pending, 1):
            message = EmailMessage()
            message["From"] = "Shop <shop@example.com>"
            message["To"] = email
            message["Subject"] = f"{first_name}, spring is here"
            message.set_content(template.format(first_name=first_name, city=city, code=code))
            server.send_message(message)
            database.execute("UPDATE recipients SET status = 'sent', reply = '250' WHERE id = ?", (number,))
            if index % batch == 0:
                database.commit()
    database.commit()
    return len(pending)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6]))
