enum PlaceholderTrainingConfiguration {}
