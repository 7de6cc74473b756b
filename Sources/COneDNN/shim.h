#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

/* OpenMP's runtime, declared here since <omp.h> belongs to the compiler, not to oneDNN. */
void omp_set_num_threads(int count);
int omp_get_max_threads(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);

/* What a compiler makes of "#pragma omp parallel": runs body on each thread of a team and returns when all have ended. */
void GOMP_parallel(void (*body)(void *data), void *data, unsigned thread_count, unsigned flags);

typedef float pivot_float8 __attribute__((vector_size(32), aligned(4)));

/* Replaces eight floats by their square roots. Swift's own root of a vector calls sqrtf for each lane, to set errno. */
static inline void pivot_square_root_8(float *values) {
    pivot_float8 *vector = (pivot_float8 *)values;
    *vector = __builtin_elementwise_sqrt(*vector);
}
