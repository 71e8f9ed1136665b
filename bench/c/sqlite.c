/* The same events in SQLite, WAL and synchronous=FULL: cc -O2 sqlite.c -lsqlite3 -o sqlite
 * usage: sqlite FILE RECORDS EVENTS-PER-COMMIT
 * RECORDS as for records.c. A row per event with its sequence as rowid; then all rows are read in order.
 */
#include <sqlite3.h>

#include "check.h"

static void run(sqlite3 *database, const char *statement) {
    char *reason = NULL;
    if (sqlite3_exec(database, statement, NULL, NULL, &reason) != SQLITE_OK) DIE("%s: %s", statement, reason);
}

static sqlite3_stmt *prepared(sqlite3 *database, const char *text) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) != SQLITE_OK) {
        DIE("%s: %s", text, sqlite3_errmsg(database));
    }
    return statement;
}

static void insert(sqlite3_stmt *statement, sqlite3_int64 sequence, const uint8_t *record, size_t size) {
    uint32_t ordinal;
    memcpy(&ordinal, record + 2, sizeof ordinal);
    sqlite3_bind_int64(statement, 1, sequence);
    sqlite3_bind_int(statement, 2, record[0]);
    sqlite3_bind_int(statement, 3, record[1]);
    sqlite3_bind_int64(statement, 4, ordinal);
    if (size > 6) {
        sqlite3_bind_text(statement, 5, (const char *)record + 6, (int)size - 6, SQLITE_STATIC);
    } else {
        sqlite3_bind_null(statement, 5);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) DIE("an event was not stored");
    sqlite3_reset(statement);
}

int main(int argc, char **argv) {
    if (argc != 4) DIE("usage: sqlite FILE RECORDS EVENTS-PER-COMMIT");
    size_t size;
    const uint8_t *records = map_file(argv[2], &size);
    size_t group = strtoul(argv[3], NULL, 10);
    if (group == 0) DIE("events per commit must be 1 or more");
    sqlite3 *database;
    if (sqlite3_open(argv[1], &database) != SQLITE_OK) DIE("%s cannot be opened", argv[1]);
    run(database, "PRAGMA journal_mode=WAL");
    run(database, "PRAGMA synchronous=FULL");
    run(database, "CREATE TABLE events(sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, endpoint INTEGER NOT NULL, "
                  "recipient INTEGER NOT NULL, reply TEXT)");
    sqlite3_stmt *statement = prepared(database, "INSERT INTO events VALUES(?, ?, ?, ?, ?)");

    sqlite3_int64 sequence = 0;
    size_t offset = 0;
    struct writing writing = begin_writing();
    while (offset < size) {
        run(database, "BEGIN");
        for (size_t index = 0; index < group && offset < size; index++) {
            insert(statement, ++sequence, records + offset + 1, records[offset]);
            offset += 1 + records[offset];
        }
        run(database, "COMMIT");
        if (is_enough(&writing, (uint64_t)sequence)) run(database, "PRAGMA synchronous=OFF");
    }
    sqlite3_finalize(statement);

    double best = 1e9;
    uint64_t sum = 0;
    statement = prepared(database, "SELECT kind, endpoint, recipient FROM events ORDER BY sequence");
    for (int round = 0; round < 3; round++) {
        double start = now();
        while (sqlite3_step(statement) == SQLITE_ROW) sum += (uint64_t)sqlite3_column_int64(statement, 2);
        sqlite3_reset(statement);
        double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    sqlite3_finalize(statement);
    run(database, "PRAGMA wal_checkpoint(TRUNCATE)");
    report(&writing, (uint64_t)sequence, best, sum);
    sqlite3_close(database);
    return 0;
}
