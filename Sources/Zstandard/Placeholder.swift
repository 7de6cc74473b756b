enum PlaceholderZstandard {}
