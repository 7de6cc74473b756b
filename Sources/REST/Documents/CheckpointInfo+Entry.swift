package import API
package import Application
import SwiftProtobuf
package import Tracking

extension CheckpointInfo {
    /// - Parameter metric: The metric that `metricValue` is; nil for the session's monitored one.
    package init(_ entry: CheckpointEntry, metric: String? = nil) {
        let document = entry.document
        self.init()
        id = document.checkpointID
        sessionID = document.sessionID
        epoch = Int(document.epoch)
        step = document.step > 0 ? Int(clamping: document.step) : nil
        attempt = document.attempt > 0 ? Int(document.attempt) : nil
        metricName = (metric ?? entry.monitor).nonEmpty
        metricValue = entry.value(of: metric ?? entry.monitor)
        metrics = [MetricValue](document.metrics)
        fileName = document.fileName
        byteCount = Int64(clamping: document.byteCount)
        storedByteCount = Int64(clamping: document.storedByteCount)
        if document.hasAddedByteCount { addedByteCount = Int64(clamping: document.addedByteCount) }
        // Digests are checked before they are recorded.
        digest = Digest(document.digest) ?? digest
        format = document.format == .safetensors ? "safetensors" : "opaque"
        isResumable = entry.isResumable
        source = document.attempt > 0 ? "trainer" : "upload"
        isBest = entry.isBest
        if entry.isBest { marks.append("best") }
        if entry.isLast || document.marks.contains(.last) { marks.append("last") }
        if document.marks.contains(.stop) { marks.append("stop") }
        isSuperseded = entry.isSuperseded
        createdAt = Timestamp(rawValue: document.createdAt)
    }
}

extension ArtifactInfo {
    package init(_ entry: ArtifactVersions) {
        self.init(entry.artifact.document)
        isSuperseded = entry.artifact.isSuperseded
        versions = entry.earlier.map(Version.init)
    }

    init(_ document: ArtifactDocument) {
        self.init()
        sessionID = document.sessionID
        path = document.path
        version = Int(document.version)
        digest = Digest(document.digest) ?? digest
        byteCount = Int64(clamping: document.byteCount)
        storedByteCount = Int64(clamping: document.storedByteCount)
        if document.hasAddedByteCount { addedByteCount = Int64(clamping: document.addedByteCount) }
        contentType = document.contentType
        kind = document.kind.nonEmpty
        key = document.key.nonEmpty
        step = document.hasStep ? document.step : nil
        attempt = document.attempt > 0 ? Int(document.attempt) : nil
        createdAt = Timestamp(rawValue: document.createdAt)
    }
}

extension ArtifactInfo.Version {
    init(_ document: ArtifactDocument) {
        self.init()
        version = Int(document.version)
        digest = Digest(document.digest) ?? digest
        byteCount = Int64(clamping: document.byteCount)
        createdAt = Timestamp(rawValue: document.createdAt)
    }
}
