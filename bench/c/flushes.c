/* Counts, and on demand delays, what makes data durable: cc -O2 -shared -fPIC flushes.c -o flushes.so
 * LD_PRELOAD=flushes.so BENCH_FLUSHES=FILE [BENCH_FLUSH_DELAY_MICROSECONDS=N] PROGRAM
 * FILE holds 64-bit counters, shared by all processes and kept when one is killed: fdatasync, fsync, syncfs, msync,
 * sync_file_range, writes to files that were opened with O_SYNC or O_DSYNC (LMDB's meta page).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FDATASYNC, FSYNC, SYNCFS, MSYNC, SYNC_FILE_RANGE, SYNC_WRITE, COUNTERS };

#define DESCRIPTORS 65536

static _Atomic uint64_t own[COUNTERS];
static _Atomic uint64_t *counters = own;
static long delay_microseconds;
/* Descriptors whose writes are flushes. */
static atomic_uchar is_synchronous[DESCRIPTORS];

__attribute__((constructor)) static void begin(void) {
    const char *delay = getenv("BENCH_FLUSH_DELAY_MICROSECONDS");
    if (delay != NULL) {
        delay_microseconds = atol(delay);
        /* Else the kernel lets a sleep last up to 50 µs longer. Threads inherit it. */
        prctl(PR_SET_TIMERSLACK, 1);
    }
    const char *path = getenv("BENCH_FLUSHES");
    if (path == NULL) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return;
    if (ftruncate(file, 4096) == 0) {
        void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (shared != MAP_FAILED) counters = shared;
    }
    close(file);
}

static void flushed(int kind) {
    int before = errno;
    atomic_fetch_add_explicit(&counters[kind], 1, memory_order_relaxed);
    if (delay_microseconds > 0) {
        struct timespec time = {delay_microseconds / 1000000, delay_microseconds % 1000000 * 1000};
        while (nanosleep(&time, &time) != 0 && errno == EINTR) {
        }
    }
    errno = before;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fdatasync(int file) {
    static __typeof__(&fdatasync) real;
    if (real == NULL) real = REAL(fdatasync);
    flushed(FDATASYNC);
    return real(file);
}

int fsync(int file) {
    static __typeof__(&fsync) real;
    if (real == NULL) real = REAL(fsync);
    flushed(FSYNC);
    return real(file);
}

int syncfs(int file) {
    static __typeof__(&syncfs) real;
    if (real == NULL) real = REAL(syncfs);
    flushed(SYNCFS);
    return real(file);
}

int msync(void *address, size_t length, int flags) {
    static __typeof__(&msync) real;
    if (real == NULL) real = REAL(msync);
    flushed(MSYNC);
    return real(address, length, flags);
}

int sync_file_range(int file, off64_t offset, off64_t count, unsigned int flags) {
    static __typeof__(&sync_file_range) real;
    if (real == NULL) real = REAL(sync_file_range);
    flushed(SYNC_FILE_RANGE);
    return real(file, offset, count, flags);
}

static int opened(int file, int flags) {
    if (file >= 0 && file < DESCRIPTORS) {
        // O_SYNC has the bit of O_DSYNC too.
        atomic_store_explicit(&is_synchronous[file], (flags & O_DSYNC) != 0, memory_order_relaxed);
    }
    return file;
}

static mode_t mode_of(int flags, va_list list) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                                         \
    int name(const char *path, int flags, ...) {                           \
        va_list list;                                                      \
        va_start(list, flags);                                             \
        mode_t mode = mode_of(flags, list);                                \
        va_end(list);                                                      \
        static int (*real)(const char *, int, ...);                        \
        if (real == NULL) real = REAL(name);                               \
        return opened(real(path, flags, mode), flags);                     \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                       \
    int name(int folder, const char *path, int flags, ...) {               \
        va_list list;                                                      \
        va_start(list, flags);                                             \
        mode_t mode = mode_of(flags, list);                                \
        va_end(list);                                                      \
        static int (*real)(int, const char *, int, ...);                   \
        if (real == NULL) real = REAL(name);                               \
        return opened(real(folder, path, flags, mode), flags);             \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int file) {
    static __typeof__(&close) real;
    if (real == NULL) real = REAL(close);
    if (file >= 0 && file < DESCRIPTORS) atomic_store_explicit(&is_synchronous[file], 0, memory_order_relaxed);
    return real(file);
}

static void written(int file) {
    if (file >= 0 && file < DESCRIPTORS && atomic_load_explicit(&is_synchronous[file], memory_order_relaxed)) {
        flushed(SYNC_WRITE);
    }
}

ssize_t write(int file, const void *bytes, size_t size) {
    static __typeof__(&write) real;
    if (real == NULL) real = REAL(write);
    written(file);
    return real(file, bytes, size);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    static __typeof__(&writev) real;
    if (real == NULL) real = REAL(writev);
    written(file);
    return real(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
    static __typeof__(&pwrite) real;
    if (real == NULL) real = REAL(pwrite);
    written(file);
    return real(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    static __typeof__(&pwrite64) real;
    if (real == NULL) real = REAL(pwrite64);
    written(file);
    return real(file, bytes, size, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    static __typeof__(&pwritev) real;
    if (real == NULL) real = REAL(pwritev);
    written(file);
    return real(file, parts, count, offset);
}
