/// The description that a part of a form gives of itself before its bytes.
package struct MultipartPart: Equatable, Sendable {
    /// The field.
    package var name: String
    /// The file's name as the sender gave it, nil for a plain field; may hold anything.
    package var fileName: String?
    /// The announced type of the bytes.
    package var contentType: String?

    package init(name: String, fileName: String? = nil, contentType: String? = nil) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }
}
