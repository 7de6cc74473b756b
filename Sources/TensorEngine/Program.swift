/// Operations in the order they run.
struct Program {
    /// One operation: a oneDNN primitive, or a loop of our own.
    enum Operation {
        case primitive(Primitive)
        case loop(name: String, body: () -> Void)

        var name: String {
            switch self {
            case .primitive(let primitive): "\(primitive.name) [\(primitive.implementation)]"
            case .loop(let name, _): "\(name) [loop]"
            }
        }
    }

    private(set) var operations: [Operation] = []

    mutating func append(_ primitive: Primitive) {
        operations.append(.primitive(primitive))
    }

    mutating func append(_ name: String, _ body: @escaping () -> Void) {
        operations.append(.loop(name: name, body: body))
    }

    /// Runs every operation; on return their results are in memory.
    func run(on engine: ComputeEngine) throws(TensorEngineError) {
        for operation in operations {
            switch operation {
            case .primitive(let primitive): try primitive.run()
            case .loop(_, let body): body()
            }
        }
        try engine.wait()
    }

    /// Runs every operation and adds its time, in nanoseconds, to `times` under its name.
    func profile(on engine: ComputeEngine, clock: () -> UInt64, into times: inout [(name: String, nanoseconds: UInt64)])
        throws(TensorEngineError)
    {
        for operation in operations {
            let begin = clock()
            switch operation {
            case .primitive(let primitive):
                try primitive.run()
                try engine.wait()
            case .loop(_, let body): body()
            }
            times.append((operation.name, clock() - begin))
        }
    }
}
