package import API
package import TensorEngine

/// A thing to train: a network with its data, or something that looks like one.
///
/// A trainee belongs to one thread of control. A step is a pure function of the trainee's state, the epoch, the step's
/// index and the learning rate; so a trainee restored from an export goes on bit for bit.
package protocol Trainee: AnyObject {
    /// Forward passes in an epoch.
    var batchesPerEpoch: Int { get }
    /// The least time that a step is to take; zero for one that takes what it takes.
    var stepDuration: Duration { get }
    var facts: TraineeFacts { get }
    /// The entries of a checkpoint beside the progress: a function of the configuration.
    var description: [String: String] { get }

    /// Makes one update of `epoch` (from 1): a pass over each of `batches`, counted from 0 in the epoch.
    func step(
        epoch: Int, batches: Range<Int>, learningRate: Double
    ) throws(TrainerError) -> StepResult

    /// The metrics of the epoch on the validation data. Nil when `isInterrupted` turned true meanwhile; nothing has
    /// changed then.
    func validate(epoch: Int, isInterrupted: () -> Bool) throws(TrainerError) -> [MetricValue]?

    /// Lines for the log at the end of `epoch`, besides what every trainer writes.
    func logLines(epoch: Int) -> [String]

    /// Sentences that its user should read before trusting the metrics, about what it has found since the last call.
    func takeWarnings() -> [String]

    /// A picture (PNG) of what the network made of the first validation scan when `epoch` was validated; nil when none is
    /// due. Making it changes no state.
    func overlay(epoch: Int) throws(TrainerError) -> [UInt8]?

    /// The state that the next step depends on.
    func export() -> TrainingState

    /// Continues from `state`. Throws `.checkpoint` when it is of another trainee.
    func restore(_ state: TrainingState) throws(TrainerError)
}

extension Trainee {
    package func takeWarnings() -> [String] { [] }
}
