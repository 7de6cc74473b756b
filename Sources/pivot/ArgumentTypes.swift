import ArgumentParser
package import Tracking
package import TrackingClient

extension Session.Status: ExpressibleByArgument {}
extension MetricHistoryQuery.Axis: ExpressibleByArgument {}
extension EventStreams: ExpressibleByArgument {}
