import Foundation
import Processes
import TestSupport
import Testing

@Suite("Programs that are started and ended")
struct ChildProcessTests {
    private func shell(
        _ script: String, in folder: String = "/", environment: [String: String] = [:]
    ) -> ProgramStart {
        ProgramStart(
            path: "/bin/sh", arguments: ["sh", "-c", script],
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 },
            folder: folder)
    }

    private func output(of start: ProgramStart) async throws -> (text: String, exit: ProcessExit) {
        let captured = try #require(try await CapturedOutput.of(start, atMost: 1 << 20, within: .seconds(60)))
        return (String(decoding: captured.bytes, as: UTF8.self), captured.exit)
    }

    @Test("a program gets its folder, its arguments and its environment, and nothing else")
    func surroundings() async throws {
        let folder = try TemporaryDirectory()
        let start = shell(
            "pwd; echo $A; echo $HOME; ls /proc/self/fd | wc -l", in: folder.path, environment: ["A": "b c"])
        let (text, exit) = try await output(of: start)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let real = URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
        #expect(lines[0] == real || lines[0] == folder.path)
        #expect(lines[1...2] == ["b c", ""])
        // Input, the two outputs, and the folder that ls reads.
        #expect(lines[3].trimmingCharacters(in: .whitespaces) == "4")
        #expect(exit.isSuccess)
    }

    @Test(
        "the exit code or the signal is told", arguments: [("exit 3", ProcessExit.code(3)), ("kill -9 $$", .signal(9))])
    func exits(script: String, exit: ProcessExit) async throws {
        #expect(try await output(of: shell(script)).exit == exit)
    }

    @Test("what cannot be started says why, and leaves nothing behind")
    func failures() async throws {
        let folder = try TemporaryDirectory()
        let text = folder.path + "/text"
        try Data("hello".utf8).write(to: URL(fileURLWithPath: text))
        for (path, inFolder, code) in [
            ("/no/such/program", "/", ProcessError.Code.notExecutable), (text, "/", .notExecutable),
            ("/bin/sh", folder.path + "/missing", .folder),
        ] {
            let start = ProgramStart(path: path, arguments: [path], environment: [:], folder: inFolder)
            let error = await #expect(throws: ProcessError.self) { try await ChildProcess.start(start) }
            #expect(error?.code == code)
        }
    }

    /// What a process of each kind says of itself: its session and group, its input, its ignored signals, and the signal
    /// that it gets when its parent dies.
    private func introspection(_ attachment: ProgramStart.Attachment) async throws -> [String] {
        var start = shell(
            """
            echo $$; cut -d' ' -f5,6 /proc/$$/stat; readlink /proc/$$/fd/0; grep SigIgn /proc/$$/status
            exec setpriv --dump
            """)
        start.attachment = attachment
        let lines = try await output(of: start).text.split(separator: "\n").map(String.init)
        return lines.prefix(4) + lines.suffix(1)
    }

    @Test(
        "a program that is supervised dies with its parent, a detached one does not; both are alone and have no input")
    func attachments() async throws {
        for (attachment, signal) in [(ProgramStart.Attachment.supervised, "kill"), (.detached, "[none]")] {
            let said = try await introspection(attachment)
            #expect(said[1] == "\(said[0]) \(said[0])")
            #expect(said[2] == "/dev/null")
            // The C library keeps signals from 32 on to itself.
            #expect(try #require(UInt64(said[3].dropFirst("SigIgn:\t".count), radix: 16)) & 0x7FFF_FFFF == 0)
            #expect(said[4].lowercased() == "parent death signal: \(signal)")
        }
    }

    @Test("a program in the foreground shares session, group and input")
    func foreground() async throws {
        let said = try await introspection(.foreground)
        #expect(said[1] == "\(getpgrp()) \(getsid(0))")
        #expect(try said[2] == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/0"))
        #expect(said[4] == "Parent death signal: [none]")
    }

    @Test("without variables of its own a program has this process's, and without a folder it runs in this one")
    func inherited() async throws {
        let start = ProgramStart(path: "/bin/sh", arguments: ["sh", "-c", "echo $PATH; pwd -P"])
        let said = try await output(of: start).text.split(separator: "\n").map(String.init)
        #expect(said.first == ProcessInfo.processInfo.environment["PATH"])
        #expect(try URL(fileURLWithPath: #require(said.last)).path == FileManager.default.currentDirectoryPath)
    }

    @Test("both outputs can go to the end of one file, which is made if need be")
    func appended() async throws {
        let file = try TemporaryDirectory().path + ".log"
        defer { unlink(file) }
        var start = shell("echo out; echo error >&2; cat")
        (start.output, start.error) = (.appended(to: file), .appended(to: file))
        for _ in 0..<2 {
            let child = try await ChildProcess.start(start)
            #expect(child.standardOutput == -1 && child.standardError == -1)
            #expect(await child.waitUntilExit() == .code(0))
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "out\nerror\nout\nerror\n")
        start.error = .appended(to: file + "/none")
        let error = await #expect(throws: ProcessError.self) { try await ChildProcess.start(start) }
        #expect(error?.code == .output)
    }

    @Test("what is discarded goes nowhere, and every end is told once")
    func discarded() async throws {
        var start = shell("echo out; exit 5")
        (start.output, start.error) = (.discarded, .discarded)
        let child = try await ChildProcess.start(start)
        #expect(await child.waitUntilExit() == .code(5))
        #expect(await child.exitUnlessCancelled() == .code(5))
        #expect(child.exit == .code(5))
    }

    @Test("a cancelled task stops waiting, and the program lives on")
    func cancelled() async throws {
        let child = try await ChildProcess.start(shell("sleep 1000"))
        let task = Task { await child.exitUnlessCancelled() }
        task.cancel()
        #expect(await task.value == nil)
        #expect(child.exit == nil)
        child.signalGroup(SIGKILL)
        #expect(await child.exitUnlessCancelled() == .signal(SIGKILL))
        close(child.standardOutput)
        close(child.standardError)
    }

    @Test("what writes too much or too long is killed and answers nothing")
    func bounds() async throws {
        #expect(try await CapturedOutput.of(shell("yes"), atMost: 1000, within: .seconds(60)) == nil)
        #expect(try await CapturedOutput.of(shell("sleep 1000"), atMost: 1000, within: .milliseconds(1)) == nil)
    }

    @Test("a mark finds what left the group, and kills it")
    func marked() async throws {
        let environment = [ProcessMark.sessionVariable: "sess_marked", ProcessMark.supervisorVariable: "4711"]
        let child = try await ChildProcess.start(
            shell("setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000' & wait", environment: environment))
        var digits: [UInt8] = []
        var byte: UInt8 = 0
        while read(child.standardOutput, &byte, 1) == 1, byte != UInt8(ascii: "\n") { digits.append(byte) }
        let grandchild = try #require(Int32(String(decoding: digits, as: UTF8.self)))
        let mark = ProcessMark(session: "sess_marked", supervisor: 4711)
        #expect(mark.processes().contains(grandchild))
        #expect(ProcessMark(session: "sess_marked", notOf: 4711).processes() == [])
        #expect(ProcessMark(session: "sess_other", supervisor: 4711).processes() == [])
        #expect(ProcessMark(session: "sess_marked", notOf: 4712).processes().contains(grandchild))
        mark.killAll()
        #expect(mark.processes() == [])
        #expect(await child.waitUntilExit() == .signal(SIGKILL))
        close(child.standardOutput)
        close(child.standardError)
    }
}
