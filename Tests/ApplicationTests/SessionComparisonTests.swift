import Application
import JSON
import ReadModels
import SwiftProtobuf
import Testing
import Tracking

@Suite("Sessions side by side")
struct SessionComparisonTests {
    private static func session(_ id: String, _ change: (inout SessionDocument) -> Void = { _ in }) -> SessionDocument {
        var document = SessionDocument.with {
            $0.sessionID = id
            $0.status = "completed"
            $0.configuration = #"{"train":{"epochs":5,"learning_rate":0.5,"patch_size":[8,8,8]}}"#
            $0.finalMetrics = [metric("val_loss", 0.25)]
            $0.attempts = [
                .with {
                    $0.threads = 1
                    $0.binary = "sha256:aa"
                }
            ]
        }
        change(&document)
        document.configurationValues = Parameters.flattened(configuration: document.configuration)
        return document
    }

    private static func metric(_ name: String, _ value: Double) -> Metric {
        .with {
            $0.name = name
            $0.value = value
        }
    }

    private static func fact(_ name: String, _ text: String, attempt: UInt32 = 1) -> ProvenanceRecord {
        .with {
            $0.attempt = attempt
            $0.fact.name = name
            $0.fact.text = text
        }
    }

    private static func compared(_ document: SessionDocument) -> ComparedSession {
        ComparedSession(
            SessionView(document, metrics: [], progress: nil, queuePosition: nil), checkpoints: [])
    }

    private func comparison(_ documents: SessionDocument...) -> SessionComparison {
        SessionComparison(documents.map { Self.compared($0) })
    }

    private func different(_ comparison: SessionComparison) -> [String] {
        comparison.sections.flatMap { section, rows in
            rows.filter { !$0.isEqual }.map { "\(section.rawValue)/\($0.name)" }
        }
    }

    @Test("sessions that are the same differ in nothing, and all their values are counted")
    func same() {
        let comparison = comparison(Self.session("sess_a"), Self.session("sess_b"))
        #expect(different(comparison).isEmpty)
        #expect(comparison.equalCount == comparison.sections.reduce(0) { $0 + $1.rows.count })
        #expect(comparison.equalCount > 8)
    }

    @Test("a value that one session lacks differs, and a number's difference is the second less the first")
    func differences() throws {
        let other = Self.session("sess_b") {
            $0.configuration = #"{"train":{"epochs":5,"learning_rate":0.25,"patch_size":[8,8,8],"seed":1}}"#
            $0.provenance = [Self.fact("package.numpy", "2.0"), Self.fact("git_commit", "abc")]
        }
        let comparison = comparison(Self.session("sess_a"), other)
        #expect(
            different(comparison) == [
                "configuration/train.learning_rate", "configuration/train.seed", "code/git_commit", "packages/numpy",
            ])
        let rows = try #require(comparison.sections.first { $0.section == .configuration }).rows
        let rate = try #require(rows.first { $0.name == "train.learning_rate" })
        #expect(rate.difference == -0.25)
        #expect(rows.first { $0.name == "train.seed" }?.values == [nil, .integer(1)])
    }

    @Test(
        "numbers are compared bit for bit: zeros by their sign, and NaN equals NaN",
        arguments: [
            (0.0, -0.0, false), (Double.nan, Double.nan, true), (0.1, 0.1, true), (0.1, 0.1.nextUp, false),
        ])
    func bits(first: Double, second: Double, isEqual: Bool) {
        let comparison = comparison(
            Self.session("sess_a") { $0.finalMetrics = [Self.metric("loss", first)] },
            Self.session("sess_b") { $0.finalMetrics = [Self.metric("loss", second)] })
        #expect(different(comparison).isEmpty == isEqual)
    }

    @Test(
        "of facts that attempts recorded, the latest attempt's count, and params that repeat the configuration do not")
    func facts() throws {
        let session = Self.compared(
            Self.session("sess_a") {
                $0.provenance = [Self.fact("python", "3.9"), Self.fact("python", "3.11", attempt: 2)]
                $0.params = [
                    .with {
                        $0.name = "train.epochs"
                        $0.integer = 5
                    },
                    .with {
                        $0.name = "extra"
                        $0.text = "yes"
                    },
                ]
            })
        #expect(session.value(.environment, "python") == .string("3.11"))
        #expect(session.value(.params, "extra") == .string("yes"))
        #expect(session.value(.params, "train.epochs") == nil)
        #expect(session.value(.configuration, "train.epochs") == .integer(5))
    }
}
