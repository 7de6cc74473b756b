/// What a look at all GPUs found.
package struct GPUSurvey: Sendable, Equatable {
    /// Those that answered, by index.
    package var gpus: [GPUReading] = []
    /// Why readings are missing that should be there, as a sentence; nil when none is, or when there are no GPUs.
    package var trouble: String?

    package init(gpus: [GPUReading] = [], trouble: String? = nil) {
        self.gpus = gpus
        self.trouble = trouble
    }
}
