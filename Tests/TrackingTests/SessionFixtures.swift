import SwiftProtobuf
import Tracking

/// The pasts that the session's tests begin with.
enum SessionFixtures {
    static let token = Digest(hashing: Array("token".utf8)).description
    static let holder = SessionCommand.Holder(attempt: 1, tokenDigest: token)

    static func created(
        epochs: UInt32 = 5, restarts: UInt32 = 1, parentEpoch: UInt32 = 0, kind: String = "external"
    ) -> SessionEvent {
        .created(
            .with {
                $0.name = "first"
                $0.tags = ["a"]
                $0.plannedEpochs = epochs
                $0.trainerKind = kind
                $0.maxRestarts = restarts
                if parentEpoch > 0 {
                    $0.parentCheckpoint = .with {
                        $0.checkpointID = "ckpt_parent"
                        $0.epoch = parentEpoch
                        $0.step = UInt64(parentEpoch) * 10
                    }
                }
            })
    }

    static let started = SessionEvent.startRequested(StartRequested())
    static let stopRequested = SessionEvent.stopRequested(StopRequested())

    static func claimed(_ attempt: UInt32 = 1) -> SessionEvent {
        .attemptClaimed(
            .with {
                $0.attempt = attempt
                $0.tokenDigest = token
                $0.leaseSeconds = 30
            })
    }

    static func attemptStarted(_ attempt: UInt32 = 1, epoch: UInt32 = 1, step: UInt64 = 1) -> SessionEvent {
        .attemptStarted(
            .with {
                $0.attempt = attempt
                $0.firstEpoch = epoch
                $0.firstStep = step
            })
    }

    static func epoch(_ epoch: UInt32, attempt: UInt32 = 1) -> SessionEvent {
        .epochCompleted(
            .with {
                $0.attempt = attempt
                $0.epoch = epoch
                $0.step = UInt64(epoch) * 10
                $0.metrics = [
                    .with {
                        $0.name = "val_loss"; $0.value = 1 / Double(epoch)
                    }
                ]
            })
    }

    static func lost(_ attempt: UInt32 = 1) -> SessionEvent {
        .attemptLost(
            .with {
                $0.attempt = attempt
                $0.message = "gone"
            })
    }

    static let failed = SessionEvent.failed(
        .with {
            $0.attempt = 1
            $0.message = "broken"
        })

    /// A past that ends in each status.
    static func past(_ status: Session.Status) -> [SessionEvent] {
        switch status {
        case .created: [created()]
        case .queued: [created(), started]
        case .running: [created(), started, claimed(), attemptStarted()]
        case .stopping: [created(), started, claimed(), attemptStarted(), stopRequested]
        case .stopped:
            [created(), started, claimed(), attemptStarted(), stopRequested, .stopped(.with { $0.attempt = 1 })]
        case .completed:
            [created(), started, claimed(), attemptStarted(), epoch(5), .completed(.with { $0.attempt = 1 })]
        case .failed: [created(), started, claimed(), attemptStarted(), failed]
        }
    }
}
