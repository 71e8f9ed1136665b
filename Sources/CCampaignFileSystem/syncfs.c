#define _GNU_SOURCE
#include "CCampaignFileSystem.h"

#include <fcntl.h>
#include <unistd.h>

int campaign_syncfs(int descriptor) {
#ifdef __linux__
    return syncfs(descriptor);
#else
    sync();
    return fcntl(descriptor, F_FULLFSYNC);
#endif
}
