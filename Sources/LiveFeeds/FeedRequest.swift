import Tracking
package import WebServer

/// The ways in which frames of an event stream come to a browser's listeners: those of `message` get frames without a name,
/// those of a type only frames with its name.
package enum FrameNaming: Equatable, Sendable {
    case none
    case all
    /// Each frame comes with its name and then without it.
    case both
}

/// A client's request: what is to be told, and from where on.
package struct FeedRequest: Equatable, Sendable {
    package var scope: FeedScope
    /// The kinds of frames; nil for all of them. Openings and endings are always told.
    package var types: Set<FeedFrameType>?
    /// The cursor up to which the client knows the feed; nil for a first connection: a session's history without
    /// telemetry, and whatever comes.
    package var after: FeedCursor?
    /// The ways in which the frames of an event stream carry the names of their types.
    package var naming = FrameNaming.none

    package init(scope: FeedScope, types: Set<FeedFrameType>? = nil, after: FeedCursor? = nil) {
        self.scope = scope
        self.types = types
        self.after = after
    }

    /// Reads `types`, `after` and `named` of a query. A cursor in `lastEventID` goes before `after`; one that cannot be
    /// read is ignored, as the standard of event streams asks.
    ///
    /// - Throws: 422 for a parameter that cannot be.
    package init(scope: FeedScope, query: QueryReader, lastEventID: String? = nil) throws(APIError) {
        self.scope = scope
        types = try query.choices("types", of: FeedFrameType.self).map { Set($0) }
        naming = try query.flag("named") ? .all : .none
        if let cursor = lastEventID.flatMap({ FeedCursor($0) }) {
            after = cursor
        } else if let text = query.text("after") {
            guard let cursor = FeedCursor(text) else {
                throw .invalidField("after", "after must be the position of a frame, not '\(text)'.")
            }
            after = cursor
        }
    }

    /// True when frames of `type` are sent.
    package func wants(_ type: FeedFrameType) -> Bool {
        type.isEssential || types?.contains(type) ?? true
    }

    /// True when any telemetry is sent.
    package var wantsTelemetry: Bool {
        types.map { $0.contains { $0.isTelemetry } } ?? true
    }
}
