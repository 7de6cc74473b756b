#ifndef PIVOT_CFILE_SHIM_H
#define PIVOT_CFILE_SHIM_H

// Shown by glibc to GNU sources only.
#include <stdint.h>

extern int sync_file_range(int file, int64_t offset, int64_t byte_count, unsigned int flags);

// Begins to write what is dirty, without waiting.
static const unsigned int PIVOT_BEGIN_WRITING = 2;
// Begins to write what is dirty, and waits until nothing is being written.
static const unsigned int PIVOT_FINISH_WRITING = 1 | 2 | 4;

#endif
