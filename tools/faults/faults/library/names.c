// The functions that make, rename and remove files and folders, and those that tell of room.
#include "disk.h"

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
#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

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
