import JSON

/// Sends checkpoints to a server and reads them back.
struct CheckpointTransfer {
    /// The forms in which the bytes are sent.
    enum Form: Sendable {
        /// The body is the file.
        case raw
        /// A form with a file, as browsers and scripts send it.
        case multipart
    }

    let connection: HTTPConnection
    let block: WeightBlock

    /// The answer to an upload, and the time that it took.
    struct Upload {
        var id: String
        var seconds: Double
        /// Bytes of the content for each stored byte.
        var ratio: Double
    }

    /// Sends `byteCount` bytes of the block; `observe` is called every few MiB.
    func upload(
        _ byteCount: Int, as form: Form, to session: String, epoch: Int, observe: () throws -> Void = {}
    ) throws -> Upload {
        let boundary = "pivot-benchmark-boundary"
        var opening = ""
        var closing = ""
        if form == .multipart {
            func part(_ name: String) -> String {
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\""
            }
            opening =
                part("session_id") + "\r\n\r\n\(session)\r\n" + part("epoch") + "\r\n\r\n\(epoch)\r\n"
                + part("file") + "; filename=\"weights.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            closing = "\r\n--\(boundary)--\r\n"
        }
        let request = HTTPRequest(
            "POST", form == .raw ? "/api/v1/checkpoints?session_id=\(session)&epoch=\(epoch)" : "/api/v1/checkpoints",
            contentType: form == .raw ? "application/octet-stream" : "multipart/form-data; boundary=\(boundary)",
            contentLength: byteCount + opening.utf8.count + closing.utf8.count)
        let begin = ContinuousClock.now
        try connection.send(request.bytes + Array(opening.utf8))
        var pieces = 0
        try block.forEachPiece(of: byteCount) { piece in
            try connection.send(piece)
            pieces += 1
            if pieces % 8 == 0 { try observe() }
        }
        try connection.send(Array(closing.utf8))
        let answer = try connection.receive()
        let seconds = begin.duration(to: .now).seconds
        let document = try JSONValue.parse(answer.body)
        guard answer.status == 201, let id = document["checkpoint_id"]?.stringValue,
            let size = document["file_size_mb"]?.doubleValue, let stored = document["stored_size_mb"]?.doubleValue
        else { throw BenchmarkError("The upload was answered with: \(document)") }
        return Upload(id: id, seconds: seconds, ratio: size / stored)
    }

    /// Reads a checkpoint of `byteCount` bytes and compares it with the block; the seconds it took.
    func download(_ id: String, byteCount: Int) throws -> Double {
        let begin = ContinuousClock.now
        try connection.send(HTTPRequest("GET", "/api/v1/checkpoints/\(id)/download").bytes)
        var received = 0
        var isEqual = true
        let (status, _) = try connection.receive { piece in
            isEqual = isEqual && block.matches(piece, at: received)
            received += piece.count
        }
        guard status == 200, received == byteCount, isEqual else {
            throw BenchmarkError("The download of \(id) has status \(status) and \(received) bytes, or other bytes.")
        }
        return begin.duration(to: .now).seconds
    }
}
