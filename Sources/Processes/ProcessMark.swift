import Foundation

/// A mark of the processes of one supervised program: variables that their environment began with.
///
/// They are inherited, so they also mark what left the program's group and session. A process that cleared its
/// environment is not found.
package struct ProcessMark: Equatable, Sendable {
    /// Names the session a program belongs to.
    package static let sessionVariable = "PIVOT_SESSION_ID"
    /// Names the process that started the program and answers for it.
    package static let supervisorVariable = "PIVOT_SUPERVISOR_PID"
    /// The most times that the list of processes is gone through while new ones appear.
    private static let maximumPassCount = 50

    /// The session, as the API names it.
    package let session: String
    /// The supervisor's process id; nil: anybody's but `exceptSupervisor`.
    package let supervisor: Int32?
    package let exceptSupervisor: Int32?

    /// Marks what one supervisor started.
    package init(session: String, supervisor: Int32) {
        self.session = session
        self.supervisor = supervisor
        exceptSupervisor = nil
    }

    /// Marks what every other supervisor started for the session.
    package init(session: String, notOf supervisor: Int32) {
        self.session = session
        self.supervisor = nil
        exceptSupervisor = supervisor
    }

    /// Kills every marked process, also those that are forked meanwhile, and returns how many there were.
    @discardableResult
    package func killAll() -> Int {
        var count = 0
        for _ in 0..<Self.maximumPassCount {
            let found = processes()
            if found.isEmpty { break }
            for process in found where kill(process, SIGKILL) == 0 { count += 1 }
        }
        return count
    }

    /// The marked processes that live now and belong to this user.
    package func processes() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = Int32(name), process != getpid(), matches(process) else { continue }
            found.append(process)
        }
        return found
    }

    private func matches(_ process: Int32) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ"), !data.isEmpty else {
            return false
        }
        var (isSession, isSupervisor) = (false, false)
        for entry in data.split(separator: 0) {
            if entry.elementsEqual("\(Self.sessionVariable)=\(session)".utf8) { isSession = true }
            let prefix = "\(Self.supervisorVariable)="
            if entry.starts(with: prefix.utf8) {
                let value = Int32(String(decoding: entry.dropFirst(prefix.utf8.count), as: UTF8.self))
                isSupervisor = value != nil && (supervisor.map { $0 == value } ?? (value != exceptSupervisor))
            }
        }
        return isSession && isSupervisor
    }
}
