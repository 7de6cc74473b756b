import Foundation

/// A mark of the processes of one supervised program: variables that their environment began with, and a control group
/// where the system lets one be made.
///
/// The variables are inherited, so they also mark what left the program's group and session. A process that cleared its
/// environment is found by the control group only.
package struct ProcessMark: Equatable, Sendable {
    /// Names the session a program belongs to.
    package static let sessionVariable = "PIVOT_SESSION_ID"
    /// Names the process that started the program and answers for it.
    package static let supervisorVariable = "PIVOT_SUPERVISOR_PID"

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

    /// Makes the control group for the program of this mark's supervisor, and returns the file by which the program enters
    /// it; nil where there can be none.
    package func makeControlGroup() -> String? {
        supervisor.flatMap { ControlGroup.make("\(groupPrefix)\($0)") }?.entrance
    }

    /// Kills every marked process, also those that are forked meanwhile, and returns how many there were.
    @discardableResult
    package func killAll() -> Int {
        var killed = Set<Int32>()
        let groups = controlGroups()
        for group in groups {
            killed.formUnion(group.processes)
            group.kill()
        }
        killed.formUnion(ProcessFolder.killAll { processes(in: groups) })
        for group in groups { group.remove() }
        return killed.count
    }

    /// The marked processes that live now and belong to this user.
    package func processes() -> [Int32] { processes(in: controlGroups()) }

    private func processes(in groups: [ControlGroup]) -> [Int32] {
        let marked = ProcessFolder.processes().filter { $0 != getpid() && matches($0) }
        return marked + groups.flatMap(\.processes).filter { !marked.contains($0) }
    }

    private var groupPrefix: String { "pivot-\(session)-" }

    private func controlGroups() -> [ControlGroup] {
        ControlGroup.all { name in
            guard name.hasPrefix(groupPrefix), let number = Int32(name.dropFirst(groupPrefix.count)) else {
                return false
            }
            return supervisor.map { $0 == number } ?? (number != exceptSupervisor)
        }
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
