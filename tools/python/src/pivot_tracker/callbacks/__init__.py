"""Callbacks that log what frameworks train: `callbacks.lightning`, `callbacks.transformers`, `callbacks.keras`.

Each module imports its framework when it is imported itself, and none of them is imported with `pivot_tracker`. Their rules
are the same:
- They log into the session that they are given, or begin one of their own with the arguments of `pivot_tracker.session`.
  Only a session of their own is ended by them. Give them one of a `with` block to have a training that raises end as failed.
- A stop that was asked for ends the training at its next step, after a last checkpoint where checkpoints are kept.
- In a distributed training they log from rank 0 alone.
"""
