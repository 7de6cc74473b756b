enum PlaceholderTrackingServer {}
