// What the functions that stand in for the system's have in common: whose files they are, the trace, and the faults.
#include "disk.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
struct control *control;
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

void ready(void) { pthread_once(&once, prepare); }

int is_ours(int folder, const char *path, char *full) {
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

int is_our_file(int descriptor, char *full, struct stat *status) {
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

uint64_t note(enum kind kind, uint32_t flag, uint64_t inode, int64_t offset, uint64_t length, uint64_t other,
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

enum action due(enum kind kind, const char *path) {
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

void lock(void) { pthread_mutex_lock(&mutex); }

void unlock(enum action action) {
    if (action == KILL_AFTER) die();
    int before = errno;
    pthread_mutex_unlock(&mutex);
    errno = before;
}

void linger(void) {
    uint32_t delay = atomic_load(&control->sync_delay);
    if (!delay) return;
    struct timespec time = {0, (long)delay * 1000};
    nanosleep(&time, NULL);
}
