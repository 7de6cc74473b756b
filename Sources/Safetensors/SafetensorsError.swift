/// The reason that a safetensors file was refused.
package struct SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of refusal.
    package enum Code: Equatable, Sendable {
        /// The file ends before what its header promises.
        case truncated
        /// The header is longer than `SafetensorsHeader.maximumByteCount`.
        case headerTooLarge
        /// The header is no JSON object, or its members are not what the format asks for.
        case malformedHeader
        /// A tensor's type is not one of the format's.
        case unknownType
        /// A tensor's bytes do not have the length its type and shape ask for.
        case wrongLength
        /// A tensor's bytes lie outside the data, overlap another's, or leave a gap.
        case badLayout
        /// A tensor is missing, or is not of the type asked for.
        case missingTensor
    }

    package let code: Code
    /// A text that says what was found in which tensor.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
