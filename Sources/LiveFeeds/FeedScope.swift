package import Tracking

/// Whose events a feed tells.
package enum FeedScope: Hashable, Sendable {
    case session(Session.ID)
    /// Those of all sessions.
    case everything
}
