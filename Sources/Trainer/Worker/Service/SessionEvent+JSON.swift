import Foundation
import JSON
import SwiftProtobuf
import Tracking
import TrackingClient

extension SessionEvent {
    /// The event of an event line; nil for a type that this version does not know, which says nothing to a trainer.
    /// - Throws: `.unexpectedAnswer` when the line's data are not those of its type.
    init?(_ record: EventRecord) throws(ClientError) {
        let known: SessionEvent
        do {
            known = try SessionEvent(type: record.type, payload: [])
        } catch EventCodecError.unknownType {
            return nil
        } catch {
            throw ClientError(.unexpectedAnswer, "\(error)")
        }
        do {
            var options = JSONDecodingOptions()
            options.ignoreUnknownFields = true
            let message = try Swift.type(of: known.message).init(
                jsonUTF8Bytes: record.data.encoded(), options: options)
            let payload: [UInt8] = try message.serializedBytes()
            self = try SessionEvent(type: record.type, payload: payload)
        } catch {
            throw ClientError(
                .unexpectedAnswer,
                "The event at position \(record.position) cannot be read as \(record.type): \(error). "
                    + "Use a trainer of the server's version.")
        }
    }
}
