import Foundation
import JSON
import Tracking

/// Everything that a run measured.
struct BenchmarkReport: Sendable {
    var machine: Machine
    var isQuick: Bool
    var rows: [BenchmarkRow] = []
    /// The things that could not be measured, and the reasons.
    var notes: [String] = []
    var loadAtEnd = 0.0
    var seconds = 0.0

    /// The table with a line on the machine above it.
    var markdown: String {
        var text = """
            PIVOT \(PIVOTVersion.current), \(isQuick ? "quick" : "full") run of \(Figure.text(seconds)) s on \
            \(machine.processor), \(machine.coreCount) cores, Linux \(machine.kernel); load average \
            \(Figure.text(machine.load)) at the begin and \(Figure.text(loadAtEnd)) at the end. \
            Rates are higher, times and bytes lower the better; MB are 10^6 bytes.


            """
        var section = ""
        for row in rows {
            if row.section != section {
                section = row.section
                text += """
                    ### \(section)

                    | what | figure | unit | target | met | measured beside it | ratio |
                    |---|---:|---|---:|---|---|---:|

                    """
            }
            text += row.markdown + "\n"
            if rows.last(where: { $0.section == section })?.what == row.what { text += "\n" }
        }
        for note in notes { text += "- \(note)\n" }
        return text
    }

    /// The same as one JSON object.
    var json: [UInt8] {
        let object: JSONValue = [
            "version": .string(PIVOTVersion.current), "mode": isQuick ? "quick" : "full", "seconds": .number(seconds),
            "processor": .string(machine.processor), "cores": .integer(Int64(machine.coreCount)),
            "kernel": .string(machine.kernel), "load_at_begin": .number(machine.load),
            "load_at_end": .number(loadAtEnd), "rows": .array(rows.map(\.json)),
            "notes": .array(notes.map { .string($0) }),
        ]
        return object.encoded(pretty: true)
    }
}
