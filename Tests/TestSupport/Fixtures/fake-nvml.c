// A library that answers as NVML does, for tests: two GPUs, unless the file CONTROL says something else. CONTROL has a name
// and a number on each line:
//
//   count N            there are N GPUs
//   init E             nvmlInit_v2 answers with the error E
//   every E            every function but nvmlInit_v2 does
//   gpu0 E             every function that is asked for GPU 0 does
//   utilization0 E     only that function; memory0, temperature0, power0, name0, uuid0, processes0
//   running0 N         N processes compute on GPU 0
//   hang 1             no function returns as long as this is there
//
// Each call of nvmlInit_v2 adds a byte to the file CONTROL.inits. With NO_POWER and NO_PROCESSES these functions are missing,
// with OLD_PROCESSES they are of version 2.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7 };

struct utilization { unsigned int gpu, memory; };
struct memory { unsigned long long total, free, used; };
struct process { unsigned int pid; unsigned long long used; unsigned int gpu_instance, compute_instance; };

static int told(const char *name, int otherwise) {
    char key[64];
    int value, found = otherwise;
    FILE *file = fopen(CONTROL, "r");
    if (!file) return otherwise;
    while (fscanf(file, "%63s %d", key, &value) == 2) {
        if (strcmp(key, name) == 0) found = value;
    }
    fclose(file);
    return found;
}

static int told_of(const char *name, void *device, int otherwise) {
    char key[64];
    snprintf(key, sizeof key, "%s%d", name, (int)(long)device - 1);
    return told(key, otherwise);
}

static int answer(void) {
    while (told("hang", 0)) usleep(1000);
    return told("every", SUCCESS);
}

// The error of a function that is asked for a device, which is its index and 1.
static int answer_of(const char *function, void *device) {
    int code = answer();
    if (code == SUCCESS) code = told_of("gpu", device, SUCCESS);
    return code == SUCCESS ? told_of(function, device, SUCCESS) : code;
}

int nvmlInit_v2(void) {
    while (told("hang", 0)) usleep(1000);
    FILE *file = fopen(CONTROL ".inits", "a");
    if (file) {
        fputc('i', file);
        fclose(file);
    }
    return told("init", SUCCESS);
}

int nvmlShutdown(void) { return SUCCESS; }

const char *nvmlErrorString(int code) { return code == 15 ? "GPU is lost" : code == 9 ? "Driver Not Loaded" : "Unknown Error"; }

int nvmlDeviceGetCount_v2(unsigned int *count) {
    *count = (unsigned int)told("count", 2);
    return answer();
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
    if ((int)index >= told("count", 2)) return INVALID_ARGUMENT;
    *device = (void *)(long)(index + 1);
    return answer();
}

int nvmlDeviceGetName(void *device, char *name, unsigned int size) {
    snprintf(name, size, "Fake GPU %c", (char)('A' + (long)device - 1));
    return answer_of("name", device);
}

int nvmlDeviceGetUUID(void *device, char *uuid, unsigned int size) {
    snprintf(uuid, size, "GPU-%ld", (long)device - 1);
    return answer_of("uuid", device);
}

int nvmlDeviceGetUtilizationRates(void *device, struct utilization *rates) {
    rates->gpu = 87 - 80 * ((unsigned int)(long)device - 1);
    rates->memory = 5;
    return answer_of("utilization", device);
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    memory->total = 80000000000ULL;
    memory->used = 20000000000ULL * (unsigned long long)(long)device;
    memory->free = memory->total - memory->used;
    return answer_of("memory", device);
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *temperature) {
    if (sensor != 0) return INVALID_ARGUMENT;
    *temperature = 63 + (unsigned int)(long)device;
    return answer_of("temperature", device);
}

#ifndef NO_POWER
int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatts) {
    *milliwatts = 250500;
    return answer_of("power", device);
}
#endif

#ifndef NO_PROCESSES
#ifdef OLD_PROCESSES
int nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned int *count, struct process *processes) {
#else
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned int *count, struct process *processes) {
#endif
    unsigned int room = *count, running = (unsigned int)told_of("running", device, device == (void *)1 ? 2 : 0);
    int code = answer_of("processes", device);
    if (code != SUCCESS) return code;
    *count = running;
    if (running > room) return INSUFFICIENT_SIZE;
    for (unsigned int index = 0; index < running; index++) {
        processes[index].pid = 1000 + index;
        processes[index].used = index == 1 ? ~0ULL : 8000000000ULL;
        processes[index].gpu_instance = processes[index].compute_instance = ~0U;
    }
    return SUCCESS;
}
#endif
