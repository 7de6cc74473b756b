package import ArgumentParser
import JSON
import Tracking
import Transparency

/// `pivot audit check-bundle`
package struct CheckBundleCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check-bundle", abstract: "Verify a bundle that 'pivot audit export' wrote; no server is asked.",
        discussion: """
            Everything in the bundle is verified, or the first thing that is wrong is named: the signature of the tree head, \
            that each event is in the tree, that its payload and the files that it names are those of then, and that the \
            tree continues the one that --since remembers. The exit status is 0 when everything is proved, and 1 when not.

            Without --key the bundle's own word is taken for the log's key: whoever made it may have made key and log too.

            Examples:
              pivot audit check-bundle evidence.tar --key log.key
              pivot audit check-bundle evidence.tar --since head.note --json
            """)

    @Argument(help: "The bundle: a tar archive, or the folder that it was unpacked to.")
    var bundle: String
    @OptionGroup var trusted: KeyOption
    @Option(help: ArgumentHelp("A tree head of the log that was saved before.", valueName: "file"))
    var since: String?
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func run() throws {
        let keys = try trusted.keys()
        var remembered: [UInt8]?
        if let since { remembered = try TreeHeadFile.read(since) }
        do {
            let report = try verify(keys, remembered)
            if json { show(jsonOf: report, isGiven: !keys.isEmpty) } else { show(report, isGiven: !keys.isEmpty) }
        } catch let fault {
            if json { Console.standard.printJSON(["proved": .bool(false), "message": .string(fault.description)]) }
            throw CommandFailure(.failed, "Not proved: \(DisplayText.safe(fault.description))")
        }
    }

    private func verify(_ keys: [VerifierKey], _ remembered: [UInt8]?) throws(AuditFault) -> BundleReport {
        do throws(BundleError) {
            let read = try AuditBundle(files: BundleArchive.files(at: bundle))
            // Of several keys that are trusted, as after a rotation, the bundle names one.
            let key = keys.first { $0 == read.key } ?? keys.first
            var head: TreeHead?
            if let remembered {
                do throws(NoteError) {
                    let verifiers = keys.isEmpty ? [read.key] : keys
                    head = try SignedTreeHead(verifying: remembered, of: read.origin, by: verifiers).head
                } catch {
                    throw BundleError.treeHead(since ?? "", error)
                }
            }
            return try read.verify(trusted: key, remembered: head)
        } catch {
            throw AuditFault(error)
        }
    }

    private func show(_ report: BundleReport, isGiven: Bool) {
        let console = Console.standard
        console.print(
            "Everything in the bundle is proved by the log \(DisplayText.safe(report.origin)), whose tree has "
                + "\(report.head.size) records and the root \(report.head.root).")
        var table = TextTable([
            .init("POSITION", isNumeric: true), .init("RECORDED"), .init("STREAM", mayShrink: true), .init("EVENT"),
            .init("PAYLOAD", isNumeric: true),
        ])
        for event in report.events {
            let header = event.header
            table.add([
                "\(header.position)", Timestamp(rawValue: header.recordedAt).description,
                DisplayText.safe(header.stream), DisplayText.safe(header.type),
                event.payload.map { HumanFormat.size(Int64($0.count)) } ?? "redacted",
            ])
        }
        for line in table.lines(width: console.width, headingStyle: console.bold) { console.print(line) }
        for blob in report.blobs {
            let content = blob.content.map { HumanFormat.size(Int64($0.count)) } ?? "not in the bundle"
            console.print("\(blob.digest), named by event \(blob.position): \(content)")
        }
        if let continued = report.continued {
            console.print("The log continues the tree head of \(continued.size) records, root \(continued.root).")
        }
        if !isGiven {
            console.print(
                "The key is the bundle's own word. Ask the log's owner for it, and compare: "
                    + DisplayText.safe(report.key.description))
        }
    }

    private func show(jsonOf report: BundleReport, isGiven: Bool) {
        let events = report.events.map { event in
            JSONValue.object([
                "position": .integer(Int64(clamping: event.header.position)),
                "recorded_at": .string(Timestamp(rawValue: event.header.recordedAt).description),
                "stream": .string(event.header.stream), "type": .string(event.header.type),
                "redacted": .bool(event.payload == nil),
            ])
        }
        let blobs = report.blobs.map { blob in
            JSONValue.object([
                "digest": .string(blob.digest.description), "position": .integer(Int64(clamping: blob.position)),
                "included": .bool(blob.content != nil),
            ])
        }
        var facts: [(String, JSONValue)] = [
            ("proved", .bool(true)), ("log", .string(report.origin)), ("key", .string(report.key.description)),
            ("key_was_given", .bool(isGiven)), ("size", .integer(Int64(clamping: report.head.size))),
            ("root_hash", .string(report.head.root.hex)), ("events", .array(events)), ("blobs", .array(blobs)),
        ]
        if let continued = report.continued {
            facts.append(("continued_size", .integer(Int64(clamping: continued.size))))
        }
        Console.standard.printJSON(.object(JSONObject(uniqueKeysWithValues: facts)))
    }
}
