/// The name of this program as hints show it.
enum ProgramName {
    /// The name it was called by, such as `tools/pivot`, so that what a hint shows can be typed.
    static let typed: String = {
        let name = CommandLine.arguments.first ?? ""
        return name.split(separator: "/").last == "pivot" ? name : "pivot"
    }()
}
