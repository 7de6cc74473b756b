import Application
import REST

/// The blocks of an answer, and where their points come from.
struct HistoryAnswer: Sendable {
    let queries: Queries
    let selection: Selection
    let blocks: [HistoryBlock]

    init(_ queries: Queries, _ selection: Selection, _ question: HistoryQuestion) {
        self.queries = queries
        self.selection = selection
        if let statistics = question.statistics {
            blocks = selection.bands(maximumCount: question.placeCount).map { HistoryBlock($0, statistics) }
        } else {
            blocks = selection.series.map { HistoryBlock($0, of: selection) }
        }
    }

    func cursor(over block: HistoryBlock, pieceCount: Int? = nil) async throws -> HistoryBlock.Cursor {
        try await block.cursor(queries, selection, pieceCount: pieceCount)
    }
}
