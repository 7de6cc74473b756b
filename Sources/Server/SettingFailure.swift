/// A setting of the server has a value that it cannot have.
package struct SettingFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
