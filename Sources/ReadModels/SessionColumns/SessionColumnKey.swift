import Tracking

/// A column of the table of sessions: one fact of every session that has it. It is also the beginning of its rows' keys.
struct SessionColumnKey: Hashable {
    /// The columns that every session may fill.
    enum Plain: UInt8, CaseIterable {
        case id = 1
        case name, status, experiment, group, notes, tags, trainer, parent
        /// Every session that was not deleted has this one.
        case archived
        case epoch, totalEpochs, attempt, createdAt, startedAt, completedAt, updatedAt
        /// The text that a search looks through: the name, the notes and the tags as `SearchText`, a NUL between them.
        case text
        /// True for a reproduction on which there is no verdict yet.
        case awaitsVerdict

        /// The part of a session's document that the cells are made from.
        var part: SessionPart { self == .epoch || self == .updatedAt ? .progress : .state }

        /// The field of the filter language whose values the cells are.
        var field: SessionCondition.Field? {
            switch self {
            case .id: .id
            case .name: .name
            case .status: .status
            case .experiment: .experiment
            case .group: .group
            case .notes: .notes
            case .tags: .tags
            case .trainer: .trainer
            case .parent: .parent
            case .archived: .archived
            case .epoch: .epoch
            case .totalEpochs: .totalEpochs
            case .attempt: .attempt
            case .createdAt: .createdAt
            case .startedAt: .startedAt
            case .completedAt: .completedAt
            case .updatedAt, .text, .awaitsVerdict: nil
            }
        }
    }

    /// The kinds of columns that names have; the first byte of their rows' keys.
    enum NamedKind: UInt8 {
        case parameter = 64
        case configuration, result, final, metric
    }

    /// What a column has of its sessions.
    enum Content {
        case plain(Plain)
        /// The value that was given or logged under a name.
        case parameter(String)
        case configuration(String)
        /// The value reported last.
        case result(String)
        /// The value that the completion gave a metric.
        case final(String)
        /// The statistics of a metric; its rows are `MetricChunk`s.
        case metric(String)
        /// Where sessions were created and last changed; its rows are `ChangeChunk`s, those of all others `CellChunk`s.
        case changes
    }

    let content: Content
    let row: RowKey

    private init(_ content: Content, _ row: RowKey) {
        self.content = content
        self.row = row
    }

    static func == (left: Self, right: Self) -> Bool { left.row.bytes == right.row.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(row.bytes) }

    /// The part of a session's document that the cells are made from; nil when they are not made from it.
    var part: SessionPart? {
        switch content {
        case .plain(let column): column.part
        case .parameter, .result: .settings
        case .configuration: .configuration
        case .final: .state
        case .metric, .changes: nil
        }
    }

    static func plain(_ column: Plain) -> Self { Self(.plain(column), RowKey(column.rawValue)) }
    static let changes = Self(.changes, RowKey(32))
    static func parameter(_ name: String) -> Self {
        Self(.parameter(name), RowKey(NamedKind.parameter.rawValue).appending(name))
    }
    static func configuration(_ name: String) -> Self {
        Self(.configuration(name), RowKey(NamedKind.configuration.rawValue).appending(name))
    }
    static func result(_ name: String) -> Self {
        Self(.result(name), RowKey(NamedKind.result.rawValue).appending(name))
    }
    static func final(_ metric: String) -> Self {
        Self(.final(metric), RowKey(NamedKind.final.rawValue).appending(metric))
    }
    static func metric(_ name: String) -> Self {
        Self(.metric(name), RowKey(NamedKind.metric.rawValue).appending(name))
    }
}
