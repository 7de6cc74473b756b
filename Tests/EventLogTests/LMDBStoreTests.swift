import EventLog
import Foundation
import LMDB
import StoreTesting
import Synchronization
import TestSupport
import Testing
import Tracking

@Suite struct LMDBStoreTests {
    let folder: TemporaryDirectory
    let session = StreamID(.session, "sess_1")

    init() throws { folder = try TemporaryDirectory() }

    private var dataFile: URL { URL(fileURLWithPath: folder.path + "/log/data.mdb") }

    private func open(_ options: EventLogOptions = .forTests) throws -> (LMDBEventStore, DataDirectory) {
        let directory = try DataDirectory(path: folder.path, address: "http://127.0.0.1:8000")
        return (try LMDBEventStore(in: directory, options: options), directory)
    }

    private func close(_ store: LMDBEventStore, _ directory: DataDirectory) async {
        await store.close()
        directory.unlock()
    }

    private func fill(_ count: Int, _ options: EventLogOptions = .forTests) async throws {
        let (store, directory) = try open(options)
        for index in 0..<count { _ = try await store.append(.of(["\(index)"], to: session, as: "\(index)")) }
        await close(store, directory)
    }

    private func storageError(_ body: () throws -> Void) -> StorageError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    @Test("a log that is opened again holds everything and goes on where it was")
    func reopen() async throws {
        try await fill(10)
        let (store, directory) = try open()
        #expect(store.head == LogPosition(10))
        #expect(try await store.events(after: .start).events.map(\.text) == (0..<10).map(String.init))
        #expect(try await store.append(.of(["3"], to: session, as: "3")).isRepeat)
        let next = try await store.append(.of(["new"], to: session, as: "new", expecting: .exactly(StreamVersion(10))))
        #expect(next.first == LogPosition(11) && next.firstVersion == StreamVersion(11))
        await close(store, directory)
    }

    @Test("the time of a record is never before that of the record before, also after a restart")
    func timesAfterReopen() async throws {
        var options = EventLogOptions.forTests
        options.clock = { Timestamp(rawValue: 500) }
        try await fill(1, options)
        options.clock = { Timestamp(rawValue: 400) }
        let (store, directory) = try open(options)
        #expect(try await store.append(.of(["new"], to: session, as: "new")).recordedAt == Timestamp(rawValue: 500))
        await close(store, directory)
    }

