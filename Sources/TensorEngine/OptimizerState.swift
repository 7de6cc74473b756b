/// What an optimizer needs to go on as if it had never stopped.
package struct OptimizerState: Equatable, Sendable {
    /// The updates made.
    package var stepCount: Int
    /// The moments, "optimizer.<moment>.<parameter>"; none for SGD without momentum.
    package var arrays: [NamedArray]

    package init(stepCount: Int, arrays: [NamedArray]) {
        self.stepCount = stepCount
        self.arrays = arrays
    }
}
