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
        child.release()
        close(child.standardOutput)
        close(child.standardError)
    }
}
