import SwiftProtobuf
import Tracking

/// A request that reports metrics, made once; each sending only writes newer steps into it.
struct ReportTemplate: ClientScript {
    /// The forms in which the points are written.
    enum Form: Sendable {
        /// JSON, an object for each point.
        case points
        /// JSON, columns of steps and values.
        case columns
        /// The event's own message.
        case protobuf
    }

    private(set) var bytes: [UInt8]
    let pointCount: Int
    /// The indices of the steps in `bytes`, each of a fixed width.
    private var stepPlaces: [Int] = []
    private let form: Form
    /// The first step of the report as it is now.
    private(set) var firstStep: Int

    /// Steps have ten digits, or five bytes as a varint, from here on for 10^9 points.
    private static let firstStep = 1_000_000_000
    private static let digitCount = 10

    /// A report of `pointCount` points of the metric `loss` with values of normal precision, decided by `seed`.
    init(_ session: BenchmarkSession, form: Form, pointCount: Int, seed: UInt64) throws {
        self.pointCount = pointCount
        self.form = form
        firstStep = Self.firstStep
        var generator = SeededGenerator(seed: seed)
        let values = (0..<pointCount).map { _ in Double.random(in: 0..<1, using: &generator) }
        let path = "/api/v1/training/sessions/\(session.id)/metrics"
        switch form {
        case .points, .columns:
            var body = Array(#"{"attempt":\#(session.attempt),"#.utf8)
            var places: [Int] = []
            func addStep(_ index: Int) {
                places.append(body.count)
                body += Array("\(Self.firstStep + index)".utf8)
            }
            if form == .points {
                body += Array(#""points":["#.utf8)
                for (index, value) in values.enumerated() {
                    body += Array(#"\#(index == 0 ? "" : ","){"name":"loss","step":"#.utf8)
                    addStep(index)
                    body += Array(#","value":\#(value)}"#.utf8)
                }
                body += Array("]}".utf8)
            } else {
                body += Array(#""series":[{"name":"loss","steps":["#.utf8)
                for index in 0..<pointCount {
                    if index > 0 { body.append(UInt8(ascii: ",")) }
                    addStep(index)
                }
                body += Array(#"],"values":[\#(values.map { "\($0)" }.joined(separator: ","))]}]}"#.utf8)
            }
            let request = HTTPRequest(
                "POST", path, contentType: "application/json", token: session.token, body: body)
            bytes = request.bytes
            stepPlaces = places.map { $0 + request.bodyStart }
        case .protobuf:
            let message = MetricsReported.with {
                $0.attempt = UInt32(session.attempt)
                $0.series = [
                    .with {
                        $0.name = "loss"
                        $0.stepDeltas = [Int64(Self.firstStep)] + [Int64](repeating: 1, count: pointCount - 1)
                        $0.values = values
                    }
                ]
            }
            let body: [UInt8] = try message.serializedBytes()
            let request = HTTPRequest(
                "POST", path, contentType: "application/x-protobuf", token: session.token, body: body)
            bytes = request.bytes
            let step = Self.varint(Self.firstStep)
            guard let place = body.indices.first(where: { body[$0...].starts(with: step) }) else {
                throw BenchmarkError("The first step is not in the report's message.")
            }
            stepPlaces = [place + request.bodyStart]
        }
    }

    /// Writes the steps that follow those of this report into it.
    mutating func advance(after answer: ArraySlice<UInt8>) {
        firstStep += pointCount
        let first = firstStep
        bytes.withUnsafeMutableBufferPointer { bytes in
            guard form != .protobuf else {
                for (index, byte) in Self.varint(first).enumerated() { bytes[stepPlaces[0] + index] = byte }
                return
            }
            for (index, place) in stepPlaces.enumerated() {
                var step = first + index
                for digit in (0..<Self.digitCount).reversed() {
                    bytes[place + digit] = UInt8(ascii: "0") + UInt8(step % 10)
                    step /= 10
                }
            }
        }
    }

    /// A zigzag varint of a positive number.
    private static func varint(_ value: Int) -> [UInt8] {
        var rest = UInt64(value) << 1
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
