import EventLog
import Hummingbird
import JSON
import Projections
import Tracking

/// Work on the server's own storage.
struct MaintenanceRoutes {
    let service: TrackingService

    func add(to api: RouterGroup<APIRequestContext>) {
        api.post("maintenance/rebuild") { _, _ in
            service.readModels.rebuild()
            return Response.json(.object(state), status: .accepted)
        }
        api.get("maintenance/rebuild") { _, _ in Response.json(.object(state)) }
    }

    /// What the read models are doing, and how far they are.
    private var state: JSONObject {
        let head = service.store.head
        var object: JSONObject = ["status": "following", "position": .count(service.readModels.position.rawValue)]
        object["head"] = .count(head.rawValue)
        switch service.readModels.activity {
        case .idle: object["status"] = "idle"
        case .following: break
        case .building(let position, let head), .rebuilding(let position, let head):
            object["status"] = "rebuilding"
            object["position"] = .count(position.rawValue)
            object["head"] = .count(head.rawValue)
        case .failed(let error):
            object["status"] = "failed"
            object["message"] = .string("\(error)")
        }
        return object
    }
}
