import ReadModels
import SwiftProtobuf
import Testing
import Tracking

/// Names of any length and any characters are kept as they are.
struct LongNameTests {
    @Test("Names that are long, alike, empty or hold NUL are told apart", arguments: [0, 1, 149, 150, 151, 255, 5_000])
    func names(length: Int) throws {
        var script = EventScript()
        let session = "sess_" + String(repeating: "s", count: 59)
        let id = Session.ID(session)!
        try script.append(.created(SessionCreated()), to: session)
        let stem = String(repeating: "é", count: length / 2)
        let names = [stem, stem + "a", stem + "b", "\u{0}" + stem, "\u{0}\u{1}" + stem]
        for (number, name) in names.enumerated() {
            try script.append(
                .metricsReported(.with { $0.series = [.points(name, steps: [1], values: [Double(number)])] }),
                to: session)
            try script.append(
                .hostReadingsTaken(
                    .with {
                        $0.host = name
                        $0.readings = [
                            .with {
                                $0.name = name; $0.value = Double(number)
                            }
                        ]
                    }), to: session)
            try script.append(
                .artifactSaved(
                    .with {
                        $0.path = name; $0.version = UInt32(number)
                    }), to: session)
            try script.append(.created(.with { $0.url = name }), to: "webhook_\(number)")
        }
        try Documents(script).models.read { snapshot throws in
            for (number, name) in names.enumerated() {
                let query = MetricHistoryQuery(session: id, metric: name, axis: .step)
                #expect(try snapshot.history(query).values == [Double(number)])
                #expect(try snapshot.artifact(name, of: id)?.version == UInt32(number))
                let readings = try snapshot.hostReadings(of: id, names: [name])
                #expect(readings.map(\.host) == [name] && readings.map(\.values) == [[Double(number)]])
            }
            #expect(Set(try snapshot.metricNames(of: id).map(\.name)) == Set(names))
            #expect(try snapshot.artifacts(of: id).count == names.count)
        }
    }
}
