/// Operations in the order they run.
package struct Program {
    /// One operation: a oneDNN primitive, or a loop of our own.
    private enum Operation {
        case primitive(Primitive)
        case loop(() -> Void)
    }

    private var operations: [Operation] = []

    mutating func append(_ primitive: Primitive) {
        operations.append(.primitive(primitive))
    }

    mutating func append(_ loop: @escaping () -> Void) {
        operations.append(.loop(loop))
    }

    /// Runs every operation; on return their results are in memory.
    package func run(on engine: ComputeEngine) throws(TensorEngineError) {
        for operation in operations {
            switch operation {
            case .primitive(let primitive): try primitive.run()
            case .loop(let body): body()
            }
        }
        try engine.wait()
    }
}
