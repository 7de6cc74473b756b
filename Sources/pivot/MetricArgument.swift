package import API
import ArgumentParser

/// A metric written as `name=value`.
package struct MetricArgument: ExpressibleByArgument, Sendable {
    package let value: MetricValue

    /// Nil without `=`, without a name, or when the value is no number.
    package init?(argument: String) {
        guard let separator = argument.lastIndex(of: "="), separator > argument.startIndex,
            let number = Double(argument[argument.index(after: separator)...])
        else { return nil }
        value = MetricValue(name: String(argument[..<separator]), value: number)
    }
}
