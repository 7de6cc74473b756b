import CNVML
import Foundation

/// NVIDIA's management library, which tells of the GPUs that a driver has found.
///
/// It is loaded when it is asked for. Its functions may take seconds, or hang when a driver does: only a thread that
/// nothing waits for may use it, and always the same one.
final class NVML {
    /// Why the library cannot be used.
    enum Failure: Error {
        /// The file is missing or no such library; the system says why.
        case noLibrary(String)
        /// A function that nothing goes without is missing.
        case noFunction(String)
        /// A function answered with an error.
        case answer(String)
    }

    /// The file's name where NVIDIA's drivers install it; the system knows its folder.
    static let defaultLibrary = "libnvidia-ml.so.1"

    private let handle: UnsafeMutableRawPointer
    private let functions: NVMLFunctions

    /// Loads and initializes the library, which takes up to some seconds when nobody else uses the GPUs.
    init(library: String) throws(Failure) {
        guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
            throw .noLibrary(dlerror().map { String(cString: $0) } ?? "\(library) cannot be loaded")
        }
        do throws(Failure) {
            functions = try NVMLFunctions(in: handle)
            try functions.expect(functions.initialize(), "nvmlInit_v2")
        } catch {
            dlclose(handle)
            throw error
        }
        self.handle = handle
    }

    deinit {
        _ = functions.shutDown()
        dlclose(handle)
    }

    /// Looks at every GPU. One that only answers with errors is left out, and named in the survey's trouble.
    func survey() throws(Failure) -> GPUSurvey {
        var count: UInt32 = 0
        try functions.expect(functions.getCount(&count), "nvmlDeviceGetCount_v2")
        var survey = GPUSurvey()
        for index in 0..<count {
            do throws(Failure) {
                survey.gpus.append(try reading(of: index))
            } catch {
                if case .answer(let text) = error { survey.trouble = survey.trouble ?? text }
            }
        }
        return survey
    }

    private func reading(of index: UInt32) throws(Failure) -> GPUReading {
        var found: pivot_nvml_device?
        try functions.expect(functions.getDevice(index, &found), "GPU \(index)")
        guard let device = found else { throw .answer("GPU \(index) was not found.") }
        var errors = NVMLErrors()
        var reading = GPUReading(index: Int(index))
        reading.utilization = errors.value(pivot_nvml_utilization()) { functions.getUtilization?(device, &$0) }
            .map { Double(min(100, $0.gpu)) }
        reading.memory = errors.value(pivot_nvml_memory()) { functions.getMemory?(device, &$0) }
            .map { .init(usedByteCount: Int64(clamping: $0.used), totalByteCount: Int64(clamping: $0.total)) }
        reading.temperature = errors.value(UInt32(0)) {
            functions.getTemperature?(device, Int32(PIVOT_NVML_TEMPERATURE_GPU), &$0)
        }.map(Double.init)
        reading.watts = errors.value(UInt32(0)) { functions.getPower?(device, &$0) }.map { Double($0) / 1000 }
        // A card that lacks a sensor answers the rest; one that is lost or being reset answers nothing.
        if errors.hasNoValue, let code = errors.first { throw functions.failure(code, "GPU \(index)") }
        reading.name = text(functions.getName, device)
        reading.uuid = text(functions.getUUID, device)
        reading.processes = processes(on: device)
        return reading
    }

    private func text(_ get: pivot_nvml_get_text?, _ device: pivot_nvml_device) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PIVOT_NVML_TEXT_SIZE))
        guard let get, get(device, &bytes, UInt32(bytes.count)) == NVMLFunctions.success else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func processes(on device: pivot_nvml_device) -> [GPUReading.Process]? {
        guard let get = functions.getProcesses else { return nil }
        var room: UInt32 = 64
        // More may start between one call and the next.
        for _ in 0..<3 {
            var count = room
            // Some drivers (535.43 to 535.86) write entries of 32 bytes.
            var found = [pivot_nvml_process](repeating: pivot_nvml_process(), count: 2 * Int(room))
            let code = get(device, &count, &found)
            if code == NVMLFunctions.success {
                return found.prefix(Int(min(count, room))).map {
                    .init(id: $0.process, usedByteCount: $0.memory == .max ? nil : Int64(clamping: $0.memory))
                }
            }
            guard code == Int32(PIVOT_NVML_INSUFFICIENT_SIZE), count < 1 << 16 else { return nil }
            room = count + 64
        }
        return nil
    }
}

/// The errors among the answers of one GPU.
private struct NVMLErrors {
    /// The first error that is not that the GPU, the driver or the user has no such thing.
    private(set) var first: Int32?
    private(set) var hasNoValue = true

    /// NVML_ERROR_NOT_SUPPORTED, NO_PERMISSION, FUNCTION_NOT_FOUND
    private static let unavailable: Set<Int32> = [3, 4, 13]

    /// What `call` fills in; nil when it fails, and when the library has no such function and it returns nil.
    mutating func value<Value>(_ initial: Value, _ call: (inout Value) -> Int32?) -> Value? {
        var value = initial
        guard let code = call(&value) else { return nil }
        if code == NVMLFunctions.success {
            hasNoValue = false
            return value
        }
        if first == nil, !Self.unavailable.contains(code) { first = code }
        return nil
    }
}
