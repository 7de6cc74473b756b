import Logging

extension Logger {
    /// One that says nothing, since tests provoke what it warns of.
    static let silent: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()
}
