/// The streams of a session to read: its lifecycle, its measurements, or both.
package enum EventStreams: String, CaseIterable, Sendable { case session, telemetry, all }
