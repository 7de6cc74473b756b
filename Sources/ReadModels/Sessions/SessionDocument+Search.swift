import Tracking

extension SessionDocument {
    /// True when the name, the notes or a tag contains each of `words`.
    func contains(_ words: [SearchText]) -> Bool {
        guard !words.isEmpty else { return true }
        let texts = ([name, notes] + tags).map { SearchText($0) }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }
}
