package import Blobs
package import Synchronization
import TestSupport
package import Tracking

/// A disk that knows what of its bytes and names would survive a loss of power, and fails when told to.
///
/// Bytes are durable after their file's sync, names after their folder's. Until then a loss of power may keep any part:
/// of a file's new bytes some or none, or zeros in their place; of a name any state it had since the last sync.
package final class SimulatedDisk: FileSystem {
    /// What happens at the call whose number was given.
    package enum Fault: Sendable {
        /// The process dies in the middle of it; every later call fails.
        case crash
        /// This call and all later ones that need room fail with ENOSPC, until `heal()`.
        case noRoom
        /// This call alone fails with EIO.
        case inputOutput
    }

    package static let crashed: Int32 = -1

    package struct File: Sendable {
        package var bytes: [UInt8] = []
        package var durableByteCount = 0
        package var modifiedAt = Timestamp(rawValue: 0)
        package var durableModifiedAt = Timestamp(rawValue: 0)
    }

    package struct State: Sendable {
        package var files: [File] = []
        package var folders: Set<String> = []
        package var names: [String: Int] = [:]
        /// What each name meant since its folder's last sync, oldest first, when that is not what it means now.
        package var formerly: [String: [Int?]] = [:]
        package var callCount = 0
        package var faultAt: (call: Int, fault: Fault)?
        package var isCrashed = false
        package var isFull = false
    }

    package let state: Mutex<State>

    package init(_ state: State = State()) { self.state = Mutex(state) }

    /// How many calls there have been that change the disk.
    package var callCount: Int { state.withLock { $0.callCount } }

    /// From now on the `number`th call, counted from 0, has this fault.
    package func fail(at number: Int, _ fault: Fault) {
        state.withLock { $0.faultAt = ($0.callCount + number, fault) }
    }

    /// Ends all faults but a crash.
    package func heal() {
        state.withLock { state in
            state.isFull = false
            state.faultAt = nil
        }
    }

    /// The disk as the next process finds it when only this process died.
    package func afterCrash() -> SimulatedDisk {
        var next = state.withLock { $0 }
        next.isCrashed = false
        next.isFull = false
        next.faultAt = nil
        return SimulatedDisk(next)
    }

    /// The disk as the next process finds it after a loss of power.
    package func afterPowerLoss(seed: UInt64) -> SimulatedDisk {
        var random = SeededGenerator(seed: seed)
        var next = state.withLock { $0 }
        next.isCrashed = false
        next.isFull = false
        next.faultAt = nil
        for (name, meanings) in next.formerly.sorted(by: { $0.key < $1.key }) {
            let candidates = meanings + [next.names[name]]
            next.names[name] = candidates.randomElement(using: &random) ?? nil
        }
        next.formerly = [:]
        for index in next.files.indices {
            var file = next.files[index]
            let kept = Int.random(in: file.durableByteCount...file.bytes.count, using: &random)
            let isZeroed = Bool.random(using: &random)
            for position in kept..<file.bytes.count where isZeroed { file.bytes[position] = 0 }
            if !isZeroed { file.bytes.removeSubrange(kept...) }
            if Bool.random(using: &random) { file.modifiedAt = file.durableModifiedAt }
            file.durableByteCount = file.bytes.count
            file.durableModifiedAt = file.modifiedAt
            next.files[index] = file
        }
        return SimulatedDisk(next)
    }

    /// The paths of all files, in order.
    package var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// A file's bytes; none when it is not there.
    package func bytes(_ path: String) -> [UInt8] {
        state.withLock { state in state.names[path].map { state.files[$0].bytes } ?? [] }
    }

    /// Makes a file anew with these bytes; whoever holds the old one open keeps the old bytes.
    package func replace(_ path: String, with bytes: [UInt8]) {
        state.withLock { state in
            state.files.append(File(bytes: bytes, durableByteCount: bytes.count))
            state.names[path] = state.files.count - 1
        }
    }

    /// Changes one byte of a file.
    package func damage(_ path: String, at offset: Int) {
        var bytes = bytes(path)
        bytes[offset] ^= 0x10
        replace(path, with: bytes)
    }

    // MARK: FileSystem

    package func createDirectory(_ path: String) throws(FileSystemError) {
        try change(.createDirectory, path) { $0.folders.formUnion([path]) }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        let prefix = path + "/"
        return try look(.list, path) { state in
            let below = state.names.keys.filter { $0.hasPrefix(prefix) } + state.folders.filter { $0.hasPrefix(prefix) }
            return below.map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains("/") }.sorted()
        }
    }

    package func create(_ path: String) throws(FileSystemError) -> any OpenFile {
        let index = try change(.create, path) { state in
            state.files.append(File())
            Self.setName(path, to: state.files.count - 1, &state)
            return state.files.count - 1
        }
        return SimulatedFile(disk: self, index: index, path: path)
    }

    package func open(_ path: String) throws(FileSystemError) -> (any OpenFile)? {
        let index = try look(.open, path) { $0.names[path] }
        return index.map { SimulatedFile(disk: self, index: $0, path: path) }
    }

    package func information(about path: String) throws(FileSystemError) -> FileInformation? {
        try look(.inspect, path) { state in
            state.names[path].map { index in
                let file = state.files[index]
                return FileInformation(byteCount: Int64(file.bytes.count), modifiedAt: file.modifiedAt)
            }
        }
    }

    package func setModificationTime(of path: String, to time: Timestamp) throws(FileSystemError) {
        try change(.setTime, path) { state in
            if let index = state.names[path] { state.files[index].modifiedAt = time }
        }
    }

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        try change(.rename, path) { state in
            let index = state.names[path]
            Self.setName(newPath, to: index, &state)
            Self.setName(path, to: nil, &state)
        }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        try change(.remove, path) { Self.setName(path, to: nil, &$0) }
    }

    package func sync(_ path: String) throws(FileSystemError) {
        try change(.sync, path) { state in
            guard let index = state.names[path] else { return }
            state.files[index].durableByteCount = state.files[index].bytes.count
            state.files[index].durableModifiedAt = state.files[index].modifiedAt
        }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try change(.sync, path) { state in
            state.formerly = state.formerly.filter { Self.folder(of: $0.key) != path }
        }
    }

    // MARK: Faults

    /// Counts a call that changes the disk; at a fault it throws, perhaps after `half` was done.
    package func change<Value: Sendable>(
        _ operation: FileSystemError.Operation, _ path: String, half: (inout State) -> Void = { _ in },
        _ body: (inout State) -> Value
    ) throws(FileSystemError) -> Value {
        try state.withLock { state throws(FileSystemError) in
            let call = state.callCount
            state.callCount += 1
            if let faultAt = state.faultAt, faultAt.call == call {
                switch faultAt.fault {
                case .crash: state.isCrashed = true
                case .noRoom: state.isFull = true
                case .inputOutput: throw Self.error(operation, path, 5)
                }
                half(&state)
            }
            if state.isCrashed { throw Self.error(operation, path, Self.crashed) }
            if state.isFull, operation != .remove { throw Self.error(operation, path, 28) }
            return body(&state)
        }
    }

    /// A call that changes nothing.
    package func look<Value: Sendable>(
        _ operation: FileSystemError.Operation, _ path: String, _ body: (State) -> Value
    ) throws(FileSystemError) -> Value {
        try state.withLock { state throws(FileSystemError) in
            if state.isCrashed { throw Self.error(operation, path, Self.crashed) }
            return body(state)
        }
    }

    private static func error(
        _ operation: FileSystemError.Operation, _ path: String, _ number: Int32
    ) -> FileSystemError {
        FileSystemError(operation: operation, path: path, errorNumber: number, reason: "simulated")
    }

    private static func setName(_ path: String, to index: Int?, _ state: inout State) {
        state.formerly[path, default: []].append(state.names[path])
        state.names[path] = index
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[..<slash])
    }
}

/// A file of a simulated disk, held open.
package final class SimulatedFile: OpenFile {
    private let disk: SimulatedDisk
    private let index: Int
    private let path: String

    package init(disk: SimulatedDisk, index: Int, path: String) {
        self.disk = disk
        self.index = index
        self.path = path
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
        let bytes = Array(bytes)
        let index = index
        try disk.change(.write, path, half: { $0.files[index].bytes += bytes.prefix(bytes.count / 2) }) { state in
            state.files[index].bytes += bytes
        }
    }

    package func beginWriting() -> Int64 { 0 }

    package func letGo(upTo offset: Int64) {}

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        let index = index
        let count = buffer.count
        let bytes = try disk.look(.read, path) { state in
            Array(state.files[index].bytes.dropFirst(Int(offset)).prefix(count))
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    package func byteCount() throws(FileSystemError) -> Int64 {
        let index = index
        return try disk.look(.inspect, path) { Int64($0.files[index].bytes.count) }
    }
}
