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
// FAULTS_CONTROL names a file of one page that the tests share with the server; `struct control` is its form. Writing through a
// mapping would escape, so a shared, writable one of another file than LMDB's table of readers is written down as such, and a
// test fails on it.
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

// The kinds of operations; the numbers are those of `trace.py`.
enum kind { WRITE = 1, SYNC = 2, TRUNCATE = 4, RENAME = 8, CREATE = 16, REMOVE = 32, FOLDER = 64, SYNCED = 128, LINK = 256, MAPPED = 512 };

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

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static struct control nothing;
static char root[PATH_MAX];
static size_t root_length;
static int trace = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
    control = &nothing;
    const char *folder = getenv("FAULTS_ROOT"), *page = getenv("FAULTS_CONTROL"), *file = getenv("FAULTS_TRACE");
    if (!folder || !page) return;
    int descriptor = syscall(SYS_openat, AT_FDCWD, page, O_RDWR | O_CLOEXEC, 0);
    if (descriptor < 0) return;
    void *shared = (void *)syscall(SYS_mmap, NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    syscall(SYS_close, descriptor);
    if (shared == MAP_FAILED) return;
    control = shared;
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    if (file) trace = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void ready(void) { pthread_once(&once, prepare); }

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// Whether a path lies in the folder; `full` gets it with the folder it is relative to.
static int is_ours(int folder, const char *path, char *full) {
    ready();
    if (!root_length || !path) return 0;
    if (path[0] == '/') {
        snprintf(full, PATH_MAX, "%s", path);
    } else {
        char base[PATH_MAX], link[64];
        ssize_t length;
        if (folder == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        if (snprintf(full, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    }
    size_t length = strlen(full);
    while (length > 1 && full[length - 1] == '/') full[--length] = 0;
    return strncmp(full, root, root_length) == 0 && (full[root_length] == '/' || full[root_length] == 0);
}

// Whether an open file, or folder, lies in the folder; `full` gets its path, `status` what the system says of it.
static int is_our_file(int descriptor, char *full, struct stat *status) {
    ready();
    if (!root_length) return 0;
    int before = errno;
    if (fstat(descriptor, status) != 0 || !(S_ISREG(status->st_mode) || S_ISDIR(status->st_mode))) { errno = before; return 0; }
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, full, PATH_MAX - 1);
    errno = before;
    if (length < 0) return 0;
    full[length] = 0;
    return strncmp(full, root, root_length) == 0 && (full[root_length] == '/' || full[root_length] == 0);
}

static uint64_t note(enum kind kind, uint32_t flag, uint64_t inode, int64_t offset, uint64_t length, uint64_t other,
                     const char *path, const char *second, const void *bytes) {
    struct header header = {.kind = kind, .flag = flag, .inode = inode, .offset = offset, .length = length, .other = other};
    header.sequence = atomic_fetch_add(&control->sequence, 1) + 1;
    if (trace >= 0) {
        const char *shown = path && strlen(path) > root_length ? path + root_length + 1 : "";
        const char *renamed = second && strlen(second) > root_length ? second + root_length + 1 : "";
        header.path_length = strlen(shown);
        header.second_length = strlen(renamed);
        struct iovec parts[4] = {{&header, sizeof header}, {(void *)shown, header.path_length},
                                 {(void *)renamed, header.second_length}, {(void *)bytes, bytes ? length : 0}};
        size_t total = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len + parts[3].iov_len;
        if (syscall(SYS_writev, trace, parts, 4) != (ssize_t)total) _exit(99);
    }
    return header.sequence;
}

_Noreturn static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

// The fault that is due for an operation, or 0; counts it. KILL_BEFORE happens here.
static enum action due(enum kind kind, const char *path) {
    if (!(atomic_load(&control->kinds) & kind)) return 0;
    if (control->match[0] && !strstr(path, control->match)) return 0;
    if (atomic_fetch_sub(&control->countdown, 1) > 0) return 0;
    int64_t remaining = atomic_load(&control->remaining);
    if (remaining == 0) return 0;
    if (remaining > 0) atomic_fetch_sub(&control->remaining, 1);
    atomic_fetch_add(&control->fired, 1);
    enum action action = atomic_load(&control->action);
    if (action == KILL_BEFORE) die();
    return action;
}

static void lock(void) { pthread_mutex_lock(&mutex); }

static void unlock(enum action action) {
    if (action == KILL_AFTER) die();
    int before = errno;
    pthread_mutex_unlock(&mutex);
    errno = before;
}

#define REFUSED (action == REFUSE ? (errno = atomic_load(&control->error), 1) : 0)

static void linger(void) {
    uint32_t delay = atomic_load(&control->sync_delay);
    if (!delay) return;
    struct timespec time = {0, (long)delay * 1000};
    nanosleep(&time, NULL);
}

// Writing

static ssize_t written(int descriptor, const struct iovec *parts, int count, off_t offset, int has_offset) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status))
        return has_offset ? syscall(SYS_pwritev, descriptor, parts, count, offset, 0) : syscall(SYS_writev, descriptor, parts, count);
    size_t total = 0;
    for (int index = 0; index < count; index++) total += parts[index].iov_len;
    char *bytes = malloc(total ? total : 1);
    size_t place = 0;
    for (int index = 0; index < count; index++) {
        memcpy(bytes + place, parts[index].iov_base, parts[index].iov_len);
        place += parts[index].iov_len;
    }
    lock();
    enum action action = due(WRITE, path);
    if (REFUSED) {
        unlock(0);
        free(bytes);
        return -1;
    }
    size_t wanted = action == CUT_SHORT ? total / 2 / 512 * 512 : total;
    if (action == CUT_SHORT && wanted == 0) {
        errno = atomic_load(&control->error);
        unlock(0);
        free(bytes);
        return -1;
    }
    ssize_t result = has_offset ? syscall(SYS_pwrite64, descriptor, bytes, wanted, offset) : syscall(SYS_write, descriptor, bytes, wanted);
    uint64_t number = 0;
    int is_synchronous = 0;
    if (result > 0) {
        if (!has_offset) offset = lseek(descriptor, 0, SEEK_CUR) - result;
        int flags = fcntl(descriptor, F_GETFL);
        is_synchronous = (flags & O_DSYNC) != 0;
        number = note(WRITE, 0, status.st_ino, offset, result, 0, path, NULL, bytes);
    }
    unlock(action);
    free(bytes);
    if (is_synchronous && !atomic_load(&control->skips_syncs)) {
        linger();
        lock();
        action = due(SYNC, path);
        if (REFUSED) { unlock(0); return -1; }
        note(SYNCED, 1, status.st_ino, 0, 0, number, path, NULL, NULL);
        unlock(action);
    }
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    struct iovec part = {(void *)bytes, count};
    return written(descriptor, &part, 1, 0, 0);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct iovec part = {(void *)bytes, count};
    return written(descriptor, &part, 1, offset, 1);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    struct iovec part = {(void *)bytes, count};
    return written(descriptor, &part, 1, offset, 1);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) { return written(descriptor, parts, count, 0, 0); }
ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    return written(descriptor, parts, count, offset, 1);
}
ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
    return written(descriptor, parts, count, offset, 1);
}

