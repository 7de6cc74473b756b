import Foundation

/// A library that answers as NVIDIA's management library does, built from `Fixtures/fake-nvml.c` for one test: two GPUs,
/// unless it was told to say something else.
package final class FakeNVML: Sendable {
    /// What is wrong with the machine that runs the tests.
    package struct BuildError: Error, CustomStringConvertible {
        package let description: String
    }

    /// The file to load.
    package let library: String
    private let folder: TemporaryDirectory
    private let control: URL

    /// - Parameter flags: The names of macros that change what is built, such as `NO_POWER`.
    package init(_ flags: String...) throws {
        folder = try TemporaryDirectory()
        control = folder.url.appendingPathComponent("control")
        library = folder.path + "/libfake-nvml.so"
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/fake-nvml.c").path
        let arguments =
            ["-shared", "-fPIC", "-o", library, "-DCONTROL=\"\(control.path)\""] + flags.map { "-D\($0)" } + [source]
        // Swift's toolchain links with one of them.
        for compiler in ["clang", "cc", "gcc"] {
            let build = Process()
            build.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            build.arguments = [compiler] + arguments
            build.standardError = FileHandle.nullDevice
            try build.run()
            build.waitUntilExit()
            if build.terminationStatus == 0 { return }
        }
        throw BuildError(description: "\(source) cannot be built; install clang, or gcc")
    }

    /// Lets the library go by `lines` from now on; the source says what they mean.
    package func say(_ lines: String...) throws {
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: control, options: .atomic)
    }

    /// The number of times that the library was initialized.
    package var initializationCount: Int {
        FileManager.default.contents(atPath: control.path + ".inits")?.count ?? 0
    }
}
