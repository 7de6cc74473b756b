import ArgumentParser
package import Tracking
package import TrackingClient

extension Session.Status: ExpressibleByArgument {}
extension MetricHistoryQuery.Axis: ExpressibleByArgument {}
extension EventStreams: ExpressibleByArgument {}
extension Alert.Status: ExpressibleByArgument {}
extension AlertRule.Severity: ExpressibleByArgument {}
extension AlertRule.Condition: ExpressibleByArgument {}
extension AlertRule.Source: ExpressibleByArgument {}
extension AlertRule.Action: ExpressibleByArgument {}
extension Webhook.Format: ExpressibleByArgument {}
extension RedactionKind: ExpressibleByArgument {}
extension RetentionRule.Status: ExpressibleByArgument {}
