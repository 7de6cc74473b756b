import API
import JSON

/// Reads the members of a line's object one after another, and remembers what cannot be taken as it is.
struct MetricLineReader {
    private(set) var faults: [MetricLineFault.Reason] = []
    private var metrics: [MetricValue] = []
    /// The place of the metric of a name. Two spellings of one character, composed and decomposed, are one name.
    private var places: [String: Int] = [:]
    private var epoch: JSONValue?
    private var step: JSONValue?

    /// Reads the one object that the text is.
    mutating func read(_ scanner: inout JSONScanner) throws(JSONError) {
        scanner.readsHugeNumbers = true
        try scanner.beginObject()
        while let key = try scanner.nextKey() {
            let name = key.string
            switch name {
            case "epoch":
                if epoch != nil { faults.append(.repeated(name)) }
                epoch = try place(&scanner)
            case "step":
                if step != nil { faults.append(.repeated(name)) }
                step = try place(&scanner)
            case "timestamp": try scanner.skipValue()
            default: try member(name, &scanner)
            }
        }
        try scanner.finish()
    }

    /// The line; nil when it says nothing that can be recorded.
    mutating func line() -> MetricLine? {
        guard !metrics.isEmpty else { return nil }
        let stepNumber = step?.integerValue.flatMap { (0...MetricLine.maximumStep).contains($0) ? Int($0) : nil }
        if let step, step != .null, stepNumber == nil { faults.append(.step(Self.shown(step))) }
        if let number = epoch?.integerValue, (1...Int64(UInt32.max)).contains(number) {
            return .epoch(Int(number), step: stepNumber, metrics: metrics)
        }
        if let epoch, epoch != .null { faults.append(.epoch(Self.shown(epoch))) }
        if let stepNumber { return .step(stepNumber, metrics: metrics) }
        if faults.allSatisfy({ $0.isAboutMember }) { faults.append(.noPlace) }
        return nil
    }

    /// The value of `epoch` or `step`; of what is no scalar only that it is none.
    private func place(_ scanner: inout JSONScanner) throws(JSONError) -> JSONValue {
        switch try scanner.kind() {
        case .object:
            try scanner.skipValue()
            return [:]
        case .array:
            try scanner.skipValue()
            return []
        default: return try scanner.value()
        }
    }

    private mutating func member(_ name: String, _ scanner: inout JSONScanner) throws(JSONError) {
        switch try scanner.kind() {
        case .number:
            let start = scanner.byteOffset
            let value = try scanner.number()
            if value.isInfinite {
                let text = scanner.text(from: start)
                if !text.hasSuffix("Infinity") { faults.append(.huge(name, text)) }
            }
            add(name, value)
        case .string:
            switch try scanner.string() {
            case "NaN": add(name, .nan)
            case "Infinity": add(name, .infinity)
            case "-Infinity": add(name, -.infinity)
            default: break
            }
        case .object:
            try scanner.skipValue()
            faults.append(.nested(name, "an object"))
        case .array:
            try scanner.skipValue()
            faults.append(.nested(name, "an array"))
        case .bool, .null: try scanner.skipValue()
        }
    }

    private mutating func add(_ name: String, _ value: Double) {
        if let fault = MetricNames.fault(of: name) {
            faults.append(.name(name, fault))
            return
        }
        if let place = places[name] {
            let first = metrics[place].name
            faults.append(first.utf8.elementsEqual(name.utf8) ? .repeated(name) : .spelledTwice(name))
            metrics[place] = MetricValue(name: first, value: value)
            return
        }
        guard metrics.count < MetricNames.maximumCount else {
            if !faults.contains(.tooMany) { faults.append(.tooMany) }
            return
        }
        places[name] = metrics.count
        metrics.append(MetricValue(name: name, value: value))
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .object: "an object"
        case .array: "an array"
        default: String(decoding: value.encoded(nonfinite: .token), as: UTF8.self)
        }
    }
}
