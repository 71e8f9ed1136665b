#ifndef CAMPAIGN_LMDB_SHIM_H
#define CAMPAIGN_LMDB_SHIM_H

#include <lmdb.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif
#include <stdint.h>

/// Asks for the 4096-byte page around `address` to be brought into the cache, its end first, for LMDB puts a page's first
/// value there; reads nothing, and returns the page's number.
static inline uintptr_t campaign_prefetch_page(const void *address) {
    uintptr_t page = (uintptr_t)address >> 12;
    for (int line = 63; line >= 0; line--) __builtin_prefetch((const char *)(page << 12) + 64 * line, 0, 3);
    return page;
}

#endif
