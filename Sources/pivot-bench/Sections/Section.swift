/// A part of the benchmark that can be run alone.
enum Section: String, CaseIterable, Sendable {
    case appends, reports, alerts, feeds, events, history, exports, checkpoints, memory, start, scale, trainer

    /// The section's title in the table.
    var title: String {
        switch self {
        case .appends: "Durable appends"
        case .reports: "Reports over HTTP"
        case .alerts: "Alert rules"
        case .feeds: "Live feeds"
        case .events: "The log over HTTP"
        case .history: "History"
        case .exports: "Exports"
        case .checkpoints: "Checkpoints"
        case .memory: "Memory of the server"
        case .start: "Cold start"
        case .scale: "Many sessions, many points"
        case .trainer: "Training step"
        }
    }

    /// Measures the section.
    func run(_ context: BenchmarkContext) async throws -> [BenchmarkRow] {
        switch self {
        case .appends: try await AppendSection(context: context).rows()
        case .reports: try await ReportSection(context: context).rows()
        case .alerts: try await AlertSection(context: context).rows()
        case .feeds: try await FeedSection(context: context).rows()
        case .events: try await EventSection(context: context).rows()
        case .history: try await HistorySection(context: context).rows()
        case .exports: try await ExportSection(context: context).rows()
        case .checkpoints: try await CheckpointSection(context: context).rows()
        case .memory: try await MemorySection(context: context).rows()
        case .start: try await StartSection(context: context).rows()
        case .scale: try await ScaleSection(context: context).rows()
        case .trainer: try await TrainerSection(context: context).rows()
        }
    }

    /// A row of this section.
    func row(
        _ what: String, _ figure: Double, _ unit: String, target: Target? = nil, beside: BenchmarkRow.Reference? = nil
    ) -> BenchmarkRow {
        BenchmarkRow(section: title, what: what, figure: figure, unit: unit, target: target, reference: beside)
    }
}
