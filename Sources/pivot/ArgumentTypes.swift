import ArgumentParser
package import Tracking
package import TrackingClient

extension Session.Status: ExpressibleByArgument {}
extension MetricHistory.Axis: ExpressibleByArgument {}
extension EventStreams: ExpressibleByArgument {}
