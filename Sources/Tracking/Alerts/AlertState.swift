/// What a rule remembers of one series: enough to decide at the next point, and no more.
struct AlertState: Sendable, Codable, Equatable {
    /// The condition holds since this time, and for so many points.
    var since: Int64?
    var count: UInt32 = 0
    /// The best value so far, and the epoch or step that it is of.
    var best: Double?
    var bestPlace: UInt64 = 0
    /// The last values, oldest first, and the same in order of size.
    var recent: [Double] = []
    var sorted: [Double] = []
    /// The alert that has risen and is not over.
    var active: Alert.ID?
    /// When the last one rose.
    var roseAt: Int64?

    /// One value, with what is known of it.
    struct Point {
        var value: Double
        var step: UInt64
        /// Nil for a point of a step.
        var epoch: UInt32?
        /// In microseconds since 1970.
        var time: Int64
    }

    /// What a point changes.
    enum Change: Equatable {
        /// The condition holds for long enough; `limit` is what the value was compared with.
        case rises(limit: Double)
        case isOver
    }

    /// True when it waits for nothing: a value for which the condition does not hold changes nothing.
    var isIdle: Bool { since == nil && count == 0 && active == nil }

    /// Takes in a point; the caller sets `active`.
    mutating func take(_ point: Point, _ rule: AlertCriterion) -> Change? {
        let holds: Bool
        let isOver: Bool
        var limit = rule.threshold
        switch rule.condition {
        case .greaterThan:
            holds = point.value > rule.threshold
            isOver = point.value <= rule.resolveThreshold
        case .lessThan:
            holds = point.value < rule.threshold
            isOver = point.value >= rule.resolveThreshold
        case .isNaN:
            holds = !point.value.isFinite
            isOver = !holds
        case .noImprovement:
            guard let age = age(ofBestAt: point, rule) else { return nil }
            holds = age >= rule.window
            isOver = age == 0
            limit = best ?? .nan
        case .increasesBy:
            guard point.value.isFinite else { return nil }
            let count = Int(clamping: rule.window)
            defer { remember(point.value, upTo: count) }
            guard recent.count >= count else { return nil }
            let middle = count / 2
            let median = count % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
            limit = median + rule.threshold * abs(median)
            holds = point.value > limit
            isOver = !holds
        case .noReport, .trainingStarted, .trainingCompleted, .trainingFailed, .trainingStopped: return nil
        }
        guard holds else {
            (since, count) = (nil, 0)
            return active != nil && isOver ? .isOver : nil
        }
        let start = since ?? point.time
        since = start
        if count < .max { count += 1 }
        guard active == nil, count >= rule.forPoints, point.time - start >= rule.forDuration,
            roseAt.map({ point.time - $0 >= rule.cooldown }) ?? true
        else { return nil }
        return .rises(limit: limit)
    }

    /// Forgets the values, as before an attempt that begins at an earlier step, but not the alert.
    mutating func forgetValues() {
        (since, count, best, bestPlace) = (nil, 0, nil, 0)
        recent = []
        sorted = []
    }

    /// How many epochs or steps old the best value is at this point, 0 when it is this one; nil when the point does not count.
    private mutating func age(ofBestAt point: Point, _ rule: AlertCriterion) -> UInt64? {
        let place: UInt64
        if rule.countsSteps {
            place = point.step
        } else {
            guard let epoch = point.epoch else { return nil }
            place = UInt64(epoch)
        }
        let isBetter: Bool
        if !point.value.isFinite {
            isBetter = false
        } else if let best {
            isBetter =
                rule.isMaximum ? point.value > best + rule.minDelta : point.value < best - rule.minDelta
        } else {
            isBetter = true
        }
        if isBetter {
            (best, bestPlace) = (point.value, place)
            return 0
        }
        // Without any finite value yet, the age counts from the first point.
        if best == nil, bestPlace == 0 { bestPlace = place }
        return place > bestPlace ? place - bestPlace : nil
    }

    private mutating func remember(_ value: Double, upTo count: Int) {
        if recent.count >= count, !recent.isEmpty {
            sorted.remove(at: Self.place(of: recent.removeFirst(), in: sorted))
        }
        recent.append(value)
        sorted.insert(value, at: Self.place(of: value, in: sorted))
    }

    /// The first place whose value is not less.
    private static func place(of value: Double, in sorted: [Double]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// How far the values of some points reach.
struct AlertExtent {
    private(set) var least = Double.infinity
    private(set) var greatest = -Double.infinity
    private(set) var hasNonfinite = false

    init(_ points: [AlertState.Point]) {
        for point in points {
            // Comparisons with NaN are false.
            if point.value < least { least = point.value }
            if point.value > greatest { greatest = point.value }
            if !point.value.isFinite { hasNonfinite = true }
        }
    }
}

/// A rule's condition with its figures, read from its settings once.
struct AlertCriterion: Sendable, Equatable {
    var condition: AlertRule.Condition
    var threshold: Double
    var resolveThreshold: Double
    var window: UInt64
    var countsSteps: Bool
    var isMaximum: Bool
    var minDelta: Double
    /// In microseconds.
    var forDuration: Int64
    var forPoints: UInt32
    /// In microseconds.
    var cooldown: Int64

    /// False when the condition holds for none of the values, nor remembers them.
    func mayHold(of extent: AlertExtent) -> Bool {
        switch condition {
        case .greaterThan: extent.greatest > threshold
        case .lessThan: extent.least < threshold
        case .isNaN: extent.hasNonfinite
        default: true
        }
    }

    init(_ settings: AlertRuleSettings, _ condition: AlertRule.Condition) {
        self.condition = condition
        threshold = settings.threshold
        resolveThreshold = settings.hasResolveThreshold ? settings.resolveThreshold : settings.threshold
        window = settings.window
        countsSteps = settings.unit == "steps"
        isMaximum = settings.mode == "max"
        minDelta = settings.minDelta
        forDuration = settings.forDuration
        forPoints = max(1, settings.forPoints)
        cooldown = settings.cooldown
    }
}
