/// A float32 array with a name and a shape, row-major: how weights, statistics and optimizer moments leave and enter the engine.
package struct NamedArray: Equatable, Sendable {
    /// A dotted name, as in "encoder.0.conv1.weight".
    package let name: String
    /// The sizes, outermost first; a scalar has none.
    package let shape: [Int]
    /// The elements, as many as the product of `shape`.
    package let values: [Float]

    /// `values` must have as many elements as `shape` says.
    package init(name: String, shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for the shape \(shape)")
        self.name = name
        self.shape = shape
        self.values = values
    }
}
