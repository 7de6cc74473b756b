import API
import Application
import Tracking

extension StorageInfo {
    init(_ report: StorageReport) {
        self.init()
        position = report.position.rawValue
        folders = report.folders.map { folder in
            var info = Folder()
            info.name = folder.name
            info.byteCount = folder.byteCount
            return info
        }
        fileCount = report.fileCount
        byteCount = report.byteCount
        storedByteCount = report.storedByteCount
        unusedByteCount = report.unusedByteCount
        freedByPruning = report.freedByPruning
        unreadableCount = report.unreadableCount
        kinds = report.kinds.map(Share.init)
        experiments = report.experiments.map(Share.init)
        sessions = report.sessions.map(Share.init)
        sessionCount = sessions.count
        files = report.files.map(File.init)
    }
}

extension StorageInfo.Share {
    fileprivate init(_ share: StorageReport.Share) {
        self.init()
        name = share.name.nonEmpty
        fileCount = share.fileCount
        byteCount = share.byteCount
        freedByDeleting = share.freedByDeleting
        freedByPruning = share.freedByPruning
    }
}

extension StorageInfo.File {
    fileprivate init(_ file: StorageReport.File) {
        self.init()
        kind = file.kind
        switch file.name {
        case .checkpoint(let id): checkpointID = id
        case .artifact(let path, let version): (self.path, self.version) = (path, version)
        }
        byteCount = file.byteCount
        freedByDeleting = file.freedByDeleting
        isPrunable = file.isPrunable
    }
}
