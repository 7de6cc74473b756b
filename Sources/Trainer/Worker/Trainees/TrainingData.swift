import Foundation
import JSON
import Scans
import Tracking
import TrainingConfiguration

/// The data that a network is trained on, by its configuration: scans, their digest, and what is recorded of them.
struct TrainingData {
    /// The memory for prepared phantoms.
    private static let phantomByteCount = 512 << 20

    let scans: ScanStore
    let task: DataTask
    /// Names of the labels from 0 on.
    let classNames: [String]
    /// The identity of the data, also when they lie elsewhere.
    let digest: String
    /// The things that its user should look at before trusting the metrics.
    let warnings: [String]

    /// Opens the data of a configuration; folders are relative to `base`. Reads every file of a folder once.
    /// - Throws: `.data` when a folder or a file in it cannot be used.
    init(
        _ configuration: TrainingConfiguration, _ data: DataSource, _ preprocessing: PreprocessingSettings,
        channels: Int, relativeTo base: URL
    ) throws(TrainerError) {
        task = data.task
        let folder = FileManager.default.temporaryDirectory
        switch data {
        case .phantom(let settings):
            let phantoms = PhantomVolumes(settings, window: IntensityWindow(preprocessing))
            scans = ScanStore(phantoms, byteCount: Self.phantomByteCount, folder: folder)
            classNames = (0..<max(channels, 2)).map(String.init)
            digest = Self.phantomDigest(configuration)
            warnings = []
        case .folder(let settings):
            do throws(ScanError) {
                let source = try FolderVolumes(
                    settings, preprocessing, classCount: channels, seed: configuration.seed, relativeTo: base)
                scans = ScanStore(source, byteCount: settings.cacheByteCount, folder: folder)
                classNames = settings.classNames ?? (0..<max(channels, 2)).map(String.init)
                digest = try source.digest().description
                warnings = try source.warnings() + Self.warnings(of: source)
            } catch {
                throw TrainerError(error)
            }
        }
    }

    private static func warnings(of folder: FolderVolumes) -> [String] {
        guard let name = folder.sharedNames.first else { return [] }
        let others = folder.sharedNames.count - 1
        return [
            "\(name)\(others > 0 ? " and \(others) more scans are" : " is") both trained and validated on, so the "
                + "validation says little. Name each scan in only one of train.txt and val.txt."
        ]
    }

    /// The facts that are recorded with an attempt.
    var provenance: JSONObject {
        [
            "data.scans.train": .integer(Int64(scans.count(of: .training))),
            "data.scans.val": .integer(Int64(scans.count(of: .validation))), "data.digest": .string(digest),
        ]
    }

    /// Generated volumes are what their recipe says: its digest names them.
    private static func phantomDigest(_ configuration: TrainingConfiguration) -> String {
        let preprocessing = configuration.resolved["preprocessing"]
        let recipe: JSONValue = [
            "generator": "phantom 1", "data": configuration.resolved["data"] ?? .null,
            "preprocessing": [
                "target_spacing": preprocessing?["target_spacing"] ?? .null,
                "window_center": preprocessing?["window_center"] ?? .null,
                "window_width": preprocessing?["window_width"] ?? .null,
            ],
        ]
        return Digest(hashing: recipe.encoded()).description
    }
}