// What copies inside the kernel is written by hand, so that it is seen.
static ssize_t refuse_for_ours(int descriptor, int code) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status)) return 0;
    errno = code;
    return -1;
}
ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count, unsigned flags) {
    if (refuse_for_ours(to, EXDEV)) return -1;
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, count, flags);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
    if (refuse_for_ours(to, EINVAL)) return -1;
    return syscall(SYS_sendfile, to, from, offset, count);
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) { return sendfile(to, from, offset, count); }

static int truncated(int descriptor, off_t length) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status)) return syscall(SYS_ftruncate, descriptor, length);
    lock();
    enum action action = due(TRUNCATE, path);
    if (REFUSED) { unlock(0); return -1; }
    int result = syscall(SYS_ftruncate, descriptor, length);
    if (result == 0) note(TRUNCATE, 0, status.st_ino, length, 0, 0, path, NULL, NULL);
    unlock(action);
    return result;
}
int ftruncate(int descriptor, off_t length) { return truncated(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return truncated(descriptor, length); }
int truncate(const char *path, off_t length) {
    int descriptor = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int result = truncated(descriptor, length);
    int before = errno;
    close(descriptor);
    errno = before;
    return result;
}
int truncate64(const char *path, off64_t length) { return truncate(path, length); }

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    if (refuse_for_ours(descriptor, EOPNOTSUPP)) return -1;
    return syscall(SYS_fallocate, descriptor, mode, offset, length);
}
int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) { return fallocate(descriptor, mode, offset, length); }
int posix_fallocate(int descriptor, off_t offset, off_t length) {
    return fallocate(descriptor, 0, offset, length) == 0 ? 0 : errno;
}
int posix_fallocate64(int descriptor, off64_t offset, off64_t length) { return posix_fallocate(descriptor, offset, length); }

