import Foundation

/// The cause of a failure of the file system, in words for people.
package enum FileFault {
    /// The reason that the system gave for a failure, such as "there is no such file"; goes on after a colon.
    ///
    /// Errors that are not the system's are described by themselves.
    package static func words(_ error: any Error) -> String {
        if let code = systemCode(of: error) { return words(ofCode: code) }
        let found = error as NSError
        guard found.domain == NSCocoaErrorDomain else { return "\(error)" }
        switch CocoaError.Code(rawValue: found.code) {
        case .fileNoSuchFile, .fileReadNoSuchFile: return words(ofCode: ENOENT)
        case .fileReadNoPermission, .fileWriteNoPermission: return words(ofCode: EACCES)
        case .fileReadInapplicableStringEncoding, .fileReadUnknownStringEncoding: return "it is not text in UTF-8"
        // Foundation reports text in another encoding with this code, too.
        case .fileReadCorruptFile: return "it is not text in UTF-8, or damaged"
        case .fileReadTooLarge: return "it is too large"
        case .fileReadInvalidFileName, .fileWriteInvalidFileName: return "no file can have such a name"
        case .fileWriteFileExists: return words(ofCode: EEXIST)
        case .fileWriteOutOfSpace: return words(ofCode: ENOSPC)
        case .fileWriteVolumeReadOnly: return words(ofCode: EROFS)
        default: return "the system refused it without saying why"
        }
    }

    /// The same for an error number of the system (`errno`).
    package static func words(ofCode code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file or folder"
        case EACCES, EPERM: "permission is denied"
        case EISDIR: "it is a folder"
        case ENOTDIR: "a part of the path is not a folder"
        case EEXIST: "it exists already"
        case ENOSPC, EDQUOT: "there is no room left on the disk"
        case EROFS: "the file system is read-only"
        case ENAMETOOLONG: "the name is too long"
        case ELOOP: "links lead in a circle"
        case EMFILE, ENFILE: "too many files are open"
        case EIO: "the disk failed to read or write it"
        case ENOEXEC: "it is not a program for this machine"
        default: String(cString: strerror(code)).lowercased()
        }
    }

    private static func systemCode(of error: any Error) -> Int32? {
        if let error = error as? POSIXError { return error.code.rawValue }
        let found = error as NSError
        if found.domain == NSPOSIXErrorDomain { return Int32(exactly: found.code) }
        return (found.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap(systemCode)
    }
}
