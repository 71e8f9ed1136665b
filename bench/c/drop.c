/* The least that a safe drop directory takes: cc -O2 drop.c -o drop
 * usage: drop DIRECTORY FILES BYTES
 * Writes files into DIRECTORY/tmp, 64 at a time; flushes with `syncfs`; renames them into DIRECTORY. No personalisation,
 * no memory of what was done.
 */
#define _GNU_SOURCE
#include "check.h"

#define GROUP 64

int main(int argc, char **argv) {
    if (argc != 4) DIE("usage: drop DIRECTORY FILES BYTES");
    size_t files = strtoul(argv[2], NULL, 10);
    size_t size = strtoul(argv[3], NULL, 10);
    char *bytes = malloc(size);
    if (bytes == NULL) DIE("no memory");
    memset(bytes, 'x', size);
    mkdir(argv[1], 0700);
    if (chdir(argv[1]) != 0) DIE("%s cannot be entered", argv[1]);
    mkdir("tmp", 0700);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    if (folder < 0) DIE("%s cannot be opened", argv[1]);

    double start = now();
    for (size_t first = 0; first < files; first += GROUP) {
        size_t last = first + GROUP < files ? first + GROUP : files;
        char hidden[64], shown[64];
        for (size_t index = first; index < last; index++) {
            snprintf(hidden, sizeof hidden, "tmp/%026zu", index);
            int file = open(hidden, O_WRONLY | O_CREAT | O_EXCL, 0600);
            if (file < 0 || write(file, bytes, size) != (ssize_t)size) DIE("%s cannot be written", hidden);
            close(file);
        }
        if (syncfs(folder) != 0) DIE("syncfs failed");
        for (size_t index = first; index < last; index++) {
            snprintf(hidden, sizeof hidden, "tmp/%026zu", index);
            snprintf(shown, sizeof shown, "%026zu.eml", index);
            if (rename(hidden, shown) != 0) DIE("%s cannot be renamed", hidden);
        }
    }
    if (syncfs(folder) != 0) DIE("syncfs failed");
    double seconds = now() - start;
    printf("files %zu\nfiles/s %.0f\n", files, (double)files / seconds);
    return 0;
}
