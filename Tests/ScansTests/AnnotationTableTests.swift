import Foundation
import Scans
import TestSupport
import Testing
import TrainingConfiguration

/// Tables of nodules as spreadsheets and programs write them.
@Suite("Tables of nodules")
struct AnnotationTableTests {
    private func rows(_ table: String, ids: [String] = ["one", "two"]) throws -> [[AnnotationTable.Row]] {
        try rows(Array(table.utf8), ids: ids)
    }

    private func rows(_ table: [UInt8], ids: [String] = ["one", "two"]) throws -> [[AnnotationTable.Row]] {
        let folder = try TemporaryDirectory()
        for id in ids { try Data().write(to: folder.url.appending(path: "\(id).mha")) }
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "splits"), withIntermediateDirectories: true)
        for list in ["train", "val"] {
            try Data((ids.joined(separator: "\n") + "\n").utf8).write(
                to: folder.url.appending(path: "splits/\(list).txt"))
        }
        try Data(table).write(to: folder.url.appending(path: "annotations.csv"))
        let configuration = try TrainingConfiguration(
            resolving: ConfigurationSource(yaml: "data: {type: folder, directory: .}"))
        guard case .folder(let settings)? = configuration.data else { preconditionFailure("the type is folder") }
        let scans = try ScanFolder(settings, relativeTo: folder.url) { Array(0..<$0) }
        return (scans.splits[.training] ?? []).map(\.nodules)
    }

    private static let heading = "scan_id,coord_x,coord_y,coord_z,diameter_mm"
    private static let one = SIMD3(6.0, 8.0, 9.0)

    @Test(
        "one nodule, however its table is written",
        arguments: [
            "\(heading)\none,6.0,8.0,9.0,6.0\n", "\(heading)\none,6,8,9,6", "\u{FEFF}\(heading)\r\none,6,8,9,6\r\n",
            "\(heading)\none,6,8,9,6\n,,,,\n", "\(heading)\n\n\none,6,8,9,6\n   \n",
            "\(heading)\n , , , , \none,6,8,9,6",
            "\(heading),comment\none,6,8,9,6,\"solid, upper lobe\"\n", "\(heading),comment\none,6,8,9,6,\n",
            "\(heading),comment\none,6,8,9,6,",
            "\(heading),comment\none,6,8,9,6,\"a \"\"b\"\" c\nsecond line\"\n",
            "scan_id;coord_x;coord_y;coord_z;diameter_mm\none;6;8;9;6\n",
            "scan_id;note, if any;coord_x;coord_y;coord_z;diameter_mm\none;x,y;6;8;9;6\n",
            "\"scan_id\";\"coord_x\";\"coord_y\";\"coord_z\";\"diameter_mm\"\n\"one\";\"6\";\"8\";\"9\";\"6\"\n",
            "\"scan_id\"\t\"coord_x\"\t\"coord_y\"\t\"coord_z\"\t\"diameter_mm\"\n\"one\"\t\"6\"\t\"8\"\t\"9\"\t\"6\"\n",
            "scan_id\tcoord_x\tcoord_y\tcoord_z\tdiameter_mm\none\t6\t8\t9\t6\n",
            "\"scan_id\",\"coord_x\",\"coord_y\",\"coord_z\",\"diameter_mm\"\n\"one\",\"6\",\"8\",\"9\",\"6\"\n",
            "seriesuid,coordX,coordY,coordZ,diameter_mm\none.mha,6,8,9,6\n",
            "coord_z,diameter_mm,scan_id,coord_y,coord_x\n9,6,one,8,6\n", "\(heading)\r one , 6 , 8 , 9 , 6 \r",
        ])
    func forms(table: String) throws {
        let rows = try rows(table)
        #expect(rows.map(\.count) == [1, 0])
        #expect(rows[0].first?.place == Self.one && rows[0].first?.diameter == 6)
    }

    @Test("ids may have marks in them")
    func ids() throws {
        let rows = try rows("\(Self.heading)\nscan#1,6,8,9,6\n\"a, b\",6,8,9,6\n", ids: ["scan#1", "a, b"])
        #expect(rows.map(\.count) == [1, 1])
    }

    @Test(
        "a fault is told with the line as an editor counts it",
        arguments: [
            ("\(heading)\none,6,8,9\n", "line 2 has 4 fields"),
            ("\(heading)\n\n\none,6,8,9,x\n", "line 4: diameter_mm is 'x'"),
            ("\(heading),c\none,6,8,9,6,\"a\nb\nc\"\none,six,8,9,6,\n", "line 5: coord_x is 'six'"),
            ("\(heading),c\none,6,8,9,6,\"a\u{2028}b\u{B}c\"\none,6,8,9,x,\n", "line 3: diameter_mm"),
            ("\(heading)\none,6,8,9,-6\n", "line 2: diameter_mm"), ("\(heading)\none,nan,8,9,6\n", "line 2: coord_x"),
            ("scan_id;coord_x;coord_y;coord_z;diameter_mm\none;6,5;8;9;6\n", "line 2: coord_x is '6,5'"),
            ("\(heading)\n,6,8,9,6\n", "line 2 has no scan_id"), ("\(heading)\none,6,8,9,6\n\"two,6,8,9,6\n", "line 3"),
            ("\(heading)\no\"n\"e,6,8,9,6\n", "line 2"), ("scan_id,coord_x,coord_y,coord_z\n", "no column diameter_mm"),
            ("\(heading),coordX\n", "several columns coord_x"), ("", "is empty"), ("\n\n", "is empty"),
        ])
    func faults(table: String, text: String) throws {
        let error = #expect(throws: ScanError.self) { try rows(table) }
        #expect(
            error?.file == "annotations.csv" && error?.message.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test("a table of other scans is refused, and one in another encoding")
    func others() throws {
        var error = #expect(throws: ScanError.self) { try rows("\(Self.heading)\nthree,6,8,9,6\n") }
        #expect(error?.code == .inconsistent && error?.message.contains("'three'") == true)
        let wide = "\(Self.heading)\none,6,8,9,6\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for (bytes, text) in [([0xFF, 0xFE] + wide, "UTF-16"), (wide, "zero bytes"), ([0xE4, 10], "UTF-8 in line 1")] {
            error = #expect(throws: ScanError.self) { try rows(bytes) }
            #expect(error?.file == "annotations.csv" && error?.message.contains(text) == true)
        }
    }
}
