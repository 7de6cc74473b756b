import ArgumentParser
package import Tracking
package import TrackingClient

extension Session.Status: ExpressibleByArgument {}
extension SessionFilter.Archived: ExpressibleByArgument {}
extension MetricHistory.Axis: ExpressibleByArgument {}
extension EventStreams: ExpressibleByArgument {}
