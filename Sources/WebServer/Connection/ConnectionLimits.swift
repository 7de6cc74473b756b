package import NIOCore

/// The limits on the time and memory that a client may take with a connection.
package struct ConnectionLimits: Sendable {
    /// From the first byte of a request (or the opening of the connection) to the end of its head.
    package var headTimeout: TimeAmount = .seconds(10)
    /// Between two pieces of a body, counted only while the server is ready to read.
    package var bodyTimeout: TimeAmount = .seconds(30)
    /// The bytes a second that a body must bring on average over `bodyWindow`, counted only while the server is ready to
    /// read; 0 for any.
    package var minimumBodyByteRate = 4096
    /// The time over which the rate of a body is averaged.
    package var bodyWindow: TimeAmount = .seconds(30)
    /// The time that a connection without a request stays open.
    package var idleTimeout: TimeAmount = .seconds(75)
    /// The time that a response may wait for a client that takes nothing.
    package var writeStallTimeout: TimeAmount = .seconds(120)
    /// The time that the server goes on reading after its last response, so that the client can read that response.
    package var lingerTimeout: TimeAmount = .seconds(2)
    /// The time that a body may still take to arrive once the server is to shut down; it ends within the time that the server
    /// gives all requests then, so that there is an answer.
    package var shutdownBodyTimeout: TimeAmount = .seconds(2)
    /// The most bytes that are read at once. A connection comes to it while it brings a large body, which then changes
    /// threads less often; some ten reads may wait for whoever takes the body.
    package var maximumReadByteCount = 256 * 1024
    /// The longest request target in bytes.
    package var maximumTargetByteCount = 16 * 1024
    /// The longest header field in bytes.
    package var maximumHeaderByteCount = 64 * 1024
    /// All header fields of a request in bytes.
    package var maximumHeadByteCount = 128 * 1024
    /// The most header fields of a request.
    package var maximumHeaderCount = 200
    /// The most bytes that are read of a body that nobody wants, to keep the connection usable.
    package var maximumDrainedByteCount = 64 << 20

    package init() {}
}
