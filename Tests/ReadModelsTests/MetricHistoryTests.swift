import ReadModels
import SwiftProtobuf
import TestSupport
import Testing
import Tracking

/// The pyramid against a scan of all points.
struct MetricHistoryTests {
    /// A point as the test knows it.
    struct Point {
        var attempt: UInt32
        var step: Int64
        var time: Int64
        var value: Double
        var position: UInt64
    }

    @Test("Thinned points are exact: first, smallest, largest and last of every bucket", arguments: 0..<12)
    func thinning(seed: UInt64) throws {
        var random = SeededGenerator(seed: 500 + seed)
        let (script, points) = try Self.reports(&random, count: seed < 3 ? 30_000 : 3_000)
        let documents = try Documents(script)
        let cutoff: [UInt32: Int64] = [1: 1_001]
        for axis in [MetricHistoryQuery.Axis.step, .time] {
            for maximum in [4, 40, 400, 4_000, nil] {
                for allAttempts in [false, true] {
                    let asOf = random.once(in: 2) ? nil : UInt64.random(in: 5...script.head.rawValue, using: &random)
                    var query = MetricHistoryQuery(
                        session: Documents.session, metric: "loss", axis: axis, maximumPoints: maximum,
                        allAttempts: allAttempts)
                    let places = points.map { axis == .step ? $0.step : $0.time }
                    if random.once(in: 2) { query.start = places.randomElement(using: &random) }
                    if random.once(in: 2) { query.end = places.randomElement(using: &random) }
                    let wanted = points.filter { point in
                        let place = axis == .step ? point.step : point.time
                        let isVisible =
                            allAttempts || point.step < cutoff[point.attempt] ?? .max
                            || (asOf ?? .max) < Self.secondStart
                        return isVisible && point.position <= asOf ?? .max && place >= query.start ?? .min
                            && place <= query.end ?? .max
                    }
                    let history = try documents.models.read(asOf: asOf.map { LogPosition($0) }) { snapshot in
                        try snapshot.history(query)
                    }
                    Self.check(history, wanted, axis, maximum ?? .max)
                    let pieces = try Self.inPieces(query, asOf, of: documents, count: [40, 1_000][Int(seed % 2)])
                    // As texts: NaN is not equal to itself.
                    #expect("\(pieces)" == "\(history)", "read in pieces")
                }
            }
        }
    }

    /// The position at which the second attempt starts, at step 1,001.
    private static let secondStart: UInt64 = 60

    /// Reports of two attempts; late and out of order ones, times that jump back, values that are not finite.
    private static func reports(
        _ random: inout SeededGenerator, count: Int
    ) throws -> (EventScript, [Point]) {
        var script = try EventScript.running()
        var points: [Point] = []
        var places: [UInt32: (step: Int64, time: Int64)] = [1: (0, 0), 2: (1_000, 5_000_000)]
        while points.count < count || script.head.rawValue < secondStart + 20 {
            if script.head.rawValue == secondStart - 2 { try script.startAttempt(2, epoch: 2, step: 1_001) }
            let attempt: UInt32 = script.head.rawValue < secondStart || random.once(in: 4) ? 1 : 2
            var (step, time) = places[attempt] ?? (0, 0)
            var steps: [Int64] = []
            var times: [Int64] = []
            var values: [Double] = []
            for _ in 0..<Int.random(in: 1...(count / 40), using: &random) {
                step +=
                    random.once(in: 200)
                    ? -Int64.random(in: 1...50, using: &random) : Int64.random(in: 0...2, using: &random)
                time += random.once(in: 500) ? -10_000 : Int64.random(in: 0...9_999, using: &random)
                steps.append(step)
                times.append(time)
                values.append(
                    random.once(in: 50)
                        ? [.nan, .infinity, -.infinity].randomElement(using: &random) ?? .nan
                        : Double.random(in: -10...10, using: &random).rounded())
            }
            places[attempt] = (step, time)
            try script.report(attempt: attempt, steps: steps, values: values, times: times)
            for index in steps.indices {
                points.append(
                    Point(
                        attempt: attempt, step: steps[index], time: times[index], value: values[index],
                        position: script.head.rawValue))
            }
        }
        return (script, points)
    }

