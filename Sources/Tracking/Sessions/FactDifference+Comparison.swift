import SwiftProtobuf

/// Compares by name the facts that bit-exactness depends on.
extension FactDifference {
    /// The facts of `original` that are not the same in `started`. What one of them did not record is not compared.
    package static func between(_ original: Reproduction, _ started: AttemptStarted) -> [FactDifference] {
        differences([
            ("binary", original.binary, started.binary), ("engine", original.engine, started.engine),
            ("instruction_set", original.instructionSet, started.instructionSet),
            ("threads", number(original.threads), number(started.threads)),
            ("data_digest", original.dataDigest, started.dataDigest),
        ])
        .filter { !$0.original.isEmpty && !$0.reproduced.isEmpty }
    }

    /// The facts of an earlier attempt that are not the same in a later one.
    package static func between(_ earlier: AttemptStarted, _ later: AttemptStarted) -> [FactDifference] {
        differences([
            ("binary", earlier.binary, later.binary), ("engine", earlier.engine, later.engine),
            ("instruction_set", earlier.instructionSet, later.instructionSet),
            ("threads", number(earlier.threads), number(later.threads)),
            ("data_digest", earlier.dataDigest, later.dataDigest),
        ])
    }

    /// The fact in words.
    package var title: String {
        switch name {
        case "binary": "the program"
        case "engine": "the engine"
        case "instruction_set": "the instruction set"
        case "threads": "the number of threads"
        case "data_digest": "the data"
        default: name
        }
    }

    private static func number(_ count: UInt32) -> String { count == 0 ? "" : "\(count)" }

    private static func differences(_ facts: [(name: String, old: String, new: String)]) -> [FactDifference] {
        facts.filter { $0.old != $0.new }.map { fact in
            FactDifference.with {
                $0.name = fact.name
                $0.original = fact.old
                $0.reproduced = fact.new
            }
        }
    }
}
