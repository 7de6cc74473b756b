/// A further process that takes part in an attempt.
package struct RankEntry: Document, Equatable {
    package static let name = "JoinRank"

    package var commandID: String?
    package var rank: UInt32 = 0
    package var worldSize: UInt32 = 1
    package var host: String?
    package var processID: UInt32?
    package var devices: [String]?

    package init() {}

    package static let fields: [Field<RankEntry>] = [
        Field("command_id", \.commandID, .commandID), Field("rank", \.rank, .rank),
        Field("world_size", \.worldSize, .range(1...65_536)), Field("host", \.host, .remark),
        Field("process_id", \.processID), Field("devices", \.devices, .devices),
    ]
}
