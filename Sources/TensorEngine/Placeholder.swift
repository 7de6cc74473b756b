enum PlaceholderTensorEngine {}
