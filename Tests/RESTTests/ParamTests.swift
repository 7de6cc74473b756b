import API
import JSON
import Testing

/// Params are what people gave; the configuration stays in `config`.
@Suite("Params")
struct ParamTests {
    @Test("params are flattened and stand alone; filters and orders know them and the configuration's values")
    func alone() async throws {
        try await TestAPI.run { api in
            let created = try await api.call(
                .createSession,
                body: [
                    "config": ["trainer": ["kind": "external"], "train": ["epochs": 7]], "session_name": "given",
                    "params": ["optimizer": ["name": "adam", "lr": 0.5], "layers": [1, 2], "amp": true],
                ])
            let expected: JSONValue = [
                "amp": true, "layers": "[1,2]", "optimizer.lr": 0.5, "optimizer.name": "adam",
            ]
            #expect(created.json["params"]?.sortingKeys() == expected)
            #expect(created.json["config"]?["train"]?["epochs"] == 7)
            let session = try #require(created.json["session_id"]?.stringValue)
            let changed = try await api.call(.updateSession, session, body: ["params": ["optimizer": ["lr": 0.25]]])
            #expect(changed.json["params"]?["optimizer.lr"] == 0.25)
            _ = try await api.create("other", epochs: 3)
            for filter in [
                "params.optimizer.lr%20=%200.25", "params.train.epochs%20=%207", "config.train.epochs%20%3E%205",
                "not%20config.train.epochs%20=%203",
            ] {
                let list = try await api.call(.listSessions, query: "filter=\(filter)").json["sessions"]?.arrayValue
                #expect(list?.map { $0["session_name"] } == ["given"], "\(filter)")
            }
            let listed = try await api.call(
                .listSessions, query: "sort=session_name&columns=params.optimizer.lr,config.train.epochs&columns=status"
            ).json["sessions"]?.arrayValue
            #expect(
                listed?.map { $0["columns"] } == [
                    ["params.optimizer.lr": 0.25, "config.train.epochs": 7, "status": "created"],
                    ["config.train.epochs": 3, "status": "created"],
                ])
            let sorted = try await api.call(.listSessions, query: "sort=config.train.epochs").json["sessions"]
            #expect(sorted?.arrayValue?.map { $0["session_name"] } == ["other", "given"])
        }
    }
}