    @Test("a data directory that is taken is refused with its owner's address and process")
    func locked() async throws {
        let (store, directory) = try open()
        let error = storageError { _ = try DataDirectory(path: folder.path, address: "another") }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("http://127.0.0.1:8000") == true)
        #expect(error?.message.contains("process \(getpid())") == true)
        try directory.setAddress("http://127.0.0.1:9999")
        #expect(try DataDirectory.owner(ofFolderAt: folder.path)?.address == "http://127.0.0.1:9999")
        await close(store, directory)
        #expect(try DataDirectory.owner(ofFolderAt: folder.path) == nil)
        _ = try DataDirectory(path: folder.path, address: "another")
    }

    @Test("a data file that was cut is refused", arguments: [0, 5000, 20_000])
    func truncated(length: Int) async throws {
        try await fill(200)
        try Data(contentsOf: dataFile).prefix(length).write(to: dataFile)
        #expect(storageError { _ = try open() }?.code == .damaged)
    }

    @Test("a data file of something else, or a missing one, is refused with what to do")
    func garbage() async throws {
        try await fill(1)
        try Data(repeating: 7, count: 50_000).write(to: dataFile)
        let error = storageError { _ = try open() }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("restore it from a backup") == true)
        try FileManager.default.removeItem(at: dataFile)
        #expect(storageError { _ = try open() }?.code == .damaged)
    }

    @Test("a record that was changed on the disk is noticed when it is read")
    func changedRecord() async throws {
        try await fill(3)
        var data = try Data(contentsOf: dataFile)
        // In every copy of the page, whichever the newest is.
        var rest = data.startIndex
        while let found = data.range(of: Data("notedapi".utf8), in: rest..<data.endIndex) {
            data[found.lowerBound] ^= 1
            rest = found.upperBound
        }
        try data.write(to: dataFile)
        let error: StorageError?
        do {
            let (store, directory) = try open()
            defer { directory.unlock() }
            _ = try await store.events(after: .start)
            error = nil
        } catch let thrown as StorageError {
            error = thrown
        }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("position") == true)
    }

    @Test(
        "an append whose stream or count was changed on the disk is told of when the log is opened", arguments: [3, 7])
    func changedAppend(byte: Int) async throws {
        try await fill(3)
        try LogSurgery.withEnvironment(in: folder.path) { environment in
            let appends = try environment.database("appends")
            try environment.write { (transaction) throws(LMDBError) in
                let key: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2]
                var value = try transaction.value(for: key, in: appends) ?? []
                value[byte] ^= 1
                try transaction.put(value, for: key, in: appends)
            }
        }
        #expect(storageError { _ = try open() }?.code == .damaged)
    }

    @Test("a page that was written over is told of when the log is opened, and kills nobody")
    func changedPage() async throws {
        try await fill(200)
        let whole = try Data(contentsOf: dataFile)
        let pageByteCount = 4096
        var damageCount = 0
        for page in 2..<whole.count / pageByteCount {
            var damaged = whole
            damaged.replaceSubrange(
                page * pageByteCount..<(page + 1) * pageByteCount, with: Data(repeating: 0xFF, count: pageByteCount))
            try damaged.write(to: dataFile)
            do {
                let (store, directory) = try open()
                await close(store, directory)
            } catch let error as StorageError {
                #expect(error.code == .damaged)
                damageCount += 1
            }
        }
        #expect(damageCount > 0)
    }

    @Test("a log of a later format, or with a later schema version, is refused with the release it needs")
    func later() async throws {
        var options = EventLogOptions.forTests
        options.release = "7.8.9"
        options.schemaVersions = ["noted": 1]
        try await fill(1, options)
        #expect(storageError { try open(options).1.unlock() } == nil)
        options.release = "0.1.0"
        for known in [["noted": 0], ["other": 5]] as [[String: UInt32]] {
            options.schemaVersions = known
            let error = storageError { _ = try open(options) }
            #expect(error?.code == .newerFormat)
            #expect(error?.message.contains("7.8.9") == true && error?.message.contains("noted") == true)
        }
        let environment = try Environment(path: folder.path + "/log")
        let meta = try environment.database("meta")
        try environment.write { (transaction) throws(LMDBError) in
            try transaction.put([0, 0, 0, 9] + Array("8.0.0".utf8), for: Array("format".utf8), in: meta)
        }
        environment.close()
        let error = storageError { _ = try open() }
        #expect(error?.code == .newerFormat)
        #expect(error?.message.contains("8.0.0") == true)
    }

    @Test("a log that was being made when the process died is made again")
    func unfinished() async throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/log.new", withIntermediateDirectories: true)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.path + "/log.new/data.mdb"))
        try await fill(1)
        let (store, directory) = try open()
        #expect(store.head == LogPosition(1))
        await close(store, directory)
    }

    @Test("a copy made while others write can be opened and is a beginning of the log")
    func copy() async throws {
        let (store, directory) = try open()
        for index in 0..<20 { _ = try await store.append(.of(["\(index)"], to: session, as: "\(index)")) }
        let target = try TemporaryDirectory()
        let position = try store.copy(to: target.path + "/log")
        let other = try LMDBEventStore(in: DataDirectory(path: target.path, address: "a copy"), options: .forTests)
        #expect(other.head >= position)
        #expect(try await other.events(after: .start) == store.events(after: .start))
        await other.close()
        await close(store, directory)
    }

    @Test("a log that an earlier release wrote gets the index of its categories once")
    func categoriesOfAnOldLog() async throws {
        var options = EventLogOptions.forTests
        options.bounds.indexCount = 3
        var (store, directory) = try open(options)
        let streams = [session, StreamID(.telemetry, "sess_1"), StreamID(.alert, "a"), StreamID(.alertRule, "a")]
        for index in 0..<40 {
            let texts = Array(repeating: "\(index)", count: 1 + index % 3)
            _ = try await store.append(.of(texts, to: streams[index * 7 % 4], as: "\(index)"))
        }
        let wanted = EventFilter.categories([.session, .alert])
        let expected = try await store.events(after: .start, limit: 99, matching: wanted)
        #expect(expected.events.count == 40)
        await close(store, directory)
        try LogSurgery.forgetCategories(in: folder.path)
        var transactions: [Int] = []
        for _ in 0..<3 {
            (store, directory) = try open(options)
            #expect(try await store.events(after: .start, limit: 99, matching: wanted) == expected)
            #expect(try store.verify().appendCount == 40)
            transactions.append(try store.statistics().lastTransaction)
            await close(store, directory)
        }
        // Each time it is said that there is a journal, and at the end that it has nothing more.
        #expect(transactions[1] == transactions[0] + 2 && transactions[2] == transactions[1] + 2)
    }

    @Test("an index of the categories that lacks an append, or has one too many, is noticed")
    func damagedCategories() async throws {
        var options = EventLogOptions.forTests
        options.bounds.indexCount = 1
        try await fill(3, options)
        func key(_ category: String, _ position: UInt8) -> [UInt8] {
            Array("\(category)/".utf8) + [0, 0, 0, 0, 0, 0, 0, position]
        }
        let one: [UInt8] = [0, 0, 0, 1]
        func isNoticed() async throws -> Bool {
            let (store, directory) = try open(options)
            let error = storageError { _ = try store.verify() }
            await close(store, directory)
            return error?.code == .damaged
        }
        #expect(try await !isNoticed())
        try LogSurgery.changeCategories(in: folder.path, deleting: [key("session", 2)])
        #expect(try await isNoticed())
        try LogSurgery.changeCategories(in: folder.path, putting: [key("session", 2): one, key("session", 9): one])
        #expect(try await isNoticed())
        try LogSurgery.changeCategories(
            in: folder.path, deleting: [key("session", 9)], putting: [key("alert", 1): one])
        #expect(try await isNoticed())
        try LogSurgery.changeCategories(in: folder.path, deleting: [key("alert", 1)])
        #expect(try await !isNoticed())
    }

    @Test(
        "reads and verification find the same as a model, whatever is appended and reopened",
        arguments: 0..<12 as Range<UInt64>)
    func model(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let clock = TestClock()
        let model = InMemoryEventStore(clock: { clock.now })
        var options = EventLogOptions.forTests
        options.clock = { clock.now }
        options.bounds.indexCount = Int.random(in: 1...9, using: &random)
        options.bounds.scanCount = Int.random(in: 1...20, using: &random)
        let streams = [
            StreamID(.session, "a"), StreamID(.telemetry, "a"), StreamID(.session, "b"), StreamID(.alert, "c"),
        ]
        var (store, directory) = try open(options)
        for step in 0..<120 {
            clock.now = Timestamp(rawValue: clock.now.rawValue + Int64.random(in: -5...9, using: &random))
            let texts = (0..<Int.random(in: 0...3, using: &random)).map { "\(step).\($0)" }
            let expecting: ExpectedVersion =
                Bool.random(using: &random) ? .any : .exactly(StreamVersion(.random(in: 0...12, using: &random)))
            let request = AppendRequest.of(
                texts, to: streams.randomElement(using: &random)!, as: "\(Int.random(in: 0...80, using: &random))",
                expecting: expecting)
            func answer(_ store: any EventStore) async -> Result<AppendResult, AppendError> {
                do throws(AppendError) { return .success(try await store.append(request)) } catch {
                    return .failure(error)
                }
            }
            let expected = await answer(model)
            #expect(await answer(store) == expected)
            if Int.random(in: 0..<15, using: &random) == 0 {
                await close(store, directory)
                (store, directory) = try open(options)
            }
            let position = LogPosition(.random(in: 0...model.head.rawValue + 1, using: &random))
            let limit = ReadLimit(
                count: .random(in: 1...8, using: &random), byteCount: .random(in: 1...30, using: &random))
            let stream = streams.randomElement(using: &random)!
            let version = StreamVersion(.random(in: 0...20, using: &random))
            #expect(
                try await lines(of: store.events(in: stream, after: version, limit: limit))
                    == lines(of: model.events(in: stream, after: version, limit: limit)))
            #expect(try await store.version(of: stream) == model.version(of: stream))
            #expect(try await store.position(at: clock.now) == model.position(at: clock.now))
            #expect(
                try await store.command(request.commandID, in: stream) == model.command(request.commandID, in: stream))
            let filters: [EventFilter] = [
                .all, .categories([.session]), .categories([.session, .alert]), .categories([.telemetry, .alert]),
                .categories([]), .streams([streams[0], streams[3]]),
            ]
            for filter in filters {
                #expect(
                    try await all(of: store, after: position, limit, filter)
                        == all(of: model, after: position, limit, filter))
            }
        }
        #expect(try store.verify().recordCount == Int(model.head.rawValue))
        await close(store, directory)
    }

    private func lines(of events: [RecordedEvent]) -> [String] {
        events.map { "\($0.position) \($0.version) \($0.text)" }
    }

    /// Everything after `position`, read batch by batch.
    private func all(
        of store: any EventStore, after position: LogPosition, _ limit: ReadLimit, _ filter: EventFilter
    ) async throws -> [String] {
        var position = position
        var found: [String] = []
        while true {
            let batch = try await store.events(after: position, limit: limit, matching: filter)
            found += lines(of: batch.events)
            if batch.through == position { return found }
            position = batch.through
        }
    }
}
