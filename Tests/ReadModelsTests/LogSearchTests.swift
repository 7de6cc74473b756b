import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// The search in a session's log lines.
struct LogSearchTests {
    private static func documents(_ reports: [(rank: UInt32, lines: [LogLine])]) throws -> Documents {
        var script = try EventScript.running()
        for report in reports {
            try script.append(
                .linesLogged(
                    .with {
                        $0.attempt = 1
                        $0.rank = report.rank
                        $0.lines = report.lines
                    }))
        }
        return try Documents(script)
    }

    private static func line(_ text: String, _ source: String = "stdout") -> LogLine {
        .with {
            $0.text = text
            $0.source = source
        }
    }

    private static func found(_ documents: Documents, _ change: (inout LogLineQuery) -> Void) throws -> LogPage {
        var query = LogLineQuery()
        change(&query)
        return try documents.models.read { [query] in try $0.logLines(of: Documents.session, query) }
    }

    @Test("Lines are found by a part of their text in any case, by rank and by source")
    func filters() throws {
        let documents = try Self.documents([
            (0, [Self.line("Out of Memory"), Self.line("fine"), Self.line("out of memory, again", "stderr")]),
            (1, [Self.line("memory"), Self.line("GRÖSSE"), Self.line("größe", "log")]),
        ])
        let memory = try Self.found(documents) { $0.text = "MEMORY" }
        #expect(memory.lines.map(\.number) == [1, 3, 4] && memory.next == 6 && memory.total == 6)
        #expect(try Self.found(documents) { ($0.text, $0.rank) = ("memory", 1) }.lines.map(\.number) == [4])
        #expect(try Self.found(documents) { ($0.text, $0.source) = ("memory", "stderr") }.lines.map(\.number) == [3])
        #expect(try Self.found(documents) { $0.text = "GRO\u{308}ß" }.lines.map(\.number) == [6])
        #expect(try Self.found(documents) { $0.source = "log" }.lines.map(\.number) == [6])
        let page = try Self.found(documents) { ($0.text, $0.after, $0.limit) = ("memory", 1, 1) }
        #expect(page.lines.map(\.number) == [3] && page.next == 3)
        #expect(try Self.found(documents) { ($0.text, $0.after) = ("memory", page.next) }.lines.map(\.number) == [4])
    }

    @Test("One answer looks at a bounded number of lines and of bytes, and says where to go on")
    func bounds() throws {
        let count = LogLineQuery.mostLines
        let many = try Self.documents([
            (0, (0..<count).map { _ in Self.line("no") }), (0, [Self.line("no"), Self.line("yes")]),
        ])
        let first = try Self.found(many) { $0.text = "yes" }
        #expect(first.lines.isEmpty && first.next == UInt64(count) && first.total == UInt64(count + 2))
        #expect(try Self.found(many) { ($0.text, $0.after) = ("yes", first.next) }.lines.count == 1)
        // Each in a record of its own, which has room for it.
        let text = String(repeating: "x", count: LogLineQuery.mostBytes / 64)
        let long = try Self.documents((0..<64).map { _ in (0, [Self.line(text)]) } + [(0, [Self.line("yes")])])
        let page = try Self.found(long) { $0.text = "yes" }
        #expect(page.lines.isEmpty && page.next == 64)
        #expect(try Self.found(long) { ($0.text, $0.after) = ("yes", 64) }.lines.map(\.number) == [65])
    }
}
