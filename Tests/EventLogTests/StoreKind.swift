import Testing

/// The stores that keep the contract.
enum StoreKind: CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case lmdb
    /// With an index that is written after every third append.
    case lmdbWithSmallIndex

    var testDescription: String {
        switch self {
        case .memory: "in memory"
        case .lmdb: "LMDB"
        case .lmdbWithSmallIndex: "LMDB with a small index"
        }
    }
}