// Syncing. The wait for a real disk is left out: the trace says what would be on it.

static int synced(int descriptor, int number) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status)) return syscall(number, descriptor);
    lock();
    enum action action = due(SYNC, path);
    if (REFUSED) { unlock(0); return -1; }
    uint64_t begun = note(SYNC, 0, status.st_ino, 0, 0, S_ISDIR(status.st_mode), path, NULL, NULL);
    unlock(0);
    if (atomic_load(&control->skips_syncs)) return 0;
    linger();
    lock();
    note(SYNCED, 0, status.st_ino, 0, 0, begun, path, NULL, NULL);
    unlock(action);
    return 0;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }
int sync_file_range(int descriptor, off64_t offset, off64_t count, unsigned flags) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status)) return syscall(SYS_sync_file_range, descriptor, offset, count, flags);
    // It promises nothing, but tells of failures.
    lock();
    enum action action = flags & SYNC_FILE_RANGE_WAIT_AFTER ? due(SYNC, path) : 0;
    int refused = REFUSED;
    unlock(action);
    return refused ? -1 : 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    char path[PATH_MAX];
    struct stat status;
    if (descriptor >= 0 && (protection & PROT_WRITE) && (flags & MAP_TYPE) != MAP_PRIVATE
        && is_our_file(descriptor, path, &status)) {
        const char *name = strrchr(path, '/');
        lock();
        if (!name || strcmp(name, "/lock.mdb") != 0) note(MAPPED, 0, status.st_ino, 0, 0, 0, path, NULL, NULL);
        unlock(0);
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
    return mmap(address, length, protection, flags, descriptor, offset);
}

// Names

static int opened(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || !is_ours(folder, path, full)) return syscall(SYS_openat, folder, path, flags, mode);
    lock();
    struct stat status;
    int was_there = syscall(SYS_newfstatat, AT_FDCWD, full, &status, 0) == 0;
    enum action action = was_there ? 0 : due(CREATE, full);
    if (REFUSED) { unlock(0); return -1; }
    int result = syscall(SYS_openat, folder, path, flags, mode);
    if (result >= 0 && fstat(result, &status) == 0) {
        if (!was_there) note(CREATE, 0, status.st_ino, 0, 0, 0, full, NULL, NULL);
        else if (flags & O_TRUNC) note(TRUNCATE, 0, status.st_ino, 0, 0, 0, full, NULL, NULL);
    }
    unlock(action);
    return result;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

