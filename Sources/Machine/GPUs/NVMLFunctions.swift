import CNVML
import Foundation

/// The functions of a loaded NVML library. Those that only fill in a part of a reading may be missing.
struct NVMLFunctions {
    static let success = Int32(PIVOT_NVML_SUCCESS)

    let initialize: pivot_nvml_action
    let shutDown: pivot_nvml_action
    let getCount: pivot_nvml_get_count
    let getDevice: pivot_nvml_get_device
    let getName: pivot_nvml_get_text?
    let getUUID: pivot_nvml_get_text?
    let getUtilization: pivot_nvml_get_utilization?
    let getMemory: pivot_nvml_get_memory?
    let getTemperature: pivot_nvml_get_temperature?
    let getPower: pivot_nvml_get_power?
    let getProcesses: pivot_nvml_get_processes?
    private let errorText: pivot_nvml_error_text?

    init(in handle: UnsafeMutableRawPointer) throws(NVML.Failure) {
        func found<Function>(_ name: String, as type: Function.Type) -> Function? {
            dlsym(handle, name).map { unsafeBitCast($0, to: type) }
        }
        func needed<Function>(_ name: String, as type: Function.Type) throws(NVML.Failure) -> Function {
            guard let function = found(name, as: type) else { throw .noFunction(name) }
            return function
        }
        initialize = try needed("nvmlInit_v2", as: pivot_nvml_action.self)
        shutDown = try needed("nvmlShutdown", as: pivot_nvml_action.self)
        getCount = try needed("nvmlDeviceGetCount_v2", as: pivot_nvml_get_count.self)
        getDevice = try needed("nvmlDeviceGetHandleByIndex_v2", as: pivot_nvml_get_device.self)
        getName = found("nvmlDeviceGetName", as: pivot_nvml_get_text.self)
        getUUID = found("nvmlDeviceGetUUID", as: pivot_nvml_get_text.self)
        getUtilization = found("nvmlDeviceGetUtilizationRates", as: pivot_nvml_get_utilization.self)
        getMemory = found("nvmlDeviceGetMemoryInfo", as: pivot_nvml_get_memory.self)
        getTemperature = found("nvmlDeviceGetTemperature", as: pivot_nvml_get_temperature.self)
        getPower = found("nvmlDeviceGetPowerUsage", as: pivot_nvml_get_power.self)
        // Without a suffix it is version 1, whose entries are shorter.
        getProcesses =
            found("nvmlDeviceGetComputeRunningProcesses_v3", as: pivot_nvml_get_processes.self)
            ?? found("nvmlDeviceGetComputeRunningProcesses_v2", as: pivot_nvml_get_processes.self)
        errorText = found("nvmlErrorString", as: pivot_nvml_error_text.self)
    }

    /// - Throws: What `code` means, unless it is success.
    func expect(_ code: Int32, _ function: String) throws(NVML.Failure) {
        guard code == Self.success else { throw failure(code, function) }
    }

    /// The failure of what answered with the error `code`.
    func failure(_ code: Int32, _ subject: String) -> NVML.Failure {
        let text = errorText?(code).map { " (\(String(cString: $0)))" } ?? ""
        return .answer("\(subject) answered with error \(code)\(text).")
    }
}
