import Blobs
import StoreTesting
import TestSupport
import Testing

/// Our stores keep the contract of every blob store.
@Suite("Every blob store")
struct BlobStoreContractTests {
    @Test("in files", arguments: BlobStoreContract.Clause.all)
    func files(clause: BlobStoreContract.Clause) async throws {
        try await BlobStoreContract { clock in
            let folder = try TemporaryDirectory()
            // The store's clock holds the folder, so that it lives as long as the store.
            let store = try FileBlobStore(
                root: folder.path + "/store", clock: { withExtendedLifetime(folder) { clock() } })
            return BlobStoreContract.Subject(store: store, files: { try folder.files() })
        }.check(clause)
    }

    @Test("in memory", arguments: BlobStoreContract.Clause.all)
    func memory(clause: BlobStoreContract.Clause) async throws {
        try await BlobStoreContract { clock in .init(store: InMemoryBlobStore(clock: clock)) }.check(clause)
    }
}
