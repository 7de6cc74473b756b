package import Tracking

/// A file of an archive that was stored for an import.
package struct ImportFile: Document, Equatable {
    package static let name = "ImportFile"

    package var digest = Digest(hashing: [])
    package var byteCount: Int64 = 0
    package var storedByteCount: Int64 = 0
    package var addedByteCount: Int64 = 0

    package init() {}

    package static let fields: [Field<ImportFile>] = [
        Field("digest", \.digest), Field("size_bytes", \.byteCount), Field("stored_size_bytes", \.storedByteCount),
        Field("added_size_bytes", \.addedByteCount),
    ]
}
