/* Durable appends with plain LMDB, for comparison: cc -O2 append.c -llmdb -o append
 * usage: append DIRECTORY EVENTS-PER-COMMIT COMMITS
 * Writes frames of an 80-byte header and 32 bytes per event, one put and one head record of 120 bytes per commit.
 */
#include <lmdb.h>

#include "check.h"

int main(int argc, char **argv) {
    if (argc != 4) DIE("usage: append DIRECTORY EVENTS-PER-COMMIT COMMITS");
    size_t events = strtoul(argv[2], NULL, 10);
    size_t commits = strtoul(argv[3], NULL, 10);
    size_t size = 80 + 32 * events;
    char *frame = calloc(1, size);
    char head[120] = {0};
    if (frame == NULL) DIE("no memory");
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
    double start = now();
    for (size_t index = 0; index < commits; index++) {
        CHECK(mdb_txn_begin(env, NULL, 0, &txn));
        MDB_val key = {sizeof sequence, &sequence};
        MDB_val value = {size, NULL};
        CHECK(mdb_put(txn, event_db, &key, &value, MDB_APPEND | MDB_RESERVE));
        memcpy(value.mv_data, frame, size);
        MDB_val head_key = {4, "head"};
        MDB_val head_value = {sizeof head, head};
        memcpy(head, &sequence, sizeof sequence);
        CHECK(mdb_put(txn, main_db, &head_key, &head_value, 0));
        CHECK(mdb_txn_commit(txn));
        sequence += events;
    }
    double seconds = now() - start;
    printf("events/commit %zu events/s %.0f\n", events, (double)(events * commits) / seconds);
    mdb_env_close(env);
    free(frame);
    return 0;
}
