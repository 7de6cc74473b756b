import CProcess
import Foundation

/// The processes that descend from this one.
///
/// Once this process adopts orphans, no descendant gets away from it as long as it lives: what loses its parent becomes a
/// child of this process, not of init, whatever session or environment it has.
package enum Descendants {
    /// Makes orphaned descendants children of this process from now on. `reap` must be called now and then.
    package static func adoptOrphans() {
        pivot_adopt_orphans()
    }

    /// Kills every descendant, also those that are forked meanwhile.
    package static func killAll() {
        ProcessFolder.killAll(living)
    }

    /// The descendants that live now.
    package static func living() -> [Int32] {
        let processes = all()
        let children = Dictionary(grouping: processes, by: \.parent)
        var found: [Int32] = []
        var parents = [getpid()]
        while let parent = parents.popLast() {
            for child in children[parent] ?? [] {
                parents.append(child.id)
                if !child.hasEnded { found.append(child.id) }
            }
        }
        return found
    }

    /// Takes note of the ends of adopted children, so that the system can forget them. `own` is the child that somebody
    /// else waits for.
    package static func reap(except own: Int32) {
        for process in all() where process.hasEnded && process.parent == getpid() && process.id != own {
            _ = waitpid(process.id, nil, WNOHANG)
        }
    }

    private struct Process {
        let id: Int32
        let parent: Int32
        /// True when it only waits for its parent to take note of its end.
        let hasEnded: Bool
    }

    private static func all() -> [Process] {
        ProcessFolder.processes().compactMap { id in
            // pid (name) state parent …; the name may hold anything.
            guard let data = FileManager.default.contents(atPath: "/proc/\(id)/stat"),
                let end = data.lastIndex(of: UInt8(ascii: ")"))
            else { return nil }
            let fields = String(decoding: data[data.index(after: end)...], as: UTF8.self).split(separator: " ")
            guard fields.count > 1, let parent = Int32(fields[1]) else { return nil }
            return Process(id: id, parent: parent, hasEnded: fields[0] == "Z" || fields[0] == "X")
        }
    }
}

/// The folder in which the system lists its processes.
enum ProcessFolder {
    /// The most times that the list of processes is gone through while new ones appear, or while killed ones are not gone.
    private static let maximumPassCount = 250
    /// The time that killed ones are given before it is looked again, in microseconds: a busy system takes a while to end them.
    private static let pause: UInt32 = 10_000

    /// Kills what `living` lists until it lists nothing, so also what is forked meanwhile, and returns what was killed. Takes some
    /// seconds at most, also when the system cannot end one.
    @discardableResult
    static func killAll(_ living: () -> [Int32]) -> Set<Int32> {
        var killed = Set<Int32>()
        for _ in 0..<maximumPassCount {
            let found = living()
            if found.isEmpty { break }
            if killed.isSuperset(of: found) { usleep(pause) }
            for process in found where kill(process, SIGKILL) == 0 { killed.insert(process) }
        }
        return killed
    }

    /// The ids of all processes.
    static func processes() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let process = Int32(name) { found.append(process) }
        }
        return found
    }
}
