import API
package import Application
package import HTTPTypes
package import Hummingbird
import JSON
import NIOCore
package import ReadModels

/// Writes the body of an answer: sends it piece by piece, or collects one that is short.
package struct AnswerWriter {
    /// The bytes that are sent at a time, at least.
    private static let pieceByteCount = 64 << 10

    private var sink: (any ResponseBodyWriter)?
    fileprivate private(set) var buffer = ByteBuffer()

    fileprivate init(_ sink: (any ResponseBodyWriter)?) { self.sink = sink }

    /// Adds bytes; waits while the client does not take those before.
    package mutating func write(_ bytes: some Sequence<UInt8>) async throws {
        buffer.writeBytes(bytes)
        if buffer.readableBytes >= Self.pieceByteCount { try await flush() }
    }

    /// Writes `document`, in which the list called `name` is empty, with `elements` in it.
    mutating func list<Element: FieldValue>(
        _ document: some Document, _ name: String, _ elements: some Sequence<Element>, _ nonfinite: NonfiniteStyle
    ) async throws {
        let texts = document.encoded(cutIn: [name], nonfinite: nonfinite)
        var json = JSONWriter(nonfinite: nonfinite)
        try await write(texts[0])
        for element in elements {
            element.write(to: &json)
            if json.bytes.count >= Self.pieceByteCount / 4 { try await write(json.take()) }
        }
        try await write(json.take())
        try await write(texts[1])
    }

    fileprivate mutating func flush() async throws {
        guard sink != nil, buffer.readableBytes > 0 else { return }
        try await sink?.write(buffer)
        buffer = ByteBuffer()
    }
}

extension Response {
    /// An answer whose body `write` writes: at once, or as `longRead` while it is sent. Errors of a long one end the connection.
    package static func written(
        _ headers: HTTPFields, _ longRead: LongRead?,
        _ write: @escaping @Sendable (inout AnswerWriter) async throws -> Void
    ) async throws -> Response {
        guard let longRead else {
            var writer = AnswerWriter(nil)
            try await write(&writer)
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: writer.buffer))
        }
        let body = ResponseBody { sink in
            var writer = AnswerWriter(sink)
            try await longRead.run {
                try await write(&writer)
                try await writer.flush()
            }
            try await sink.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}

extension Tracker {
    /// Does what `body` does as a long answer when it takes more than `cost`, else as a usual one.
    ///
    /// - Throws: `tooManyLongReads`, and what `body` throws.
    package func reading<Value>(
        cost: Int, _ body: (LongRead?) async throws -> Value
    ) async throws -> Value {
        let longRead = cost > Queries.briefCost ? try core.readModels.longReads.begin() : nil
        return try await LongRead.run(longRead) { try await body(longRead) }
    }
}
