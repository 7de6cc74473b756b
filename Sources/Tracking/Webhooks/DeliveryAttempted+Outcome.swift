extension DeliveryAttempted {
    /// True when the event will not be told any more, unless somebody asks for it.
    package var isGivenUp: Bool { outcome == "failed" && !redelivery }
}
