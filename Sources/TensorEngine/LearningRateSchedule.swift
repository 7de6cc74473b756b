/// The learning rate of each epoch (or step: the unit is the caller's), after an optional linear warm-up.
///
/// All but `plateau` are functions of the position alone. A schedule is continued by giving `state` back to `restore`.
package struct LearningRateSchedule: Equatable, Sendable {
    /// The course of the rate after the warm-up; positions are counted from its end.
    package enum Course: Equatable, Sendable {
        case constant
        /// minimum + (base - minimum) (1 + cos(π position / length)) / 2; `minimum` after `length`.
        case cosine(length: Int, minimum: Double)
        /// base · factor^(position / every), the division rounded down.
        case step(every: Int, factor: Double)
        /// base · factor^(the number of places in `at` that are not behind the position).
        case steps(at: [Int], factor: Double)
        /// base · factor^reductions, at least `minimum`; a reduction follows more than `patience` observations in a row that
        /// were not better than the best by `threshold` of it.
        case plateau(factor: Double, patience: Int, threshold: Double, minimum: Double, mode: Mode)
    }

    /// Which metrics are better.
    package enum Mode: String, Equatable, Sendable {
        case minimize
        case maximize
    }

    /// What `plateau` remembers.
    package struct State: Equatable, Sendable {
        /// The best observation; nil before the first.
        package var best: Double?
        /// Observations since the best or the last reduction.
        package var badCount: Int
        /// The reductions so far.
        package var reductions: Int

        package init(best: Double? = nil, badCount: Int = 0, reductions: Int = 0) {
            self.best = best
            self.badCount = badCount
            self.reductions = reductions
        }
    }

    package let base: Double
    package let course: Course
    /// Positions 0 ..< warmUp have the rate base · (position + 1) / warmUp.
    package let warmUp: Int
    /// The rate after the warm-up never falls below it.
    package let floor: Double
    /// To be stored with a checkpoint.
    package private(set) var state = State()

    /// Throws `.invalidArgument` naming the first value outside its range.
    package init(
        base: Double, course: Course = .constant, warmUp: Int = 0, floor: Double = 0
    ) throws(TensorEngineError) {
        guard base > 0, base.isFinite else {
            throw .invalidArgument("the learning rate is \(base); it must be above 0")
        }
        guard floor >= 0, floor <= base else {
            throw .invalidArgument("the lowest rate is \(floor); it must be in 0...\(base)")
        }
        guard warmUp >= 0 else { throw .invalidArgument("the warm-up is \(warmUp); it must be at least 0") }
        switch course {
        case .constant: break
        case .cosine(let length, let minimum):
            guard length >= 1 else { throw .invalidArgument("the cosine's length is \(length); it must be at least 1") }
            guard minimum >= 0, minimum <= base else {
                throw .invalidArgument("the minimum rate is \(minimum); it must be in 0...\(base)")
            }
        case .step(let every, let factor):
            guard every >= 1 else { throw .invalidArgument("the step size is \(every); it must be at least 1") }
            guard factor > 0, factor <= 1 else {
                throw .invalidArgument("the factor is \(factor); it must be in 0...1")
            }
        case .steps(let places, let factor):
            guard places.allSatisfy({ $0 >= 0 }) else {
                throw .invalidArgument("the rate drops at \(places); the places must be at least 0")
            }
            guard factor > 0, factor <= 1 else {
                throw .invalidArgument("the factor is \(factor); it must be in 0...1")
            }
        case .plateau(let factor, let patience, let threshold, let minimum, _):
            guard factor > 0, factor < 1 else {
                throw .invalidArgument("the factor is \(factor); it must be above 0 and below 1")
            }
            guard patience >= 0 else { throw .invalidArgument("the patience is \(patience); it must be at least 0") }
            guard threshold >= 0, threshold < 1 else {
                throw .invalidArgument("the threshold is \(threshold); it must be at least 0 and below 1")
            }
            guard minimum >= 0, minimum <= base else {
                throw .invalidArgument("the minimum rate is \(minimum); it must be in 0...\(base)")
            }
        }
        self.base = base
        self.course = course
        self.warmUp = warmUp
        self.floor = floor
    }

    /// The rate at `position`, counted from 0.
    package func rate(at position: Int) -> Double {
        if position < warmUp { return base * Double(position + 1) / Double(warmUp) }
        return max(course(at: position - warmUp), floor)
    }

    private func course(at position: Int) -> Double {
        switch course {
        case .constant:
            return base
        case .cosine(let length, let minimum):
            let share = Double(min(position, length)) / Double(length)
            return minimum + (base - minimum) * (1 + Self.cosineOfPi(share)) / 2
        case .step(let every, let factor):
            return base * Self.power(factor, position / every)
        case .steps(let places, let factor):
            return base * Self.power(factor, places.count { $0 <= position })
        case .plateau(let factor, _, _, let minimum, _):
            return max(base * Self.power(factor, state.reductions), minimum)
        }
    }

    /// Tells the monitored metric of a finished epoch. Only `plateau` uses it; NaN counts as not better.
    package mutating func observe(_ metric: Double) {
        guard case .plateau(_, let patience, let threshold, _, let mode) = course else { return }
        if isBetter(metric, than: state.best, threshold: threshold, mode: mode) {
            state.best = metric
            state.badCount = 0
            return
        }
        state.badCount += 1
        if state.badCount > patience {
            state.reductions += 1
            state.badCount = 0
        }
    }

    /// Continues from a stored state.
    package mutating func restore(_ state: State) throws(TensorEngineError) {
        guard state.badCount >= 0, state.reductions >= 0 else {
            throw .stateMismatch("the counts of a schedule's state must be at least 0")
        }
        self.state = state
    }

    private func isBetter(_ metric: Double, than best: Double?, threshold: Double, mode: Mode) -> Bool {
        guard let best else { return !metric.isNaN }
        return switch mode {
        case .minimize: metric < best - threshold * best.magnitude
        case .maximize: metric > best + threshold * best.magnitude
        }
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<min(exponent, 10_000) { result *= base }
        return result
    }

    /// cos(π x) for x in 0...1, by the series of sin(π (1/2 - x)): no bit depends on a mathematics library.
    private static func cosineOfPi(_ x: Double) -> Double {
        let angle = Double.pi * (0.5 - x)
        let square = angle * angle
        var sum = 0.0
        for term in stride(from: 10, through: 1, by: -1) {
            sum = (sum + 1) * (-square / Double(2 * term * (2 * term + 1)))
        }
        return angle * (1 + sum)
    }
}
