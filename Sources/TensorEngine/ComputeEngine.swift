internal import COneDNN

/// The processor as oneDNN sees it, with a fixed number of threads.
///
/// Everything made with one engine belongs to one thread of control at a time. Results are bit for bit repeatable for one
/// binary, one oneDNN version, one instruction set and one thread count, all four told by `report`.
package final class ComputeEngine {
    /// What decides the bits of every result, to be recorded beside them.
    package struct Report: Equatable, Sendable {
        /// oneDNN's version, as in "2.6.3".
        package let libraryVersion: String
        /// The instruction set oneDNN generates code for, as in "avx512_core".
        package let instructionSet: String
        /// The number of threads of every operation.
        package let threadCount: Int
    }

    /// The number of threads every operation of this engine uses.
    package let threadCount: Int
    let handle: dnnl_engine_t
    let stream: dnnl_stream_t

    /// An engine of `threadCount` threads (1 to 1,024).
    package init(threadCount: Int = 1) throws(TensorEngineError) {
        guard (1...1024).contains(threadCount) else {
            throw .invalidArgument("a thread count of \(threadCount) is outside 1...1024")
        }
        self.threadCount = threadCount
        omp_set_num_threads(Int32(threadCount))
        var engine: dnnl_engine_t?
        try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "create", "engine")
        var stream: dnnl_stream_t?
        let status = dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue))
        guard let engine, let stream else {
            dnnl_engine_destroy(engine)
            try check(status, "create", "stream")
            throw .library(primitive: "stream", operation: "create", status: "no handle")
        }
        handle = engine
        self.stream = stream
    }

    deinit {
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(handle)
    }

    /// Version, instruction set and threads.
    package var report: Report {
        let version = dnnl_version().pointee
        return Report(
            libraryVersion: "\(version.major).\(version.minor).\(version.patch)",
            instructionSet: Self.name(of: dnnl_get_effective_cpu_isa()), threadCount: threadCount)
    }

    /// Makes the calling thread use `threadCount` threads: OpenMP keeps that number per thread, and a task may have moved.
    func activate() {
        omp_set_num_threads(Int32(threadCount))
    }

    /// Returns when all primitives submitted so far have run.
    func wait() throws(TensorEngineError) {
        try check(dnnl_stream_wait(stream), "wait for", "stream")
    }

    private static func name(of isa: dnnl_cpu_isa_t) -> String {
        switch isa {
        case dnnl_cpu_isa_sse41: "sse41"
        case dnnl_cpu_isa_avx: "avx"
        case dnnl_cpu_isa_avx2: "avx2"
        case dnnl_cpu_isa_avx2_vnni: "avx2_vnni"
        case dnnl_cpu_isa_avx512_mic: "avx512_mic"
        case dnnl_cpu_isa_avx512_mic_4ops: "avx512_mic_4ops"
        case dnnl_cpu_isa_avx512_core: "avx512_core"
        case dnnl_cpu_isa_avx512_core_vnni: "avx512_core_vnni"
        case dnnl_cpu_isa_avx512_core_bf16: "avx512_core_bf16"
        case dnnl_cpu_isa_avx512_core_amx: "avx512_core_amx"
        default: "isa_\(isa.rawValue)"
        }
    }
}
