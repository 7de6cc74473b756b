#ifndef PIVOT_CNVML_SHIM_H
#define PIVOT_CNVML_SHIM_H

// What of NVML, the library that comes with NVIDIA's drivers, is called: it is loaded while the program runs, so that
// neither building nor running needs it. Only what is used is declared, from the public reference,
// https://docs.nvidia.com/deploy/nvml-api: the layouts and numbers below have been the same since the functions exist.

// nvmlReturn_t
enum {
    PIVOT_NVML_SUCCESS = 0,
    PIVOT_NVML_INSUFFICIENT_SIZE = 7,
};

// NVML_TEMPERATURE_GPU of nvmlTemperatureSensors_t
enum { PIVOT_NVML_TEMPERATURE_GPU = 0 };

// NVML_DEVICE_NAME_V2_BUFFER_SIZE and NVML_DEVICE_UUID_V2_BUFFER_SIZE, in bytes with the final 0
enum { PIVOT_NVML_TEXT_SIZE = 96 };

// nvmlDevice_t
typedef void *pivot_nvml_device;

// nvmlUtilization_t: the shares of the last sample period, 0 to 100, in which a kernel ran and memory was accessed
typedef struct {
    unsigned int gpu;
    unsigned int memory;
} pivot_nvml_utilization;

// nvmlMemory_t, in bytes; what the driver reserves for itself is used
typedef struct {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
} pivot_nvml_memory;

// nvmlProcessInfo_v2_t, which _v2 and _v3 of nvmlDeviceGetComputeRunningProcesses both fill in. `memory` is in bytes, or
// all ones when the driver does not know it.
typedef struct {
    unsigned int process;
    unsigned long long memory;
    unsigned int gpu_instance;
    unsigned int compute_instance;
} pivot_nvml_process;

// nvmlInit_v2, nvmlShutdown
typedef int (*pivot_nvml_action)(void);
// nvmlErrorString
typedef const char *(*pivot_nvml_error_text)(int code);
// nvmlDeviceGetCount_v2
typedef int (*pivot_nvml_get_count)(unsigned int *count);
// nvmlDeviceGetHandleByIndex_v2
typedef int (*pivot_nvml_get_device)(unsigned int index, pivot_nvml_device *device);
// nvmlDeviceGetName, nvmlDeviceGetUUID
typedef int (*pivot_nvml_get_text)(pivot_nvml_device device, char *text, unsigned int size);
// nvmlDeviceGetUtilizationRates
typedef int (*pivot_nvml_get_utilization)(pivot_nvml_device device, pivot_nvml_utilization *utilization);
// nvmlDeviceGetMemoryInfo
typedef int (*pivot_nvml_get_memory)(pivot_nvml_device device, pivot_nvml_memory *memory);
// nvmlDeviceGetTemperature, in degrees Celsius
typedef int (*pivot_nvml_get_temperature)(pivot_nvml_device device, int sensor, unsigned int *temperature);
// nvmlDeviceGetPowerUsage, in milliwatts
typedef int (*pivot_nvml_get_power)(pivot_nvml_device device, unsigned int *power);
// nvmlDeviceGetComputeRunningProcesses: `count` is the room for processes and then their number
typedef int (*pivot_nvml_get_processes)(pivot_nvml_device device, unsigned int *count, pivot_nvml_process *processes);

#endif
