#define _GNU_SOURCE
#include "CCrashRecorder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_bool is_recording;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char data_path[PATH_MAX], folder_path[PATH_MAX];
static uint8_t *buffer;
static size_t used, reserved;

struct header {
    uint8_t kind, flags;
    uint16_t zero;
    uint32_t size;
    uint64_t offset, number;
};

// Called with the lock held. Out of memory ends the process: a record with holes would prove nothing.
static void append(const void *bytes, size_t size) {
    if (used + size > reserved) {
        reserved = (used + size) * 2;
        buffer = realloc(buffer, reserved);
        if (!buffer) abort();
    }
    memcpy(buffer + used, bytes, size);
    used += size;
}

static void record(int kind, int flags, uint64_t offset, const struct iovec *parts, int count) {
    struct header header = {.kind = (uint8_t)kind, .flags = (uint8_t)flags, .offset = offset};
    for (int i = 0; i < count; i++) header.size += (uint32_t)parts[i].iov_len;
    pthread_mutex_lock(&lock);
    if (atomic_load(&is_recording)) {
        append(&header, sizeof header);
        for (int i = 0; i < count; i++) append(parts[i].iov_base, parts[i].iov_len);
    }
    pthread_mutex_unlock(&lock);
}

static void record_text(int kind, const char *text) {
    struct iovec part = {(void *)text, strlen(text)};
    record(kind, 0, 0, &part, 1);
}

// The path of an open file, while something is recorded; keeps errno.
static int find_path(int descriptor, char target[PATH_MAX]) {
    if (!atomic_load_explicit(&is_recording, memory_order_relaxed)) return 0;
    int code = errno;
    char link[64];
    strcpy(link, "/proc/self/fd/");
    char *end = link + strlen(link), digits[16];
    int count = 0;
    for (unsigned rest = (unsigned)descriptor; count == 0 || rest; rest /= 10) digits[count++] = (char)('0' + rest % 10);
    while (count) *end++ = digits[--count];
    *end = 0;
    ssize_t length = readlink(link, target, PATH_MAX - 1);
    errno = code;
    if (length < 0) return 0;
    target[length] = 0;
    return 1;
}

// Whether the file is the recorded one.
static int is_data(int descriptor) {
    char target[PATH_MAX];
    if (!find_path(descriptor, target)) return 0;
    size_t size = strlen(data_path);
    return strncmp(target, data_path, size) == 0 && (target[size] == 0 || strcmp(target + size, ".new") == 0);
}

// The name of an open file or directory within the recorded folder; empty for the folder itself. Nil when it is elsewhere.
static const char *name_in_folder(int descriptor, char target[PATH_MAX]) {
    size_t size = strlen(folder_path);
    if (size == 0 || !find_path(descriptor, target) || strncmp(target, folder_path, size) != 0) return NULL;
    if (target[size] == 0) return target + size;
    return target[size] == '/' ? target + size + 1 : NULL;
}

static int is_synchronous(int descriptor) {
    int code = errno, flags = fcntl(descriptor, F_GETFL);
    errno = code;
    return flags >= 0 && (flags & O_DSYNC) != 0;
}

void crash_recorder_start(const char *path) {
    pthread_mutex_lock(&lock);
    strncpy(data_path, path, sizeof data_path - 1);
    used = 0;
    atomic_store(&is_recording, 1);
    pthread_mutex_unlock(&lock);
}

void crash_recorder_watch_folder(const char *path) {
    pthread_mutex_lock(&lock);
    strncpy(folder_path, path, sizeof folder_path - 1);
    pthread_mutex_unlock(&lock);
}

void crash_recorder_mark(const char *text) { record_text(CRASH_MARK, text); }

const uint8_t *crash_recorder_finish(size_t *size) {
    pthread_mutex_lock(&lock);
    atomic_store(&is_recording, 0);
    *size = used;
    pthread_mutex_unlock(&lock);
    return buffer;
}

#ifdef __linux__

