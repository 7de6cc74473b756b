#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

/* OpenMP's thread count, declared here since <omp.h> belongs to the compiler, not to oneDNN. */
void omp_set_num_threads(int count);
int omp_get_max_threads(void);
