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

/* The lines that the driver reads: events written in so many seconds, of CPU too, and read again in so many. */
static inline void report(uint64_t events, double written, double worked, double read, uint64_t sum) {
    double count = (double)events;
    printf("events %.0f\nwrite-events/s %.0f\nwrite-nanoseconds/event %.0f\nscan-events/s %.0f\nsum %.0f\n", count,
           count / written, worked / count * 1e9, count / read, (double)sum);
}
