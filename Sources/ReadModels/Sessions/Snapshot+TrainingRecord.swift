import LMDB
package import Tracking

extension ReadModelSnapshot {
    /// The record of the session's training up to `epoch`, on its visible timeline.
    package func trainingRecord(of id: Session.ID, through epoch: UInt32) throws(ReadModelError) -> TrainingRecord {
        var record = TrainingRecord()
        record.epochs = try epochRecords(of: id).filter { $0.epoch <= epoch }
        guard let end = record.epochs.last?.step else { return record }
        for metric in try metricNames(of: id) where metric.isInSteps && !TrainingRecord.isMeasuredTime(metric.name) {
            let history = try history(
                MetricHistoryQuery(session: id, metric: metric.name, axis: .step, end: Int64(clamping: end)))
            var series = TrainingRecord.Series(steps: [], values: [])
            for (step, value) in zip(history.steps, history.values) {
                if series.steps.last == step {
                    series.values[series.values.count - 1] = value  // the later attempt's counts
                } else {
                    series.steps.append(step)
                    series.values.append(value)
                }
            }
            if !series.steps.isEmpty { record.points[metric.name] = series }
        }
        let timeline = try session(id)?.timeline ?? SessionTimeline()
        do throws(LMDBError) {
            try transaction.forEachCheckpoint(of: id.text, through: position, in: tables) { checkpoint in
                guard checkpoint.attempt > 0, checkpoint.step <= end,
                    timeline.counts(
                        checkpointAfter: checkpoint.step, completedEpochs: checkpoint.completedEpochs,
                        ofAttempt: checkpoint.attempt)
                else { return }
                // A stop saves what lies within an epoch, and a training without it has nothing like that.
                if checkpoint.marks.contains(.stop), checkpoint.metrics.isEmpty { return }
                record.checkpoints[checkpoint.step] = checkpoint.digest
            }
        } catch {
            throw ReadModelError(error)
        }
        return record
    }

    /// The reproductions that have ended and on which there is no verdict yet.
    package func unreportedReproductions() throws(ReadModelError) -> [Session.ID] {
        try sessionIDs { () throws(LMDBError) in try sessions(havingCellIn: .plain(.awaitsVerdict)) }
    }
}
