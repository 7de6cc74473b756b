import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// What was removed from the log is removed from every answer at once, also from those of the past.
struct RedactionTests {
    private func line(_ text: String) -> TelemetryEvent {
        .linesLogged(.with { $0.lines = [.with { ($0.source, $0.text, $0.time) = ("stdout", text, 5) }] })
    }

    @Test("Lines keep their numbers, times and sources, and say by which event their texts went")
    func lines() throws {
        var script = try EventScript.running()
        try script.append(line("secret"))
        try script.append(line("kept"))
        let kept = script.head
        let before = script.head
        try script.redact([.logs]) { $0.position < kept }
        let redaction = script.head
        try script.append(line("later"))
        let models = try Documents(script.appended).models
        for position in [before, script.head] {
            let page = try models.read(asOf: position) { try $0.logLines(of: Documents.session, limit: 10) }
            #expect(page.lines.map(\.text) == (position == before ? ["", "kept"] : ["", "kept", "later"]))
            #expect(page.lines.map(\.redactedBy).prefix(2) == [redaction, nil])
            #expect(page.lines[0].number == 1 && page.lines[0].time == 5 && page.lines[0].source == "stdout")
        }
    }

    @Test("Notes go from all versions of the document, and new ones are kept")
    func notes() throws {
        var script = EventScript()
        try script.append(.created(.with { ($0.name, $0.notes) = ("n", "secret one") }))
        try script.append(.noted(.with { $0.notes = "secret two" }))
        let before = script.head
        try script.redact([.notes])
        let redaction = script.head
        let models = try Documents(script.appended).models
        for position in [LogPosition(1), before, redaction] {
            let session = try models.read(asOf: position) { try $0.session(Documents.session) }
            #expect(session?.notes == "" && session?.notesRedactedBy == redaction.rawValue)
        }
        try script.append(.noted(.with { $0.notes = "new" }))
        let session = try Documents(script.appended).session()
        #expect(session.notes == "new" && session.notesRedactedBy == 0)
    }

    @Test("Facts keep their names, and their values go from all versions of the document")
    func provenance() throws {
        var script = EventScript()
        try script.append(.created(.with { $0.name = "n" }))
        try script.append(.provenanceRecorded(.with { ($0.attempt, $0.facts) = (1, [.text("host", "secret")]) }))
        let before = script.head
        try script.redact([.provenance])
        let redaction = script.head
        try script.append(.provenanceRecorded(.with { ($0.attempt, $0.facts) = (1, [.text("python", "3")]) }))
        let models = try Documents(script.appended).models
        for position in [before, redaction, script.head] {
            let facts = try models.read(asOf: position) { try $0.session(Documents.session) }?.provenance ?? []
            #expect(facts.map(\.fact.name) == (position == script.head ? ["host", "python"] : ["host"]))
            #expect(facts.first?.fact.value == nil && facts.first?.redactedBy == redaction.rawValue)
        }
    }

    @Test("The values of host readings become NaN, through all their blocks and the nodes above")
    func readings() throws {
        var script = EventScript()
        try script.append(.created(.with { $0.name = "n" }))
        for report in 0..<9 {
            try script.append(
                .hostReadingsTaken(
                    .with {
                        $0.host = "node"
                        $0.readings = (0..<30).map { number in
                            .with { ($0.name, $0.time, $0.value) = ("cpu.percent", Int64(report * 30 + number), 7) }
                        }
                    }))
        }
        let last = script.head
        try script.redact([.hostReadings]) { $0.position < last }
        let series = try Documents(script.appended).models.read {
            try $0.hostReadings(of: Documents.session)
        }
        #expect(series.count == 1 && series[0].values.count == 270)
        #expect(series[0].values.prefix(240).allSatisfy(\.isNaN) && series[0].values.suffix(30).allSatisfy { $0 == 7 })
    }
}
