extension Array {
    /// The index of the first element with `property`, which all later ones have too; `endIndex` when none has it.
    func partitioningIndex(where property: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if property(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
