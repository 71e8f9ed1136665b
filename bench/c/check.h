/* What the rivals in C share: ending with a reason, the time, a file in memory. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIE(...)                                                           \
    do {                                                                   \
        fprintf(stderr, __VA_ARGS__);                                      \
        fputc('\n', stderr);                                               \
        exit(1);                                                           \
    } while (0)

/* For calls that return 0 or an error's number. */
#define CHECK(call)                                                        \
    do {                                                                   \
        int code_ = (call);                                                \
        if (code_) DIE("%s: %d", #call, code_);                            \
    } while (0)

/* Seconds of a clock that only goes forward. */
static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Seconds of CPU of this process so far, user and system. */
static inline double busy(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A whole file, mapped; its size in `size`. */
static inline const uint8_t *map_file(const char *path, size_t *size) {
    int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) DIE("%s cannot be read", path);
    *size = (size_t)status.st_size;
    const uint8_t *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) DIE("%s cannot be mapped", path);
    close(file);
    return bytes;
}

/* How long writing is measured: on a slow disk a whole log would take an hour. What is left is then written without
 * flushes, to be read. */
#define DURABLE_SECONDS 15

/* The durable part of the writing. */
struct writing {
    double start, start_busy, seconds, busy;
    uint64_t events;
    int is_over;
};

static inline struct writing begin_writing(void) {
    struct writing writing = {.start = now(), .start_busy = busy()};
    return writing;
}

/* To be called after each commit; true when the time has just run out. */
static inline int is_enough(struct writing *writing, uint64_t events) {
    if (writing->is_over) return 0;
    writing->events = events;
    writing->seconds = now() - writing->start;
    writing->busy = busy() - writing->start_busy;
    writing->is_over = writing->seconds > DURABLE_SECONDS;
    return writing->is_over;
}

/* The lines that the driver reads: what was written durably, and all events read again in so many seconds. */
static inline void report(const struct writing *writing, uint64_t events, double read, uint64_t sum) {
    double durable = (double)writing->events;
    printf("events %.0f\ndurable-events %.0f\n", (double)events, durable);
    printf("write-events/s %.0f\nwrite-nanoseconds/event %.0f\n", durable / writing->seconds,
           writing->busy / durable * 1e9);
    printf("scan-events/s %.0f\nsum %.0f\n", (double)events / read, (double)sum);
}
