/// The free-response operating characteristic: how many nodules are found against how many false alarms a scan raises.
///
/// A candidate finds a nodule when it lies within the nodule's radius of its centre (the nearest one not found yet, of
/// equally near ones the first). Candidates are taken from the highest score down, equal ones in row-major order; each
/// nodule counts once. A candidate within a nodule that was found already counts neither way; every other one is a false
/// positive. All scans count in the number of false positives a scan, also those without nodules.
package struct FROC: Equatable, Sendable {
    /// One operating point: all candidates of at least this score.
    package struct Point: Equatable, Sendable {
        package let score: Float
        /// Found nodules as a share of all.
        package let sensitivity: Double
        package let falsePositivesPerScan: Double
    }

    /// The rates whose sensitivities make the score, in false positives a scan.
    package static let rates: [Double] = [0.125, 0.25, 0.5, 1, 2, 4, 8]

    /// From the highest score down; one point for each score.
    package let points: [Point]
    /// The nodules of all scans.
    package let noduleCount: Int

    /// The curve over whole scans, each with its candidates in any order and its nodules.
    package init(_ scans: [(candidates: [Candidate], nodules: [Nodule])]) {
        let noduleCount = scans.reduce(0) { $0 + $1.nodules.count }
        self.noduleCount = noduleCount
        var events: [(score: Float, isHit: Bool)] = []
        for scan in scans { events += Self.events(of: scan.candidates, among: scan.nodules) }
        events.sort { $0.score > $1.score }

        var points: [Point] = []
        var (hits, alarms) = (0, 0)
        for (index, event) in events.enumerated() {
            if event.isHit { hits += 1 } else { alarms += 1 }
            if index + 1 < events.count && events[index + 1].score == event.score { continue }
            points.append(
                Point(
                    score: event.score, sensitivity: noduleCount == 0 ? 0 : Double(hits) / Double(noduleCount),
                    falsePositivesPerScan: Double(alarms) / Double(max(scans.count, 1))))
        }
        self.points = points
    }

    /// The highest sensitivity with at most `rate` false positives a scan; 0 when every point has more.
    package func sensitivity(at rate: Double) -> Double {
        // Both coordinates rise along the curve, so the last point within the rate is the best.
        points.last { $0.falsePositivesPerScan <= rate }?.sensitivity ?? 0
    }

    /// The mean of the sensitivities at the seven `rates`; nil when there are no nodules to find.
    package var score: Double? {
        guard noduleCount > 0 else { return nil }
        return Self.rates.reduce(0) { $0 + sensitivity(at: $1) } / Double(Self.rates.count)
    }

    /// The outcome of each candidate of one scan: a hit or a false alarm. Those that count neither way are left out.
    private static func events(of candidates: [Candidate], among nodules: [Nodule]) -> [(score: Float, isHit: Bool)] {
        var isFound = Array(repeating: false, count: nodules.count)
        var events: [(score: Float, isHit: Bool)] = []
        for candidate in candidates.sorted(by: Self.isAhead) {
            var nearest: (index: Int, distance: Double)?
            var isWithinFound = false
            for (index, nodule) in nodules.enumerated() {
                let distance = nodule.squaredDistance(
                    depth: Double(candidate.depth), height: Double(candidate.height), width: Double(candidate.width))
                guard distance <= nodule.radius * nodule.radius else { continue }
                if isFound[index] {
                    isWithinFound = true
                } else if nearest.map({ distance < $0.distance }) ?? true {
                    nearest = (index, distance)
                }
            }
            if let nearest {
                isFound[nearest.index] = true
                events.append((candidate.score, true))
            } else if !isWithinFound {
                events.append((candidate.score, false))
            }
        }
        return events
    }

    /// The order in which candidates are taken: by score, equal ones by place.
    private static func isAhead(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.score != right.score { return left.score > right.score }
        return (left.depth, left.height, left.width) < (right.depth, right.height, right.width)
    }
}
