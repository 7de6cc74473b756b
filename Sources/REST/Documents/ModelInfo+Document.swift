import API
import Application
import JSON
import Tracking

extension ModelSummary {
    init(_ document: ModelDocument) {
        self.init()
        modelName = document.name
        aliases = document.aliases.map { ModelAliasSummary($0) }
        createdAt = Timestamp(rawValue: document.createdAt)
        updatedAt = Timestamp(rawValue: document.updatedAt)
    }
}

extension ModelAliasSummary {
    fileprivate init(_ document: ModelAliasDocument) {
        self.init()
        alias = document.alias
        checkpointID = document.checkpointID
        sessionID = document.sessionID
        setAt = Timestamp(rawValue: document.setAt)
        position = document.position
    }
}

extension ModelInfo {
    init(_ view: ModelView) {
        self.init()
        modelName = view.model.name
        aliases = view.aliases.map { ModelAliasInfo($0) }
        history = view.changes.map { ModelChangeInfo($0) }
        total = Int(clamping: view.model.changeCount)
        createdAt = Timestamp(rawValue: view.model.createdAt)
        updatedAt = Timestamp(rawValue: view.model.updatedAt)
    }
}

extension ModelAliasInfo {
    init(_ view: AliasView) {
        self.init()
        let (document, checkpoint) = (view.alias, view.checkpoint.document)
        model = view.model
        alias = document.alias
        checkpointID = document.checkpointID
        sessionID = document.sessionID
        epoch = Int(checkpoint.epoch)
        metricName = view.checkpoint.monitor.nonEmpty
        metricValue = view.checkpoint.value(of: view.checkpoint.monitor)
        // Digests are checked before they are recorded.
        digest = Digest(document.digest) ?? digest
        fileName = checkpoint.fileName
        byteCount = Int64(clamping: checkpoint.byteCount)
        reason = document.reason
        by = document.by.nonEmpty
        actor = document.actor
        previousCheckpointID = document.previousCheckpointID.nonEmpty
        setAt = Timestamp(rawValue: document.setAt)
        position = document.position
    }
}

extension ModelChangeInfo {
    fileprivate init(_ document: ModelAliasDocument) {
        self.init()
        alias = document.alias
        action = document.checkpointID.isEmpty ? "removed" : "set"
        checkpointID = document.checkpointID.nonEmpty
        sessionID = document.sessionID.nonEmpty
        digest = Digest(document.digest)
        previousCheckpointID = document.previousCheckpointID.nonEmpty
        reason = document.reason
        by = document.by.nonEmpty
        actor = document.actor
        changedAt = Timestamp(rawValue: document.setAt)
        position = document.position
    }
}

extension ModelLineageInfo {
    init(_ lineage: ModelLineage, at place: LogPosition) {
        self.init()
        model = lineage.reference.model.text
        alias = lineage.reference.alias.text
        position = place.rawValue
        steps = lineage.steps.map { LineageStepInfo($0) }
        isComplete = lineage.isComplete
    }
}

extension LineageStepInfo {
    fileprivate init(_ step: ModelLineage.Step) {
        self.init()
        kind = step.kind.rawValue
        depth = step.depth
        summary = step.summary
        isMissing = step.isMissing
        facts = step.facts
        event = step.record?.type
        position = step.record?.position.rawValue
        if let stream = step.record?.stream, stream.category == .session { sessionID = stream.identity }
        recordedAt = step.record?.recordedAt
        actor = step.record?.actor
    }
}
