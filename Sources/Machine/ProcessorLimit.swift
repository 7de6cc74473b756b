/// How much processor time a control group may use, and has used.
package struct ProcessorLimit: Sendable, Equatable {
    /// The group's folder.
    package var group: String
    /// Seconds of processor time in each second: 1.5 is one processor and half of another.
    package var processors: Double
    /// What the group's processes have used since it was made.
    package var usedMicroseconds: Int64
}
