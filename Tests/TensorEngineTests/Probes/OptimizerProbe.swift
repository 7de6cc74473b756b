import TensorEngine

/// Runs an optimizer on one array: how its arithmetic is checked against a reference.
final class OptimizerProbe {
    private let store: ParameterStore
    private let optimizer: Optimizer

    /// An optimizer over the array "weight" that begins as `weights`.
    init(_ configuration: OptimizerConfiguration, weights: [Float]) throws(TensorEngineError) {
        store = ParameterStore(trainable: [("weight", [weights.count])], statistics: [])
        optimizer = try Optimizer(configuration, parameters: store, engine: ComputeEngine(threadCount: 2))
        try set(weights, into: store.values)
    }

    /// The array now.
    var weights: [Float] { ParameterStore.export(store.slots, from: store.values)[0].values }

    /// The optimizer's state now.
    var state: OptimizerState { optimizer.export() }

    /// One update by `gradient`, as long as the array.
    func update(gradient: [Float], learningRate: Double) throws(TensorEngineError) {
        try set(gradient, into: store.gradients)
        optimizer.update(learningRate: learningRate, gradientScale: 1)
    }

    /// Continues from `state`.
    func restore(_ state: OptimizerState) throws(TensorEngineError) {
        try optimizer.restore(state)
    }

    private func set(_ values: [Float], into storage: Storage) throws(TensorEngineError) {
        let array = NamedArray(name: "weight", shape: [values.count], values: values)
        try ParameterStore.restore(store.slots, into: storage, from: ["weight": array])
    }
}