    /// The history read piece by piece, each from a state of its own.
    private static func inPieces(
        _ query: MetricHistoryQuery, _ asOf: UInt64?, of documents: Documents, count: Int
    ) throws -> MetricHistory {
        let plan = try documents.models.read(asOf: asOf.map { LogPosition($0) }) { try $0.historyPlan(query) }
        var all = MetricHistory(axis: plan.axis)
        all.pointCount = plan.pointCount
        var mark: Int64?
        repeat {
            let (piece, next) = try documents.models.read { try $0.piece(of: plan, from: mark, count: count) }
            all.steps += piece.steps
            all.times += piece.times
            all.values += piece.values
            all.attempts += piece.attempts
            all.nanCount += piece.nanCount
            all.positiveInfinityCount += piece.positiveInfinityCount
            all.negativeInfinityCount += piece.negativeInfinityCount
            mark = next
        } while mark != nil
        return all
    }

    private static func check(
        _ history: MetricHistory, _ wanted: [Point], _ axis: MetricHistoryQuery.Axis, _ maximum: Int
    ) {
        func place(_ point: Point) -> Int64 { axis == .step ? point.step : point.time }
        #expect(history.pointCount == wanted.count)
        #expect(history.nanCount == wanted.count { $0.value.isNaN })
        #expect(history.positiveInfinityCount == wanted.count { $0.value == .infinity })
        #expect(history.negativeInfinityCount == wanted.count { $0.value == -.infinity })
        #expect(history.values.count <= maximum)
        let shown = history.values.indices.map { index in
            Point(
                attempt: history.attempts[index], step: history.steps[index], time: history.times[index],
                value: history.values[index], position: 0)
        }
        #expect(zip(shown, shown.dropFirst()).allSatisfy { place($0) <= place($1) })
        func text(_ point: Point) -> String { "\(point.attempt) \(point.step) \(point.time) \(point.value)" }
        if wanted.count <= maximum {
            #expect(shown.map(text).sorted() == wanted.map(text).sorted())
            return
        }
        let known = Set(wanted.map(text))
        #expect(shown.allSatisfy { known.contains(text($0)) }, "every point shown was reported")
        guard let first = wanted.map(place).min(), let last = wanted.map(place).max() else { return }
        let span = UInt128(last - first) + 1
        let bucketCount = UInt128(max(maximum / 4, 1))
        func bucket(_ point: Point) -> UInt128 { UInt128(place(point) - first) * bucketCount / span }
        let shownByBucket = Dictionary(grouping: shown, by: bucket)
        for (bucket, points) in Dictionary(grouping: wanted, by: bucket) {
            let shown = shownByBucket[bucket] ?? []
            #expect(shown.count <= 4)
            #expect(
                shown.first.map(place) == points.map(place).min() && shown.last.map(place) == points.map(place).max())
            let finite = points.map(\.value).filter(\.isFinite)
            let shownFinite = shown.map(\.value).filter(\.isFinite)
            #expect(shownFinite.min() == finite.min() && shownFinite.max() == finite.max())
        }
    }

    @Test("In one segment the points shown are exactly the first, earliest smallest, earliest largest and last")
    func oneSegment() throws {
        var random = SeededGenerator(seed: 9)
        var script = try EventScript.running()
        var values: [Double] = []
        for report in 0..<300 {
            let new = (0..<1000).map { _ in Double.random(in: 0...100, using: &random).rounded() }
            let first = Int64(report) * 1000 + 1
            try script.report(steps: Array(first..<(first + 1000)), values: new)
            values += new
        }
        let documents = try Documents(script)
        for bucketCount in [1, 2, 77, 5_000] {
            let history = try documents.models.read { snapshot in
                try snapshot.history(
                    MetricHistoryQuery(
                        session: Documents.session, metric: "loss", axis: .step, maximumPoints: 4 * bucketCount))
            }
            var expected: [Int] = []
            for range in Dictionary(grouping: values.indices, by: { $0 * bucketCount / values.count }).values {
                let smallest = range.map { values[$0] }.min()
                let largest = range.map { values[$0] }.max()
                let extremes = [smallest, largest].compactMap { value in range.first { values[$0] == value } }
                expected += Set(extremes + [range[0], range[range.count - 1]])
            }
            expected.sort()
            #expect(history.steps == expected.map { Int64($0 + 1) })
            #expect(history.values == expected.map { values[$0] })
            #expect(history.pointCount == 300_000)
        }
    }

    @Test("Steps and times at the ends of their ranges are kept and cut into buckets")
    func extremes() throws {
        var script = try EventScript.running()
        let steps = [Int64.min, -1, 0, 1, Int64.max]
        try script.report(steps: steps, values: [1, 2, 3, 4, 5], times: steps)
        try Documents(script).models.read { snapshot throws in
            var query = MetricHistoryQuery(session: Documents.session, metric: "loss", axis: .step)
            #expect(try snapshot.history(query).steps == steps)
            query.maximumPoints = 4
            #expect(try snapshot.history(query).steps == [Int64.min, Int64.max])
            query.axis = .time
            query.start = 0
            query.end = Int64.max
            #expect(try snapshot.history(query).values == [3, 4, 5])
        }
    }

    @Test("Late points of an earlier attempt are shown up to where the later one began")
    func late() throws {
        var script = try EventScript.running()
        try script.report(steps: [1, 2, 3], values: [1, 2, 3])
        try script.startAttempt(2, epoch: 1, step: 3)
        try script.report(attempt: 2, steps: [3, 4], values: [30, 40])
        try script.report(attempt: 1, steps: [2, 3, 5], values: [2.5, 3.5, 5.5])
        try Documents(script).models.read { snapshot throws in
            var query = MetricHistoryQuery(session: Documents.session, metric: "loss", axis: .step)
            #expect(try snapshot.history(query).values == [1, 2, 2.5, 30, 40])
            query.allAttempts = true
            #expect(try snapshot.history(query).values == [1, 2, 2.5, 3, 3.5, 30, 40, 5.5])
            let session = try #require(try snapshot.session(Documents.session))
            #expect(try snapshot.metricSummaries(of: session).map { $0.latest?.value } == [40])
            query.metric = "unknown"
            #expect(try snapshot.history(query).values.isEmpty)
            #expect(try snapshot.metricNames(of: Documents.session).map(\.name) == ["loss"])
        }
    }

    @Test("An attempt that begins anew supersedes also the step 0 of programs that count from there")
    func fromZero() throws {
        var script = try EventScript.running()
        try script.report(steps: [0, 1], values: [1, 2])
        try script.startAttempt(2, epoch: 1, step: 1)
        try script.report(attempt: 2, steps: [0, 1], values: [10, 20])
        try Documents(script).models.read { snapshot throws in
            let query = MetricHistoryQuery(session: Documents.session, metric: "loss", axis: .step)
            #expect(try snapshot.history(query).values == [10, 20])
        }
    }

    @Test("Without times of its own, a report has the time of its event")
    func eventTime() throws {
        var script = try EventScript.running()
        try script.append(
            .metricsReported(
                .with {
                    $0.attempt = 1; $0.series = [.points("loss", steps: [1, 2], values: [1, 2])]
                }),
            at: Timestamp(rawValue: 77))
        let history = try Documents(script).models.read { snapshot throws in
            try snapshot.history(MetricHistoryQuery(session: Documents.session, metric: "loss", axis: .time))
        }
        #expect(history.times == [77, 77])
    }

    @Test("Host readings are kept by name and rank, and thinned like metrics")
    func hostReadings() throws {
        var script = try EventScript.running()
        for rank in 0..<2 {
            try script.append(
                .hostReadingsTaken(
                    .with {
                        $0.rank = UInt32(rank)
                        $0.host = "node"
                        $0.readings = (0..<500).flatMap { number in
                            ["cpu.percent", "memory.percent"].map { name in
                                HostReading.with {
                                    $0.time = Int64(number)
                                    $0.name = name
                                    $0.value = Double((number * 7) % 101)
                                }
                            }
                        }
                    }))
        }
        try Documents(script).models.read { snapshot throws in
            let all = try snapshot.hostReadings(of: Documents.session)
            #expect(all.map(\.name) == ["cpu.percent", "cpu.percent", "memory.percent", "memory.percent"])
            #expect(all.map(\.rank) == [0, 1, 0, 1] && all.allSatisfy { $0.values.count == 500 && $0.host == "node" })
            let thin = try snapshot.hostReadings(of: Documents.session, names: ["cpu.percent"], maximumPoints: 20)
            #expect(thin.count == 2 && thin[0].values.count <= 20 && thin[0].readingCount == 500)
            #expect(thin[0].values.max() == 100 && thin[0].values.min() == 0)
            #expect(try snapshot.hostReadings(of: Documents.session, start: 10, end: 19)[0].times == Array(10...19))
        }
    }
}
