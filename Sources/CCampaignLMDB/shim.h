#ifndef CAMPAIGN_LMDB_SHIM_H
#define CAMPAIGN_LMDB_SHIM_H

#include <lmdb.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif

#endif
