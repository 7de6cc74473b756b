import Foundation

/// Reads a bundle's files from a folder, or from a tar archive of one.
package enum BundleArchive {
    /// The most bytes that a bundle may have.
    package static let maximumByteCount = 1 << 30
    private static let blockByteCount = 512

    /// The files at `path`, by their paths in the bundle's folder.
    package static func files(at path: String) throws(BundleError) -> [String: [UInt8]] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .unreadable("there is nothing at \(path).")
        }
        return withoutFolder(isFolder.boolValue ? try folder(path) : try archive(try contents(path)))
    }

    private static func folder(_ path: String) throws(BundleError) -> [String: [UInt8]] {
        guard let names = FileManager.default.enumerator(atPath: path) else {
            throw .unreadable("\(path) cannot be listed.")
        }
        var files: [String: [UInt8]] = [:]
        var byteCount = 0
        while let name = names.nextObject() as? String {
            guard names.fileAttributes?[.type] as? FileAttributeType != .typeDirectory else { continue }
            byteCount += (names.fileAttributes?[.size] as? Int) ?? 0
            guard byteCount <= maximumByteCount else { throw .unreadable("it has more than 1 GiB.") }
            files[name] = try contents(path + "/" + name)
        }
        return files
    }

    private static func contents(_ path: String) throws(BundleError) -> [UInt8] {
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= maximumByteCount else { throw BundleError.unreadable("it has more than 1 GiB.") }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as BundleError {
            throw error
        } catch {
            throw .unreadable("\(path): \(error.localizedDescription)")
        }
    }

    /// The plain files of a tar archive (POSIX.1-1988, *ustar*). Folders and extended headers say nothing of a bundle.
    package static func archive(_ bytes: [UInt8]) throws(BundleError) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var offset = 0
        while offset + blockByteCount <= bytes.count {
            let block = bytes[offset..<offset + blockByteCount]
            if block.allSatisfy({ $0 == 0 }) { return files }
            func text(_ range: Range<Int>) -> String {
                String(
                    decoding: block[offset + range.lowerBound..<offset + range.upperBound].prefix { $0 != 0 },
                    as: UTF8.self)
            }
            func octal(_ range: Range<Int>) -> Int? {
                Int(text(range).split(separator: " ").first ?? "", radix: 8)
            }
            let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
            guard octal(148..<156) == sum, let size = octal(124..<136), size >= 0,
                size <= bytes.count - offset - blockByteCount
            else { throw .unreadable("the archive is damaged at byte \(offset).") }
            let start = offset + blockByteCount
            let prefix = text(257..<262) == "ustar" ? text(345..<500) : ""
            if block[offset + 156] == UInt8(ascii: "0") || block[offset + 156] == 0 {
                let name = (prefix.isEmpty ? "" : prefix + "/") + text(0..<100)
                files[name.hasPrefix("./") ? String(name.dropFirst(2)) : name] = Array(bytes[start..<start + size])
            }
            offset = start + (size + blockByteCount - 1) / blockByteCount * blockByteCount
        }
        throw .unreadable("it is no folder and no tar archive, or the archive was cut short.")
    }

    /// Without the name of the folder that all files lie in, if they do.
    private static func withoutFolder(_ files: [String: [UInt8]]) -> [String: [UInt8]] {
        guard files[BundleManifest.path] == nil, let path = files.keys.first,
            let folder = path.split(separator: "/", maxSplits: 1).first.map({ $0 + "/" }),
            files.keys.allSatisfy({ $0.hasPrefix(folder) })
        else { return files }
        return Dictionary(uniqueKeysWithValues: files.map { (String($0.key.dropFirst(folder.count)), $0.value) })
    }
}
