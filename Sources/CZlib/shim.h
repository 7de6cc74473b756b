#include <zlib.h>

// zlib's own names for these are macros, which Swift does not see. 15 is the largest window, 32 more recognises the headers
// of gzip and zlib, 16 more asks for gzip only.
static inline int pivot_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

// A gzip stream of the largest window; 8 is the memory that the library itself takes for granted.
static inline int pivot_gzip_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
