enum PlaceholderTrainer {}
