package import JSON
package import Tracking

/// The description of a session that is to be created.
package struct SessionDraft: Sendable {
    /// The source of its configuration.
    package enum Configuration: Sendable {
        /// A file below the configuration roots.
        case path(String)
        case inline(JSONObject)
        /// YAML or JSON; a problem in it has its line.
        case text(String)
    }

    package var configuration: Configuration
    /// Values by dotted path, laid over the configuration.
    package var overrides: JSONObject?
    /// Nil for the file's name.
    package var name: String?
    package var experiment = ""
    package var group = ""
    package var tags: [String] = []
    package var notes = ""
    package var params: [Parameter] = []
    /// The session it derives from.
    package var parent: String?
    /// The checkpoint it continues.
    package var checkpoint: String?
    package var requester = Requester.thisMachine

    package init(_ configuration: Configuration) { self.configuration = configuration }
}
