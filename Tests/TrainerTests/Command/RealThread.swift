import Foundation

/// A thread for code that blocks, which the threads of tasks must not.
enum RealThread {
    static func run(_ body: @escaping @Sendable () -> Void) { Thread(block: body).start() }
}
