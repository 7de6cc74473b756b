import Foundation
import Machine

/// A control group (cgroup v2) that holds all processes of one supervised program: whatever they do, they cannot leave it.
///
/// Needs Linux 5.14 for `cgroup.kill`, and the right to make groups below this process's own, which root has and, below
/// a delegated group, others. Source: the kernel's Documentation/admin-guide/cgroup-v2.rst.
struct ControlGroup {
    private let folder: String

    /// The file by which a process enters the group.
    var entrance: String { folder + "/cgroup.procs" }

    /// Makes the group `name` below this process's own group; nil where that is not possible.
    static func make(_ name: String) -> ControlGroup? {
        guard let parent = ownFolder() else { return nil }
        let group = ControlGroup(folder: parent + "/" + name)
        guard mkdir(group.folder, 0o755) == 0 || errno == EEXIST else { return nil }
        guard access(group.folder + "/cgroup.kill", W_OK) == 0, access(group.entrance, W_OK) == 0 else {
            group.remove()
            return nil
        }
        return group
    }

    /// The groups below this process's own whose names `isMeant`.
    static func all(where isMeant: (String) -> Bool) -> [ControlGroup] {
        guard let parent = ownFolder() else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter(isMeant).map { ControlGroup(folder: parent + "/" + $0) }
    }

    /// The processes in the group.
    var processes: [Int32] {
        guard let data = FileManager.default.contents(atPath: entrance) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
    }

    /// Kills the processes in the group, also those that are forked meanwhile.
    func kill() {
        let file = open(folder + "/cgroup.kill", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1", 1)
        close(file)
    }

    /// Removes the group; nothing happens while it has processes.
    func remove() { rmdir(folder) }

    /// The folder of this process's own group.
    private static func ownFolder() -> String? { MachineFiles().controlGroups().first }
}
