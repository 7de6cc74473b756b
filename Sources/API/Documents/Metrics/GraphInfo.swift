/// Lines to draw, with titles.
package struct GraphInfo: Document, Equatable {
    package static let name = "Graph"

    package var title = ""
    package var xLabel = ""
    package var yLabel = ""
    package var series: [Series] = []

    package init() {}

    package static let fields: [Field<GraphInfo>] = [
        Field("title", \.title), Field("x_label", \.xLabel), Field("y_label", \.yLabel), Field("series", \.series),
    ]

    /// One line.
    package struct Series: Document, Equatable {
        package static let name = "GraphSeries"

        package var name = ""
        package var x: [Double] = []
        package var y: [Double] = []

        package init() {}

        package static let fields: [Field<Series>] = [
            Field("name", \.name), Field("x", \.x), Field("y", \.y, .metrics),
        ]
    }
}
