import Application
import Foundation
import TestSupport
import Testing

@Suite("The pause of deliveries after a restore")
struct DeliveryPauseTests {
    @Test("those who wait go on once somebody resumes, and the file is gone")
    func resuming() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.path + "/paused"
        try DurableFile(file).write([])
        let pause = DeliveryPause(file: file, isPaused: true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await pause.waitUntilResumed() } }
            #expect(try pause.resume())
            try await group.waitForAll()
        }
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try !pause.resume())
        try await pause.waitUntilResumed()
    }

    @Test("who waits and is cancelled waits no longer")
    func cancelling() async throws {
        let pause = DeliveryPause(isPaused: true)
        let waiting = Task { try await pause.waitUntilResumed() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(pause.isPaused)
    }
}
