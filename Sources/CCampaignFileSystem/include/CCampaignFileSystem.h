/// File system calls that Swift's C library modules leave out.
#ifndef CCAMPAIGN_FILE_SYSTEM_H
#define CCAMPAIGN_FILE_SYSTEM_H

/// Writes everything of the file system that holds `descriptor` to its disk: data, names, renames. 0, or -1 with `errno`.
int campaign_syncfs(int descriptor);

#endif
