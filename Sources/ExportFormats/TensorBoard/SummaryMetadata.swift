/// The words by which TensorBoard's plugins know what is theirs: messages `SummaryMetadata`
/// (tensorflow/core/framework/summary.proto).
enum SummaryMetadata {
    /// How TensorBoard's loaders keep a series.
    enum DataClass: UInt64 {
        case scalar = 1, tensor = 2, blobs = 3
    }

    static let scalars = of("scalars", .scalar)
    static let texts = of("text", .tensor)
    static let images = of("images", .blobs)
    static let histograms = of("histograms", .tensor)

    static func of(_ plugin: String, _ dataClass: DataClass, content: [UInt8] = []) -> [UInt8] {
        ProtobufWriter.message { metadata in
            metadata.message(1) { data in
                data.text(1, plugin)
                if !content.isEmpty { data.data(2, content) }
            }
            metadata.varint(4, dataClass.rawValue)
        }
    }
}
