import JSON
package import Tracking

extension WebhookMessage {
    /// The body in the form of a service.
    ///
    /// Slack: *Sending messages using incoming webhooks*; Discord: *Execute Webhook*, whose `content` holds at most 2000
    /// characters; Teams: *Create incoming webhooks with Workflows*, an adaptive card; ntfy: a topic's own address takes the
    /// text alone.
    package func body(_ format: Webhook.Format) -> (contentType: String, bytes: [UInt8]) {
        switch format {
        case .pivot: ("application/json", JSONValue.object(document).encoded(nonfinite: .string))
        case .slack:
            ("application/json", JSONValue.object(["text": .string("*\(title)*\n\(lines(limit: 3000))")]).encoded())
        case .discord:
            (
                "application/json",
                JSONValue.object(["content": .string("**\(title)**\n\(lines(limit: 1500))")]).encoded()
            )
        case .teams: ("application/json", card.encoded())
        case .ntfy: ("text/plain; charset=utf-8", Array(lines(limit: 3500).utf8))
        }
    }

    /// PIVOT's own document: `type`, `timestamp` and `data` as the Standard Webhooks specification has them, and where in the
    /// log the event is.
    private var document: JSONObject {
        var told = JSONObject()
        for (name, value) in metrics { told[name] = .number(value) }
        var event = details
        event["metrics"] = .object(told)
        var document: JSONObject = [
            "type": .string(name.rawValue), "timestamp": .string(recordedAt.description),
            "delivery_id": .string(delivery.description),
            "position": .integer(Int64(clamping: delivery.position.rawValue)),
        ]
        var data = JSONObject()
        if let session {
            document["session_id"] = .string(session.sessionID)
            data["session"] = .object(Self.summary(of: session))
        }
        data["event"] = .object(event)
        document["data"] = .object(data)
        var addresses = JSONObject()
        for (name, url) in links { addresses[name] = .string(url) }
        document["links"] = .object(addresses)
        return document
    }

    private static func summary(of session: SessionDocument) -> JSONObject {
        var summary: JSONObject = [
            "session_id": .string(session.sessionID), "session_name": .string(session.name),
            "status": .string(session.status), "current_epoch": .integer(Int64(session.currentEpoch)),
            "total_epochs": .integer(Int64(session.totalEpochs)), "step": .integer(Int64(clamping: session.step)),
            "tags": .array(session.tags.map { .string($0) }),
            "created_at": .string(Timestamp(rawValue: session.createdAt).description),
        ]
        if !session.experiment.isEmpty { summary["experiment"] = .string(session.experiment) }
        if !session.group.isEmpty { summary["group"] = .string(session.group) }
        if !session.message.isEmpty { summary["message"] = .string(session.message) }
        if !session.bestCheckpointID.isEmpty { summary["best_checkpoint_id"] = .string(session.bestCheckpointID) }
        return summary
    }

    /// The facts and metrics as lines, at most about `limit` characters.
    func lines(limit: Int) -> String {
        var text = facts.map { "\($0.name): \($0.value.prefix(500))" }.joined(separator: "\n")
        for (name, value) in metrics {
            let line = "\n\(name): \(Self.text(value))"
            guard text.count + line.count < limit else { return text + "\n…" }
            text += line
        }
        return text + "\n\(link)"
    }

    private var card: JSONValue {
        let rows = (facts + metrics.prefix(30).map { ($0.name, Self.text($0.value)) }).map { name, value -> JSONValue in
            ["title": .string(name), "value": .string(String(value.prefix(500)))]
        }
        return [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": [
                        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
                        "version": "1.4",
                        "body": [
                            [
                                "type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": true,
                                "text": .string(title),
                            ],
                            ["type": "FactSet", "facts": .array(rows)],
                        ],
                        "actions": [["type": "Action.OpenUrl", "title": "Open", "url": .string(link)]],
                    ],
                ]
            ],
        ]
    }
}
