/// The reach of an append into the room that is kept free on the disk, the least first.
package enum AppendPriority: Int, Comparable, CaseIterable, Sendable {
    /// For what begins something or names new files, such as a creation, a claim, an upload.
    case ordinary
    /// For the reports of a trainer while it trains.
    case report
    /// For what ends something or lets something be freed: a stop, an ending, a deletion.
    case freeing

    package static func < (left: AppendPriority, right: AppendPriority) -> Bool { left.rawValue < right.rawValue }
}
