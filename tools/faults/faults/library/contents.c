// The functions that write, cut and sync files.
#include "disk.h"

// Writing

static ssize_t written(int descriptor, const struct iovec *parts, int count, off_t offset, int has_offset) {
    char path[PATH_MAX];
    struct stat status;
    if (!is_our_file(descriptor, path, &status))
        return has_offset ? syscall(SYS_pwritev, descriptor, parts, count, offset, 0)
                          : syscall(SYS_writev, descriptor, parts, count);
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
    ssize_t result = has_offset ? syscall(SYS_pwrite64, descriptor, bytes, wanted, offset)
                                : syscall(SYS_write, descriptor, bytes, wanted);
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
