/// Where a process's control group (version 2) is.
///
/// Sources: proc_pid_mountinfo(5), cgroups(7).
struct ControlGroupPlace {
    /// The folder at which the hierarchy, or the part of it that a container sees, is mounted.
    private let mount: Substring
    /// The group's path below that folder, in names.
    private let names: [Substring]

    /// - Parameters:
    ///   - mounts: The process's `/proc/…/mountinfo`.
    ///   - groups: Its `/proc/…/cgroup`.
    /// - Returns: Nil when the hierarchy is not mounted, or not the part that has the group.
    init?(mounts: String, groups: String) {
        guard let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let path = line.dropFirst("0::".count).split(separator: "/")
        // A process outside of its namespace's root.
        guard !path.contains("..") else { return nil }
        for line in mounts.split(separator: "\n") {
            // The fields before " - " have the root of the mount fourth and its place fifth.
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash > 5, fields.count > dash + 1,
                fields[dash + 1] == "cgroup2"
            else { continue }
            let root = fields[3].split(separator: "/")
            guard path.starts(with: root) else { continue }
            mount = fields[4]
            names = Array(path.dropFirst(root.count))
            return
        }
        return nil
    }

    /// The folders of the group and of those above it, from the innermost.
    var folders: [String] {
        (0...names.count).reversed().map { count in
            ([mount] + names.prefix(count)).joined(separator: "/")
        }
    }
}
