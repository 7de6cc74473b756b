/// How far an append may reach into the room that is kept free on the disk, the least first.
package enum AppendPriority: Int, Comparable, CaseIterable, Sendable {
    /// What begins something or names new files, such as a creation, a claim, an upload.
    case ordinary
    /// What a trainer reports while it trains.
    case report
    /// What ends something or lets something be freed: a stop, an ending, a deletion.
    case freeing

    package static func < (left: AppendPriority, right: AppendPriority) -> Bool { left.rawValue < right.rawValue }
}
