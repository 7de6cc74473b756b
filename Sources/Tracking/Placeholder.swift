enum PlaceholderTracking {}
