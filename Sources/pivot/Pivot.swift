@main struct Pivot { static func main() { print("pivot") } }
