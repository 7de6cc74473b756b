import Foundation

/// The name under which somebody promotes a model from this machine.
enum ModelSpeaker {
    /// `given`, or the name of the user here; nil when there is none.
    static func name(_ given: String?) -> String? {
        let name = given ?? NSUserName()
        return name.isEmpty ? nil : name
    }
}
