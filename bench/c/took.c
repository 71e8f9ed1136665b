/* Runs a program and writes down what it took: cc -O2 took.c -o took
 * usage: took FILE PROGRAM [ARGUMENT…]
 * FILE gets seconds of user and of system CPU and KiB of peak resident memory, children that were waited for included.
 * A small process does this because the kernel counts the memory of whoever starts a program as the program's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: took FILE PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    /* Nothing that was started outlives the bench. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* What is preloaded is meant for the program alone. */
    const char *preload = getenv("BENCH_PRELOAD");
    pid_t child = fork();
    if (child < 0) return 71;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (preload != NULL) setenv("LD_PRELOAD", preload, 1);
        execvp(argv[2], argv + 2);
        fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
        _exit(127);
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) return 71;
    }
    FILE *file = fopen(argv[1], "w");
    if (file == NULL) return 73;
    fprintf(file, "%ld.%06ld %ld.%06ld %ld\n", (long)usage.ru_utime.tv_sec, (long)usage.ru_utime.tv_usec,
            (long)usage.ru_stime.tv_sec, (long)usage.ru_stime.tv_usec, usage.ru_maxrss);
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
