/* The frames of a log, written and read by plain LMDB: cc -O2 frames.c -llmdb -o frames
 * usage: frames DIRECTORY SIZES
 * SIZES holds pairs of 32-bit numbers, a frame's bytes and its events (`campaign-bench frames`). Each frame is one put
 * and one head record of 120 bytes in a durable commit of its own; then a cursor goes over them and adds up every eighth
 * byte.
 */
#include <lmdb.h>

#include "check.h"

int main(int argc, char **argv) {
    if (argc != 3) DIE("usage: frames DIRECTORY SIZES");
    size_t size;
    const uint32_t *pairs = (const uint32_t *)map_file(argv[2], &size);
    size_t frames = size / 8;
    mkdir(argv[1], 0700);

    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi main_db, event_db;
    CHECK(mdb_env_create(&env));
    CHECK(mdb_env_set_maxdbs(env, 16));
    CHECK(mdb_env_set_mapsize(env, (size_t)1 << 40));
    CHECK(mdb_env_open(env, argv[1], MDB_NOTLS, 0600));
    CHECK(mdb_txn_begin(env, NULL, 0, &txn));
    CHECK(mdb_dbi_open(txn, NULL, 0, &main_db));
    CHECK(mdb_dbi_open(txn, "events", MDB_CREATE | MDB_INTEGERKEY, &event_db));
    CHECK(mdb_txn_commit(txn));

    uint64_t sequence = 1;
    char head[120] = {0};
    struct writing writing = begin_writing();
    for (size_t index = 0; index < frames; index++) {
        CHECK(mdb_txn_begin(env, NULL, 0, &txn));
        MDB_val key = {sizeof sequence, &sequence};
        MDB_val value = {pairs[2 * index], NULL};
        CHECK(mdb_put(txn, event_db, &key, &value, MDB_APPEND | MDB_RESERVE));
        memset(value.mv_data, (int)(index & 0xFF), value.mv_size);
        MDB_val head_key = {4, "head"};
        MDB_val head_value = {sizeof head, head};
        memcpy(head, &sequence, sizeof sequence);
        CHECK(mdb_put(txn, main_db, &head_key, &head_value, 0));
        CHECK(mdb_txn_commit(txn));
        sequence += pairs[2 * index + 1];
        if (is_enough(&writing, sequence - 1)) CHECK(mdb_env_set_flags(env, MDB_NOSYNC, 1));
    }

    double best = 1e9;
    uint64_t sum = 0;
    for (int round = 0; round < 3; round++) {
        double start = now();
        CHECK(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
        MDB_cursor *cursor;
        CHECK(mdb_cursor_open(txn, event_db, &cursor));
        MDB_val key, value;
        while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
            const uint8_t *bytes = value.mv_data;
            for (size_t offset = 0; offset < value.mv_size; offset += 8) sum += bytes[offset];
        }
        mdb_cursor_close(cursor);
        mdb_txn_abort(txn);
        double seconds = now() - start;
        if (seconds < best) best = seconds;
    }
    report(&writing, sequence - 1, best, sum);
    mdb_env_close(env);
    return 0;
}
