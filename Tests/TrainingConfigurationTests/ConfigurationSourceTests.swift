import JSON
import Testing
import TrainingConfiguration

@Suite("Reading configuration text")
struct ConfigurationSourceTests {
    @Test("YAML scalars are taken as files mean them")
    func scalars() throws {
        let source = try ConfigurationSource(
            yaml: """
                integers: [1, -2, +3, 1_000, 0x1F, 0o17]
                numbers: [1.5, 1e-4, 1.0e+2, .5, 2., -.5, 1E3]
                booleans: [true, False, yes, NO, on, off]
                nulls: [null, ~, ]
                strings: ["1", 'true', abc, 007, 1.2.3, 12:30, 1e, "", -, 0x, 1__, !!str 5, 2024-01-01]
                text: |
                  two
                  lines
                """)
        #expect(source.root["integers"] == [1, -2, 3, 1000, 31, 15])
        #expect(source.root["numbers"] == [1.5, 0.0001, 100.0, 0.5, 2.0, -0.5, 1000.0])
        #expect(source.root["booleans"] == [true, false, true, false, true, false])
        #expect(source.root["nulls"] == [nil, nil])
        #expect(
            source.root["strings"] == [
                "1", "true", "abc", "007", "1.2.3", "12:30", "1e", "", "-", "0x", 1, "5", "2024-01-01",
            ])
        #expect(source.root["text"] == "two\nlines")
        let special = try ConfigurationSource(yaml: "x: [.inf, -.inf, .nan]").root["x"]?.arrayValue
        #expect(special?[0] == .number(.infinity) && special?[1] == .number(-.infinity))
        #expect(special?[2].doubleValue?.isNaN == true)
    }

    @Test("lines of YAML and of JSON are remembered by path")
    func lines() throws {
        let yaml = try ConfigurationSource(
            yaml: "# first\ntrain:\n  model:\n    depth: 3\n  betas:\n    - 1\n    - 2\n")
        #expect(yaml.line(of: "train") == 2)
        #expect(yaml.line(of: "train.model.depth") == 4)
        #expect(yaml.line(of: "train.betas[1]") == 7)
        #expect(yaml.line(of: "train.nothing") == 2)
        #expect(yaml.line(of: "train.model.nothing[2]") == 3)
        #expect(yaml.line(of: "nothing") == nil)
        let json = try ConfigurationSource(
            "{\n \"train\": {\n  \"x\": \"a b\",\n\n  \"betas\": [\n   1,\n   2]}}", fileName: "a.JSON")
        #expect(json.line(of: "train") == 2)
        #expect(json.line(of: "train.x") == 3)
        #expect(json.line(of: "train.betas[1]") == 7)
    }

    @Test("JSON text and the same YAML text give the same values")
    func sameValues() throws {
        let text = #"{"a": [1, 2.5, "x", true, null], "b": {"c": "d"}}"#
        #expect(try ConfigurationSource(yaml: text).root == ConfigurationSource(json: Array(text.utf8)).root)
    }

    @Test("an empty text is an empty configuration", arguments: ["", "# nothing\n", "---\n", "~"])
    func empty(text: String) throws {
        #expect(try ConfigurationSource(yaml: text).root == [:])
    }

    @Test(
        "text that is not one mapping is refused with its line",
        arguments: [
            ("a: [1, 2", 1), ("a: b: c", 1), ("a: 1\n\tb: 2", 2), ("a: 1\nb: 2\na: 3", 1), ("- 1\n- 2", 1), ("text", 1),
            ("a: 1\n---\nb: 2", 2), ("a: 1\n? [x]\n: 2", 2), ("a: !thing 1", 1), ("a: !!python/object:x {}", 1),
            ("a: \"unfinished", 1),
        ])
    func refusals(text: String, line: Int) {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationSource(yaml: text) }
        if let found = error?.line { #expect(abs(found - line) <= 1) }
        #expect(error?.description.contains("allowed:") == true)
    }

    @Test("anchors and aliases are refused before they can grow")
    func aliases() throws {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        bomb += "? *a40\n: key\n"
        for text in [bomb, "a: &x 1\nb: *x", "a: &x 1\n<<: *x", "{a: &x [1],b: [*x]}", "\u{2028}&x a: *x"] {
            let error = #expect(throws: ConfigurationError.self) { try ConfigurationSource(yaml: text) }
            #expect(error?.first.code == .syntax)
            #expect(error?.description.contains("anchor") == true)
        }
        // In comments, quotes and blocks both are only text.
        let remarks = try ConfigurationSource(
            yaml: "# **note**: 2>&1\na: 'x &y *z' # see *this* & &that\nb: |\n  cmd 2>&1 *.nii &x\n")
        #expect(remarks.root == ["a": "x &y *z", "b": "cmd 2>&1 *.nii &x\n"])
        // Either character alone, or inside words, is only text.
        let source = try ConfigurationSource(yaml: "a: R&D 2*x\nb: '*.nii'\nc: x && y\n")
        #expect(source.root["a"] == "R&D 2*x")
    }

    @Test("files of the project's own are read at any size, with the same refusals but for that")
    func unlimited() throws {
        let many = "a: [" + String(repeating: "0x10, ", count: ConfigurationLimits.maximumByteCount) + "]"
        #expect(try JSONValue(yaml: many)["a"]?.arrayValue?.count == ConfigurationLimits.maximumByteCount)
        #expect(throws: ConfigurationError.self) { try JSONValue(yaml: "a: &x 1\nb: *x") }
        #expect(try JSONValue(yaml: "").isNull)
    }

    @Test("size, depth and count have limits")
    func limits() throws {
        let long = "a: " + String(repeating: "x", count: ConfigurationLimits.maximumByteCount)
        let deep = "a: " + String(repeating: "[", count: 100_000)
        let nested = "a: " + String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        let many = "a: [" + String(repeating: "1,", count: ConfigurationLimits.maximumValueCount) + "]"
        for text in [long, deep, nested, many] {
            #expect(throws: ConfigurationError.self) { try ConfigurationSource(yaml: text) }
            #expect(throws: ConfigurationError.self) {
                try ConfigurationSource(json: Array("{\"a\":\(text.dropFirst(3))}".utf8))
            }
        }
        let value = try JSONValue.parse(Array("{\"a\":\(nested.dropFirst(3))}".utf8))
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationSource(value) }
        #expect(error?.first.code == .tooLarge)
        let ok = "a: " + String(repeating: "[", count: 15) + String(repeating: "]", count: 15)
        #expect(throws: Never.self) { try ConfigurationSource(yaml: ok) }
        #expect(throws: ConfigurationError.self) {
            try ConfigurationSource(.object([String(repeating: "k", count: 256): 1]))
        }
    }

    @Test("no text makes the reader trap", arguments: 0..<10 as Range<UInt64>)
    func neverTraps(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let samples = [
            "train:\n  epochs: 3\n  model: {depth: 3, x: [1, 2]}\n", "a: |\n  text\nb: >-\n  t\n",
            "? a\n: b\n--- \n...\n",
            "{a: \"x\\u0041\", 'b': ~}", "%YAML 1.2\n---\n!!str a: !x b\n",
        ]
        let alphabet = Array("{}[]:,-?&*!|>'\"%@`# \n\tabz019.\\~<=".utf8) + [0, 0x85, 0xC2, 0xE2, 0x80, 0xA8, 0xFF]
        for _ in 0..<300 {
            var bytes = Array(samples[random(below: samples.count)].utf8)
            for _ in 0...random(below: 5) {
                bytes.insert(alphabet[random(below: alphabet.count)], at: random(below: bytes.count + 1))
                bytes.remove(at: random(below: bytes.count))
            }
            do throws(ConfigurationError) {
                let source = try ConfigurationSource(yaml: String(decoding: bytes, as: UTF8.self))
                _ = try TrainingConfiguration(resolving: source)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test("overrides set values at dotted paths, and make the mappings on the way")
    func overrides() throws {
        var source = try ConfigurationSource(yaml: "train:\n  epochs: 3\n  model:\n    depth: 3\n")
        try source.override(with: ["train.epochs": 5, "train.loss.gamma": 1.5, "new": "x"])
        #expect(source.root["train"]?["epochs"] == 5)
        #expect(source.root["train"]?["loss"]?["gamma"] == 1.5)
        #expect(source.root["new"] == "x")
        #expect(source.line(of: "train.epochs") == nil)
        #expect(source.line(of: "train.loss.gamma") == nil)
        #expect(source.line(of: "train.model.depth") == 4)
        try source.override(setting: "train.patch_size=[16, 16,16]")
        try source.override(setting: "train.learning_rate=1e-4")
        try source.override(setting: "train.data_dir=a=b")
        try source.override(setting: "train.gradient_clip=")
        #expect(source.root["train"]?["patch_size"] == [16, 16, 16])
        #expect(source.root["train"]?["learning_rate"] == 0.0001)
        #expect(source.root["train"]?["data_dir"] == "a=b")
        #expect(source.root["train"]?["gradient_clip"] == .null)
    }

    @Test(
        "an override that cannot be used is refused",
        arguments: ["", "=1", "a", "a..b=1", ".a=1", "train.epochs.x=1", "a=[1", "a=&x *x"])
    func badOverrides(setting: String) throws {
        var source = try ConfigurationSource(yaml: "train: {epochs: 3}")
        let error = #expect(throws: ConfigurationError.self) { try source.override(setting: setting) }
        #expect(error?.first.code == .override)
    }
}
