#ifndef CAMPAIGN_CRASH_RECORDER_H
#define CAMPAIGN_CRASH_RECORDER_H

#include <stddef.h>
#include <stdint.h>

// Records what this process writes to one file, and every flush of it, by standing in for the C library's calls:
// the program's own symbols are found before the library's, also by shared libraries such as liblmdb.
// Until a recording is started the calls do nothing but what they always do.
//
// A record is a header of 24 bytes (kind, flags, zero, payload's length; offset; second number), then its payload.

enum crash_record_kind {
    CRASH_WRITE_BEGAN = 1,  // offset; payload: the bytes; flag 1: the descriptor is synchronous (O_DSYNC)
    CRASH_WRITE_ENDED = 2,  // of a synchronous write: it is durable
    CRASH_FLUSH_BEGAN = 3,
    CRASH_FLUSH_ENDED = 4,
    CRASH_EXTENDED = 5,  // offset: the length that the file has at least
    CRASH_NAMED = 6,     // the file gets the name under which it is looked for
    CRASH_MARK = 7,      // payload: text
    CRASH_UNKNOWN = 8,   // payload: the name of a call that is not modelled, or that failed
    CRASH_FOLDER_WRITTEN = 9,   // offset; payload: name, newline, bytes
    CRASH_FOLDER_RENAMED = 10,  // payload: name, newline, new name
    CRASH_FOLDER_FLUSH_BEGAN = 11,
    CRASH_FOLDER_FLUSH_ENDED = 12,
};

// Also records what happens to the files of this directory, its own and those one level below.
void crash_recorder_watch_folder(const char *path);

// Begins to record calls on the file that has, or will have, this absolute path without symbolic links. A file of that
// name and ".new" is taken for the same one before it is linked to its name.
void crash_recorder_start(const char *path);

// Adds a line of text to the record.
void crash_recorder_mark(const char *text);

// Ends the recording. The bytes stay until the next start; the length is stored in *size.
const uint8_t *crash_recorder_finish(size_t *size);

#endif
