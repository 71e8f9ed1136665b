/* One LMDB record per event instead of a frame per commit: cc -O2 records.c -llmdb -o records
 * usage: records DIRECTORY RECORDS EVENTS-PER-COMMIT
 * RECORDS holds the events one after the other, each a byte with its size and then its bytes (`campaign-bench frames`).
 * They are put under their sequence, in order, so many in each durable commit; then a cursor goes over them and folds
 * each into a table of recipients: the least that a replay does.
 */
#include <lmdb.h>

#include "check.h"

static uint8_t *phases;

static void fold(const uint8_t *record, size_t size, size_t recipients) {
    uint32_t ordinal;
    if (size < 6) return;
    memcpy(&ordinal, record + 2, sizeof ordinal);
    if (ordinal < recipients) phases[ordinal] = record[0];
}

int main(int argc, char **argv) {
    if (argc != 4) DIE("usage: records DIRECTORY RECORDS EVENTS-PER-COMMIT");
    size_t size;
    const uint8_t *records = map_file(argv[2], &size);
    size_t group = strtoul(argv[3], NULL, 10);
    if (group == 0) DIE("events per commit must be 1 or more");
    mkdir(argv[1], 0700);

    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi event_db;
    CHECK(mdb_env_create(&env));
    CHECK(mdb_env_set_maxdbs(env, 16));
    CHECK(mdb_env_set_mapsize(env, (size_t)1 << 40));
    CHECK(mdb_env_open(env, argv[1], MDB_NOTLS, 0600));
    CHECK(mdb_txn_begin(env, NULL, 0, &txn));
    CHECK(mdb_dbi_open(txn, "events", MDB_CREATE | MDB_INTEGERKEY, &event_db));
    CHECK(mdb_txn_commit(txn));

    uint64_t sequence = 0;
    size_t offset = 0;
    struct writing writing = begin_writing();
    while (offset < size) {
        CHECK(mdb_txn_begin(env, NULL, 0, &txn));
        for (size_t index = 0; index < group && offset < size; index++) {
            sequence++;
            MDB_val key = {sizeof sequence, &sequence};
            MDB_val value = {records[offset], (void *)(records + offset + 1)};
            CHECK(mdb_put(txn, event_db, &key, &value, MDB_APPEND));
            offset += 1 + records[offset];
        }
        CHECK(mdb_txn_commit(txn));
        if (is_enough(&writing, sequence)) CHECK(mdb_env_set_flags(env, MDB_NOSYNC, 1));
    }

    size_t recipients = sequence + 1;
    phases = calloc(1, recipients);
    if (phases == NULL) DIE("no memory");
    double best = 1e9;
    for (int round = 0; round < 3; round++) {
        double start = now();
        CHECK(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
        MDB_cursor *cursor;
        CHECK(mdb_cursor_open(txn, event_db, &cursor));
        MDB_val key, value;
        while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) fold(value.mv_data, value.mv_size, recipients);
        mdb_cursor_close(cursor);
        mdb_txn_abort(txn);
        double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    uint64_t sum = 0;
    for (size_t index = 0; index < recipients; index++) sum += phases[index];
    report(&writing, sequence, best, sum);
    mdb_env_close(env);
    return 0;
}
