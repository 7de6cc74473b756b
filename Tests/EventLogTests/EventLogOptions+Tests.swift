import EventLog
import LMDB

extension EventLogOptions {
    /// Options with a map of 1 GiB. Of a server's maps of 1 TiB only a hundred fit a process, and tests have more stores
    /// open at once.
    static var forTests: EventLogOptions {
        var options = EventLogOptions()
        options.environment.mapByteCount = 1 << 30
        return options
    }
}
