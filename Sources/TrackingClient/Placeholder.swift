enum PlaceholderTrackingClient {}
