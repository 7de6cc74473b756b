import EventLog
import Synchronization

/// What became of an append.
final class Answer: Sendable {
    private let answer: Mutex<Result<AppendResult, AppendError>?>

    init(_ failure: AppendError? = nil) { answer = Mutex(failure.map { .failure($0) }) }

    func set(_ result: Result<AppendResult, AppendError>) { answer.withLock { $0 = result } }

    var result: Result<AppendResult, AppendError>? { answer.withLock { $0 } }

    var success: AppendResult? {
        if case .success(let result) = result { result } else { nil }
    }

    var failure: AppendError? {
        if case .failure(let error) = result { error } else { nil }
    }
}

/// An answer that was not the one a test waits for.
struct Unexpected: Error {
    let result: Result<AppendResult, AppendError>?

    init(_ answer: Answer) { result = answer.result }
}
