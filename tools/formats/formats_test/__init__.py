"""A property test of the scan formats: what is written differently and means the same must train the same."""
