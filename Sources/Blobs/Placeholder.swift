enum PlaceholderBlobs {}
