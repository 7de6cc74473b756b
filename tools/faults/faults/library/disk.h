// Stands between a server and the disk: for tests of power losses, kills and failing disks only.
//
// Preloaded into a server, it does four things with the operations below the folder FAULTS_ROOT:
//
// - counts and writes down each one, in the order in which they took effect, into the file FAULTS_TRACE if that is set, so that
//   `image.py` can make the folder as a loss of power at any point may leave it;
// - makes chosen ones fail, kills the process before or after them, or cuts writes short, as the control page says;
// - tells of less free room than there is;
// - reports a sync as done that it passes over, when the control page says so: the planted fault that the tests must find.
//
// FAULTS_CONTROL names a file of one page that the tests share with the server; `struct control` is its form, which `preload.py`
// knows. Writing through a mapping would escape, so a shared, writable one of another file than LMDB's table of readers is
// written down as such, and a test fails on it.
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// The kinds of operations; the numbers are those of `preload.py`.
enum kind {
    WRITE = 1, SYNC = 2, TRUNCATE = 4, RENAME = 8, CREATE = 16, REMOVE = 32, FOLDER = 64, SYNCED = 128, LINK = 256, MAPPED = 512
};

enum action { REFUSE = 1, KILL_BEFORE = 2, KILL_AFTER = 3, CUT_SHORT = 4 };

struct control {
    _Atomic uint64_t sequence;   // number of the last operation
    _Atomic uint32_t kinds;      // which kinds a fault is for; 0 for none
    _Atomic uint32_t action;
    _Atomic int32_t error;       // the errno of a refusal
    _Atomic int32_t skips_syncs; // 1 to pass over syncs and report them as done
    _Atomic int64_t countdown;   // matching operations that pass before the first fault
    _Atomic int64_t remaining;   // faults still to come; negative for no end
    _Atomic uint64_t fired;      // faults so far
    _Atomic uint64_t free_bytes; // what a file system seems to have left; 0 for the truth
    _Atomic uint32_t sync_delay; // microseconds that a sync takes
    _Atomic uint32_t reserved;
    char match[192];             // part of the path; empty for every one
};

struct header {
    uint32_t kind, flag;
    uint64_t sequence, inode;
    int64_t offset;
    uint64_t length, other;
    uint32_t path_length, second_length;
};

// Known in the library only: the server has names of its own.
#pragma GCC visibility push(hidden)

extern struct control *control;

// Reads the environment, once.
void ready(void);

// Whether a path lies in the folder; `full` gets it with the folder it is relative to.
int is_ours(int folder, const char *path, char *full);

// Whether an open file, or folder, lies in the folder; `full` gets its path, `status` what the system says of it.
int is_our_file(int descriptor, char *full, struct stat *status);

// Writes an operation down; its number. Only between `lock` and `unlock`, as all that follows.
uint64_t note(enum kind kind, uint32_t flag, uint64_t inode, int64_t offset, uint64_t length, uint64_t other,
              const char *path, const char *second, const void *bytes);

// The fault that is due for an operation, or 0; counts it. KILL_BEFORE happens here.
enum action due(enum kind kind, const char *path);

void lock(void);

// KILL_AFTER happens here.
void unlock(enum action action);

// Takes as long as a sync is to take.
void linger(void);

#pragma GCC visibility pop

#define REFUSED (action == REFUSE ? (errno = atomic_load(&control->error), 1) : 0)
