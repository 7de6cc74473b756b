import Foundation
import LMDB

/// The check of rows that are too many to be checked before a server answers: it goes on while they are read.
///
/// Damage in the structure of a page can end the process that reads it. So a mark lies beside the rows meanwhile: whoever
/// finds it, because the process before it died, checks everything first.
struct StructureCheck: Sendable {
    /// Smaller files are checked before they are opened, in some hundredths of a second.
    static let leastByteCount = 64 << 20
    /// The name of the mark in the rows' folder.
    static let markName = "checking"

    private let environment: Environment

    /// - Parameter store: The rows, which have just been opened.
    init(_ store: ReadModelStore) { environment = store.environment }

    /// Checks the rows on a thread of its own, which takes what the process's others leave, unless that was done when they
    /// were opened.
    /// `noteDamage` is called once when they are not sound.
    func begin(noteDamage: @escaping @Sendable () -> Void) {
        guard !environment.hasCheckedStructure else { return end() }
        let mark = environment.path + "/" + Self.markName
        // Without the mark the next start checks beside reading again.
        _ = FileManager.default.createFile(atPath: mark, contents: nil)
        let pool = ReaderPool(threadCount: 1, queueCount: 1, niceness: 19)
        Task { [self] in
            let isSound = try? await pool.run {
                var spareTime = SpareTime()
                // When it cannot be read, reading rows says so.
                return (try? environment.hasSoundStructure { spareTime.pass() }) ?? true
            }
            if isSound == false { noteDamage() }
            end()
        }
    }

    /// Takes the mark away: for a process that ends in order, whether all was checked or not.
    func end() { unlink(environment.path + "/" + Self.markName) }
}
