/// Looks at the GPUs again and again, whatever becomes of their driver in between.
///
/// When the driver cannot be asked, or keeps answering with errors, the library is loaded anew after a while: a driver
/// that was updated needs its new library, and one that was reset a new start.
package struct GPUSource {
    /// The number of surveys after which the library is loaded anew.
    package static let patience = 10

    private let library: String
    /// Whether somebody named the library, who wants to know when it cannot be loaded.
    private let isNamed: Bool
    private var nvml: NVML?
    private var trouble: String?
    private var pause = 0
    private var troubledCount = 0

    /// - Parameter library: The file to load as NVML; nil and an empty name mean that of NVIDIA's drivers.
    package init(library: String?) {
        isNamed = library?.isEmpty == false
        self.library = isNamed ? library ?? "" : NVML.defaultLibrary
    }

    /// Asks the driver, which may take long. Without a driver there are no GPUs and no trouble.
    package mutating func survey() -> GPUSurvey {
        if nvml == nil, pause > 0 {
            pause -= 1
            return GPUSurvey(trouble: trouble)
        }
        do throws(NVML.Failure) {
            let survey = try opened().survey()
            troubledCount = survey.trouble == nil ? 0 : troubledCount + 1
            if troubledCount == Self.patience { (nvml, troubledCount) = (nil, 0) }
            return survey
        } catch {
            (nvml, troubledCount, pause) = (nil, 0, Self.patience - 1)
            trouble = words(for: error)
            return GPUSurvey(trouble: trouble)
        }
    }

    private mutating func opened() throws(NVML.Failure) -> NVML {
        if let nvml { return nvml }
        let opened = try NVML(library: library)
        nvml = opened
        return opened
    }

    private func words(for failure: NVML.Failure) -> String? {
        switch failure {
        case .noLibrary(let reason):
            isNamed ? "The library that \(GPUMonitor.libraryVariable) names cannot be loaded: \(reason)." : nil
        case .noFunction(let name): "\(library) cannot be used as the NVIDIA library: it has no \(name)."
        case .answer(let text): text
        }
    }
}
