import LMDB

/// The databases of the read models' environment. What their keys and values are is in the catalog, *The rows*.
struct Tables: Sendable {
    /// The position of the documents, and which log they are of.
    let meta: Database
    /// Versioned rows of documents.
    let documents: Database
    /// Rows that select and order the current documents without reading them.
    let indexes: Database
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
        epochs = try environment.database("epochs")
        lines = try environment.database("lines")
        series = try environment.database("series")
        points = try environment.database("points")
    }

    var all: [Database] { [meta, documents, indexes, epochs, lines, series, points] }
}
