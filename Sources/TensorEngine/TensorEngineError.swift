internal import COneDNN

/// What the tensor engine refuses or could not do. Equal by what happened and to what.
package enum TensorEngineError: Error, Equatable, CustomStringConvertible {
    /// oneDNN refused to create or run a primitive; `primitive` names it, `status` is oneDNN's own word.
    case library(primitive: String, operation: String, status: String)
    /// A tensor or a configuration value does not fit; the text says which, and what would.
    case invalidArgument(String)
    /// A saved state does not belong to this network or optimizer; the text names the array.
    case stateMismatch(String)

    package var description: String {
        switch self {
        case .library(let primitive, let operation, let status):
            "oneDNN could not \(operation) the primitive \(primitive): \(status); "
                + "check the shapes, the free memory and the oneDNN version"
        case .invalidArgument(let text), .stateMismatch(let text):
            text
        }
    }
}

/// Throws a `.library` error unless `status` is success.
func check(_ status: dnnl_status_t, _ operation: String, _ primitive: String) throws(TensorEngineError) {
    guard status != dnnl_success else { return }
    let text = dnnl_status2str(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    throw .library(primitive: primitive, operation: operation, status: text)
}
