/// System calls that Swift's C library modules leave out.
#ifndef CCAMPAIGN_FILE_SYSTEM_H
#define CCAMPAIGN_FILE_SYSTEM_H

#include <spawn.h>

/// Writes everything of the file system that holds `descriptor` to its disk: data, names, renames. 0, or -1 with `errno`.
int campaign_syncfs(int descriptor);

/// A program started with these actions has no descriptor of this process's open from `lowest` on. 0, or an error's number.
int campaign_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

#endif
