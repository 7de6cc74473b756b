package import Tracking

/// The events that a feed tells.
package enum FeedScope: Hashable, Sendable {
    case session(Session.ID)
    /// Those of all sessions.
    case everything
}
