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
    private let packer: AnswerPacker?
    fileprivate private(set) var buffer = ByteBuffer()

    fileprivate init(_ sink: (any ResponseBodyWriter)?, _ packer: AnswerPacker? = nil) {
        self.sink = sink
        self.packer = packer
    }

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

    fileprivate mutating func flush(isLast: Bool = false) async throws {
        guard sink != nil, buffer.readableBytes > 0 || isLast && packer != nil else { return }
        if let packer {
            buffer = ByteBuffer(bytes: try packer.pack(Array(buffer.readableBytesView), isLast: isLast))
        }
        if buffer.readableBytes > 0 { try await sink?.write(buffer) }
        buffer = ByteBuffer()
    }
}

extension Response {
    /// An answer whose body `write` writes: at once, or as `longRead` while it is sent. Errors of a long one end the connection.
    ///
    /// - Parameter coding: Packs the body, unless it is too short to be worth it.
    package static func written(
        _ headers: HTTPFields, _ longRead: LongRead?, coding: AnswerCoding? = nil,
        _ write: @escaping @Sendable (inout AnswerWriter) async throws -> Void
    ) async throws -> Response {
        var headers = headers
        guard let longRead else {
            var writer = AnswerWriter(nil)
            try await write(&writer)
            var body = writer.buffer
            if let coding, body.readableBytes >= AnswerCoding.leastByteCount {
                let packer = try AnswerPacker(coding)
                body = ByteBuffer(bytes: try packer.pack(Array(body.readableBytesView), isLast: true))
                headers[.contentEncoding] = coding.rawValue
            }
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        let packer = try coding.map { try AnswerPacker($0) }
        headers[.contentEncoding] = coding?.rawValue
        let body = ResponseBody { sink in
            var writer = AnswerWriter(sink, packer)
            try await longRead.run {
                try await write(&writer)
                try await writer.flush(isLast: true)
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
