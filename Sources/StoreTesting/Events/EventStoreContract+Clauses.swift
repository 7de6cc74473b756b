extension EventStoreContract.Clause {
    /// Every clause of the contract.
    package static let all: [Self] =
        [
            Self("events get the next positions and versions, and are read back as they were given") {
                try await $0.appendAndRead()
            },
            Self("the expected version is checked and a refused append leaves nothing") {
                try await $0.expectedVersion()
            },
            Self("a command sent again gets its first answer before its version is checked") {
                try await $0.repeated()
            },
            Self("a command id belongs to one command in its stream, and to others in other streams") {
                try await $0.reused()
            },
            Self("a command without events leaves no record and is not remembered") { try await $0.empty() },
            Self("what is larger than the log takes is refused") { try await $0.tooLarge() },
            Self("an append takes content out of earlier records in the same step, and leaves all else") {
                try await $0.redaction()
            },
            Self("of many appends that expect the same version, one wins") { try await $0.race() },
            Self("the times never decrease, and a time names the last position at or before it") {
                try await $0.times()
            },
            Self("a read gives what fits its limit, at least one event, and says how far it got") {
                try await $0.limits()
            },
            Self("a filter gives the wanted events in the order of the log") { try await $0.filters() },
            Self("waiting returns at once for what is there and wakes for what comes") { try await $0.waiting() },
            Self("a wait that begins late is answered at once, even in a cancelled task") {
                try await $0.lateWait()
            },
            Self("thousands wait for one stream and one append of it wakes them all") { try await $0.manyWaiters() },
            Self("waiting ends with an error when the task is cancelled") { try await $0.cancelled() },
            Self("after a close nothing is taken and nobody waits") { try await $0.closed() },
        ]
        + seeded(
            "a filtered read is the plain one without the rest, wherever its limit cuts, and a reader goes on after it",
            6
        ) { try await $0.filteredReads(seed: $1) }
        + seeded("no waiter misses anything, whoever appends meanwhile", 4) { try await $0.neverMissed(seed: $1) }
}
