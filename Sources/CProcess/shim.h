#ifndef PIVOT_CPROCESS_SHIM_H
#define PIVOT_CPROCESS_SHIM_H

// What happens between fork and exec has to be C: Swift may allocate and lock there, and another thread may hold the lock.

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
// Shown by glibc to GNU sources only; there since 2.34.
extern int close_range(unsigned int first, unsigned int last, int flags);
#endif

extern char **environ;

// Starts `path` in `folder`, with `environment`, or this process's where that is null. With `leads_session` it leads a new
// session and has /dev/null as its input. `group` is null or the cgroup.procs of a control group that it enters if it can. With `dies` it is killed when the calling *thread* ends, so that thread has to wait
// for it. Returns its id, or -1 with the reason in `failure` (an errno) and the place in `failed_in_folder`.
static inline pid_t pivot_spawn(const char *path, char *const arguments[], char *const environment[], const char *folder,
                                const char *group, int output, int error, int leads_session, int dies, int *failure,
                                int *failed_in_folder) {
    int report[2];
    *failure = 0;
    *failed_in_folder = 0;
    if (pipe(report) != 0) {
        *failure = errno;
        return -1;
    }
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    sigset_t all, before;
    sigfillset(&all);
    // No handler of this process may run in the child.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        int words[2] = {0, 0};
        if (leads_session) setsid();
        if (group) {
            int procs = open(group, O_WRONLY | O_CLOEXEC);
            // 0 is the process that writes.
            if (procs >= 0 && write(procs, "0", 1) != 1) errno = 0;
            if (procs >= 0) close(procs);
        }
        if (dies) {
#ifdef __linux__
            prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
            if (getppid() != parent) _exit(127);
        }
        for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
        if (leads_session) {
            int null = open("/dev/null", O_RDONLY);
            if (null < 0 || dup2(null, 0) < 0) goto failed;
        }
        if (dup2(output, 1) < 0 || dup2(error, 2) < 0) goto failed;
#ifdef __linux__
        // 4 is CLOSE_RANGE_CLOEXEC: whatever else is open stays here.
        if (close_range(3, ~0U, 4) != 0)
#endif
            for (int file = 3; file < 4096; file++) fcntl(file, F_SETFD, FD_CLOEXEC);
        if (chdir(folder) != 0) {
            words[1] = 1;
            goto failed;
        }
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, 0);
        execve(path, arguments, environment ? environment : environ);
    failed:
        words[0] = errno;
        if (write(report[1], words, sizeof words) < 0) _exit(126);
        _exit(127);
    }
    if (child < 0) *failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    close(report[1]);
    if (child > 0) {
        int words[2] = {0, 0};
        ssize_t count;
        do {
            count = read(report[0], words, sizeof words);
        } while (count < 0 && errno == EINTR);
        if (count == (ssize_t)sizeof words) {
            *failure = words[0];
            *failed_in_folder = words[1];
            while (waitpid(child, 0, 0) < 0 && errno == EINTR) {
            }
            child = -1;
        }
    }
    close(report[0]);
    return child;
}

// Waits until `process`, a child, has ended, and leaves it unreaped, so that its id stays its own. One of `code` and
// `number` is set, the other is -1. Returns 0, or an errno.
static inline int pivot_wait(pid_t process, int *code, int *number) {
    siginfo_t information;
    *code = -1;
    *number = -1;
    while (waitid(P_PID, (id_t)process, &information, WEXITED | WNOWAIT) != 0) {
        if (errno != EINTR) return errno;
    }
    if (information.si_code == CLD_EXITED) {
        *code = information.si_status;
    } else {
        *number = information.si_status;
    }
    return 0;
}

// Makes this process the parent of its orphaned descendants, where the system can do that.
static inline void pivot_adopt_orphans(void) {
#ifdef __linux__
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

// Lets at most `count` arenas of the C library's allocator come up, and gives back to the system what is free at the end of
// one beyond `byteCount`.
static inline void pivot_bound_arenas(int count, int byteCount) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, count);
    mallopt(M_TRIM_THRESHOLD, byteCount);
#endif
}

// Gives back to the system the pages of the C library's allocator in which everything is free.
static inline void pivot_give_back_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#endif
