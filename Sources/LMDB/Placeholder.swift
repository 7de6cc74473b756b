enum PlaceholderLMDB {}
