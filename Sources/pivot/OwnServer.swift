import EventLog
import Tracking
import TrackingClient

/// The server whose data are in the user's own data folder, to which a command can prove that it is run by the same user.
enum OwnServer {
    /// The secret of the server at `address`; nil unless the process that holds the user's data folder listens there.
    ///
    /// The secret opens every program of the user, so it goes only to the very address that the lock of the folder names.
    static func secret(at address: ServerAddress) -> String? {
        let folder = DataFolder.standard()
        guard (try? DataDirectory.owner(ofFolderAt: folder))?.address == address.text else { return nil }
        return SecretFile.read(DataDirectory.ownerSecretFile(inFolderAt: folder)).map { Hexadecimal.encode($0) }
    }

    /// `address`, or 127.0.0.1 where it says localhost and the user's own server listens there: behind localhost may also
    /// be another user's server at [::1].
    static func address(meantBy address: ServerAddress) -> ServerAddress {
        guard address.host == "localhost",
            let numeric = try? ServerAddress("http://127.0.0.1:\(address.port)"), secret(at: numeric) != nil
        else { return address }
        return numeric
    }
}
