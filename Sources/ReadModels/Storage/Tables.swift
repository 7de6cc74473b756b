import LMDB

/// The databases of the read models' environment. What their keys and values are is in the catalog, *The rows*.
struct Tables: Sendable {
    /// The position of the documents, and which log they are of.
    let meta: Database
    /// Versioned rows of documents.
    let documents: Database
    /// Rows that find current documents, or say what a list needs of them.
    let indexes: Database
    /// The table of sessions in its current state, column by column: what lists select and order by.
    let columns: Database
    /// Epoch records by session and position.
    let epochs: Database
    /// Logged lines by session and line number.
    let lines: Database
    /// The number and name of every series of points.
    let series: Database
    /// Blocks of points and the nodes above them.
    let points: Database

    init(_ environment: Environment) throws(LMDBError) {
        meta = try environment.database("meta")
        documents = try environment.database("documents")
        indexes = try environment.database("indexes")
        columns = try environment.database("columns")
        epochs = try environment.database("epochs")
        lines = try environment.database("lines")
        series = try environment.database("series")
        points = try environment.database("points")
    }

    var all: [Database] { [meta, documents, indexes, columns, epochs, lines, series, points] }
}
