/// Runs single pieces of blocking work on an executor.
actor FileWorker {
    private let executor: FileExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: FileExecutor) {
        self.executor = executor
    }

    /// Runs `body` there and returns what it returns.
    func run<Value: Sendable, Failure: Error>(
        _ body: @Sendable () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body()
    }
}