static int made(char *template, int suffix, int flags) {
    static _Atomic uint64_t counter;
    char *place = template + strlen(template) - suffix - 6;
    for (int attempt = 0; attempt < 1000; attempt++) {
        char name[7];
        uint64_t number = (atomic_fetch_add(&counter, 1) * 2654435761u + getpid() * 40503u) % 1000000;
        snprintf(name, sizeof name, "%06u", (unsigned)number);
        memcpy(place, name, 6);
        int result = opened(AT_FDCWD, template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
        if (result >= 0 || errno != EEXIST) return result;
    }
    return -1;
}
int mkstemp(char *template) { return made(template, 0, 0); }
int mkstemp64(char *template) { return made(template, 0, 0); }
int mkostemp(char *template, int flags) { return made(template, 0, flags); }
int mkostemp64(char *template, int flags) { return made(template, 0, flags); }
int mkstemps(char *template, int suffix) { return made(template, suffix, 0); }
int mkostemps(char *template, int suffix, int flags) { return made(template, suffix, flags); }

static int renamed(int folder, const char *path, int new_folder, const char *new_path, unsigned flags) {
    char from[PATH_MAX], to[PATH_MAX];
    if (!is_ours(folder, path, from) || !is_ours(new_folder, new_path, to))
        return syscall(SYS_renameat2, folder, path, new_folder, new_path, flags);
    lock();
    enum action action = due(RENAME, to);
    if (REFUSED) { unlock(0); return -1; }
    int result = syscall(SYS_renameat2, folder, path, new_folder, new_path, flags);
    if (result == 0) note(RENAME, flags, 0, 0, 0, 0, from, to, NULL);
    unlock(action);
    return result;
}
int rename(const char *path, const char *new_path) { return renamed(AT_FDCWD, path, AT_FDCWD, new_path, 0); }
int renameat(int folder, const char *path, int new_folder, const char *new_path) {
    return renamed(folder, path, new_folder, new_path, 0);
}
int renameat2(int folder, const char *path, int new_folder, const char *new_path, unsigned flags) {
    return renamed(folder, path, new_folder, new_path, flags);
}

static int linked(int folder, const char *path, int new_folder, const char *new_path, int flags) {
    char from[PATH_MAX], to[PATH_MAX];
    if (!is_ours(new_folder, new_path, to)) return syscall(SYS_linkat, folder, path, new_folder, new_path, flags);
    is_ours(folder, path, from);
    lock();
    int result = syscall(SYS_linkat, folder, path, new_folder, new_path, flags);
    if (result == 0) note(LINK, 0, 0, 0, 0, 0, from, to, NULL);
    unlock(0);
    return result;
}
int link(const char *path, const char *new_path) { return linked(AT_FDCWD, path, AT_FDCWD, new_path, 0); }
int linkat(int folder, const char *path, int new_folder, const char *new_path, int flags) {
    return linked(folder, path, new_folder, new_path, flags);
}

static int removed(int folder, const char *path, int flags) {
    char full[PATH_MAX];
    if (!is_ours(folder, path, full)) return syscall(SYS_unlinkat, folder, path, flags);
    lock();
    enum action action = due(REMOVE, full);
    if (REFUSED) { unlock(0); return -1; }
    int result = syscall(SYS_unlinkat, folder, path, flags);
    if (result == 0) note(REMOVE, flags & AT_REMOVEDIR ? 1 : 0, 0, 0, 0, 0, full, NULL, NULL);
    unlock(action);
    return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int result = removed(AT_FDCWD, path, 0);
    return result != 0 && errno == EISDIR ? removed(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

static int folder_made(int folder, const char *path, mode_t mode) {
    char full[PATH_MAX];
    if (!is_ours(folder, path, full)) return syscall(SYS_mkdirat, folder, path, mode);
    lock();
    enum action action = due(FOLDER, full);
    if (REFUSED) { unlock(0); return -1; }
    int result = syscall(SYS_mkdirat, folder, path, mode);
    struct stat status;
    if (result == 0 && syscall(SYS_newfstatat, AT_FDCWD, full, &status, 0) == 0)
        note(FOLDER, 0, status.st_ino, 0, 0, 0, full, NULL, NULL);
    unlock(action);
    return result;
}
int mkdir(const char *path, mode_t mode) { return folder_made(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return folder_made(folder, path, mode); }

// Room

static void tell_less(fsblkcnt64_t *free_blocks, fsblkcnt64_t *available, unsigned long block) {
    uint64_t bytes = atomic_load(&control->free_bytes);
    if (!bytes || !block) return;
    if (*available > bytes / block) *free_blocks = *available = bytes / block;
}
int statvfs(const char *path, struct statvfs *status) {
    ready();
    REAL(statvfs);
    int result = real(path, status);
    if (result == 0) tell_less((fsblkcnt64_t *)&status->f_bfree, (fsblkcnt64_t *)&status->f_bavail, status->f_frsize);
    return result;
}
int statvfs64(const char *path, struct statvfs64 *status) {
    ready();
    REAL(statvfs64);
    int result = real(path, status);
    if (result == 0) tell_less(&status->f_bfree, &status->f_bavail, status->f_frsize);
    return result;
}