static ssize_t wrote(ssize_t result, size_t size, int synchronous) {
    if (result != (ssize_t)size) record_text(CRASH_UNKNOWN, "a write that failed or was cut short");
    else if (synchronous) record(CRASH_WRITE_ENDED, 0, 0, NULL, 0);
    return result;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
    if (!is_data(descriptor)) return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    int synchronous = is_synchronous(descriptor);
    struct iovec part = {(void *)bytes, size};
    record(CRASH_WRITE_BEGAN, synchronous, (uint64_t)offset, &part, 1);
    return wrote(syscall(SYS_pwrite64, descriptor, bytes, size, offset), size, synchronous);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset) {
    return pwrite(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (!is_data(descriptor)) return syscall(SYS_writev, descriptor, parts, count);
    int synchronous = is_synchronous(descriptor);
    size_t size = 0;
    for (int i = 0; i < count; i++) size += parts[i].iov_len;
    record(CRASH_WRITE_BEGAN, synchronous, (uint64_t)lseek(descriptor, 0, SEEK_CUR), parts, count);
    return wrote(syscall(SYS_writev, descriptor, parts, count), size, synchronous);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    char target[PATH_MAX];
    const char *name = name_in_folder(descriptor, target);
    if (name) {
        uint64_t offset = (uint64_t)lseek(descriptor, 0, SEEK_CUR);
        ssize_t result = syscall(SYS_write, descriptor, bytes, size);
        int code = errno;
        // Recorded when it is over: a flush that another thread has begun meanwhile promises nothing about it.
        if (result >= 0) {
            struct iovec parts[3] = {{(void *)name, strlen(name)}, {"\n", 1}, {(void *)bytes, (size_t)result}};
            record(CRASH_FOLDER_WRITTEN, 0, offset, parts, 3);
        }
        errno = code;
        return result;
    }
    if (is_data(descriptor)) record_text(CRASH_UNKNOWN, "write");
    return syscall(SYS_write, descriptor, bytes, size);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    if (is_data(descriptor)) record_text(CRASH_UNKNOWN, "pwritev");
    return syscall(SYS_pwritev, descriptor, parts, count, offset, 0);
}

int msync(void *address, size_t size, int flags) {
    if (atomic_load(&is_recording)) record_text(CRASH_UNKNOWN, "msync");
    return (int)syscall(SYS_msync, address, size, flags);
}

static int flush(int descriptor, long call) {
    if (!is_data(descriptor)) return (int)syscall(call, descriptor);
    record(CRASH_FLUSH_BEGAN, 0, 0, NULL, 0);
    int result = (int)syscall(call, descriptor);
    if (result == 0) record(CRASH_FLUSH_ENDED, 0, 0, NULL, 0);
    else record_text(CRASH_UNKNOWN, "a flush that failed");
    return result;
}

int fdatasync(int descriptor) { return flush(descriptor, SYS_fdatasync); }
int fsync(int descriptor) { return flush(descriptor, SYS_fsync); }

int ftruncate(int descriptor, off_t size) {
    if (is_data(descriptor)) record_text(CRASH_UNKNOWN, "ftruncate");
    return (int)syscall(SYS_ftruncate, descriptor, size);
}

int ftruncate64(int descriptor, off_t size) { return ftruncate(descriptor, size); }

int link(const char *from, const char *to) {
    if (atomic_load(&is_recording) && strcmp(to, data_path) == 0) record(CRASH_NAMED, 0, 0, NULL, 0);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    char from_path[PATH_MAX], to_path[PATH_MAX];
    const char *source = name_in_folder(from_directory, from_path), *target = name_in_folder(to_directory, to_path);
    if (source && target) {
        struct iovec parts[7] = {
            {(void *)source, strlen(source)}, {"/", *source ? 1 : 0}, {(void *)from, strlen(from)}, {"\n", 1},
            {(void *)target, strlen(target)}, {"/", *target ? 1 : 0}, {(void *)to, strlen(to)},
        };
        record(CRASH_FOLDER_RENAMED, 0, 0, parts, 7);
    }
    return (int)syscall(SYS_renameat, from_directory, from, to_directory, to);
}

int syncfs(int descriptor) {
    char target[PATH_MAX];
    int is_folder = name_in_folder(descriptor, target) != NULL;
    if (is_folder) record(CRASH_FOLDER_FLUSH_BEGAN, 0, 0, NULL, 0);
    int result = (int)syscall(SYS_syncfs, descriptor);
    if (is_folder && result == 0) record(CRASH_FOLDER_FLUSH_ENDED, 0, 0, NULL, 0);
    return result;
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
    if (is_data(descriptor)) record(CRASH_EXTENDED, 0, (uint64_t)(offset + size), NULL, 0);
    return syscall(SYS_fallocate, descriptor, 0, offset, size) == 0 ? 0 : errno;
}

#endif
