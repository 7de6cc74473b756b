#include <zlib.h>

// zlib's own names for these are macros, which Swift does not see. 15 is the largest window, 32 more recognises the headers
// of gzip and zlib, 16 more asks for gzip only.
static inline int pivot_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
