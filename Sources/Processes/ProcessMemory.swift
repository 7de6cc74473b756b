import CProcess

/// The memory of this process.
package enum ProcessMemory {
    /// Keeps little of what was freed: for a server, which runs for months and whose load comes and goes.
    ///
    /// The C library gives each thread that allocates an arena of its own, and none of them gives back what another one could
    /// use. Two are enough for the cores that a tracker keeps busy: a third less memory stays with a server after a load.
    package static func bound() { pivot_bound_arenas(2, 1 << 20) }

    /// Gives back what was freed between things that are still used, which the C library would keep: some milliseconds of work
    /// for some dozens of megabytes.
    package static func giveBack() { pivot_give_back_memory() }
}
