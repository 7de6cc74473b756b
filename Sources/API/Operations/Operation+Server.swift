/// The server itself: webhooks, health, resources, maintenance, pages.
extension Operation {
    static let server: [Operation] = [
        .createWebhook, .listWebhooks, .getWebhook, .updateWebhook, .deleteWebhook, .testWebhook, .replayWebhook,
        .listDeliveries, .getDelivery, .redeliver, .resumeWebhooks, .ping, .getHealth, .getDetailedHealth,
        .getResources, .getCPUResources, .getMemoryResources, .getDiskResources, .getGPUResources, .rebuildReadModels,
        .getRebuildState, .getStorage, .getServerTelemetry, .getDashboard, .getSwaggerUI, .getReDoc, .getOpenAPI,
        .getOpenAPIUnderBase, .getAsset,
    ]

    private static let webhook = "/webhooks/{webhook_id}"

    package static let createWebhook = Operation(
        "createWebhook", .post, "/webhooks", for: .admin, taking: .json(NewWebhook.self), 201,
        answering: .document(WebhookInfo.self))
    package static let listWebhooks = Operation(
        "listWebhooks", .get, "/webhooks", for: .admin, query: .paging + .reading,
        answering: .document(WebhookList.self))
    package static let getWebhook = Operation(
        "getWebhook", .get, webhook, for: .admin, query: .reading, answering: .document(WebhookInfo.self))
    package static let updateWebhook = Operation(
        "updateWebhook", .patch, webhook, for: .admin, taking: .json(UpdatedWebhook.self),
        answering: .document(WebhookInfo.self))
    package static let testWebhook = Operation(
        "testWebhook", .post, webhook + "/test", for: .admin, answering: .document(WebhookTestInfo.self),
        isIdempotent: false)
    package static let replayWebhook = Operation(
        "replayWebhook", .post, webhook + "/replay", for: .admin, query: ["after"], 202,
        answering: .document(WebhookInfo.self))
    package static let listDeliveries = Operation(
        "listDeliveries", .get, webhook + "/deliveries", for: .admin, query: ["status"] + .paging + .reading,
        answering: .document(DeliveryList.self))
    package static let getDelivery = Operation(
        "getDelivery", .get, webhook + "/deliveries/{delivery_id}", for: .admin, query: .reading,
        answering: .document(DeliveryInfo.self))
    package static let redeliver = Operation(
        "redeliver", .post, webhook + "/deliveries/{delivery_id}/redeliver", for: .admin, 202,
        answering: .document(DeliveryInfo.self))
    package static let resumeWebhooks = Operation(
        "resumeWebhooks", .post, "/webhooks/resume", for: .admin,
        answering: .document(DeliveryResumption.self), isIdempotent: false)
    package static let deleteWebhook = Operation(
        "deleteWebhook", .delete, webhook, for: .admin, answering: .document(WebhookInfo.self))
    package static let ping = Operation(
        "ping", .get, "/ping", for: .anyone, answering: .document(PingInfo.self))
    package static let getHealth = Operation(
        "getHealth", .get, "/health", for: .anyone, answering: .document(HealthInfo.self))
    package static let getDetailedHealth = Operation(
        "getDetailedHealth", .get, "/health/detailed", for: .viewer, answering: .document(HealthInfo.self))
    package static let getResources = Operation(
        "getResources", .get, "/monitor/resources", for: .viewer, answering: .document(ResourceInfo.self))
    package static let getCPUResources = Operation(
        "getCPUResources", .get, "/monitor/resources/cpu", for: .viewer,
        answering: .document(ResourceInfo.Processor.self))
    package static let getMemoryResources = Operation(
        "getMemoryResources", .get, "/monitor/resources/memory", for: .viewer,
        answering: .document(ResourceInfo.Memory.self))
    package static let getDiskResources = Operation(
        "getDiskResources", .get, "/monitor/resources/disk", for: .viewer,
        answering: .document(ResourceInfo.Disk.self))
    package static let getGPUResources = Operation(
        "getGPUResources", .get, "/monitor/resources/gpu", for: .viewer,
        answering: .document(ResourceInfo.GPUs.self))
    package static let rebuildReadModels = Operation(
        "rebuildReadModels", .post, "/maintenance/rebuild", for: .admin, 202,
        answering: .document(RebuildState.self), isIdempotent: false)
    package static let getRebuildState = Operation(
        "getRebuildState", .get, "/maintenance/rebuild", for: .viewer, answering: .document(RebuildState.self))
    package static let getStorage = Operation(
        "getStorage", .get, "/storage", for: .viewer, query: ["session_id"] + .paging,
        answering: .document(StorageInfo.self))
    package static let getServerTelemetry = Operation(
        "getServerTelemetry", .get, "//metrics", for: .viewer, answering: .text("text/plain"))
    package static let getDashboard = Operation(
        "getDashboard", .get, "//", for: .anyone, answering: .text("text/html"))
    package static let getSwaggerUI = Operation(
        "getSwaggerUI", .get, "//docs", for: .anyone, answering: .text("text/html"))
    package static let getReDoc = Operation(
        "getReDoc", .get, "//redoc", for: .anyone, answering: .text("text/html"))
    package static let getOpenAPI = Operation(
        "getOpenAPI", .get, "//openapi.json", for: .anyone, answering: .json)
    package static let getOpenAPIUnderBase = Operation(
        "getOpenAPIUnderBase", .get, "/openapi.json", for: .anyone, answering: .json)
    package static let getAsset = Operation(
        "getAsset", .get, "//assets/{asset...}", for: .anyone, answering: .bytes)
}
