enum PlaceholderReactors {}
