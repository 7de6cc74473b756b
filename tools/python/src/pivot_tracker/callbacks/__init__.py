"""Callbacks that log what frameworks train: `callbacks.lightning`, `callbacks.transformers`, `callbacks.keras`.

Each module imports its framework when it is imported itself, and none of them is imported with `pivot_tracker`. Their rules
are the same:
- They log to the session that they are given, or begin their own with the arguments of `pivot_tracker.session`. They end only
  a session of their own. Give them the session of a `with` block, so that a training that raises ends as failed.
- A requested stop ends the training at its next step, after a last checkpoint if checkpoints are kept.
- In a distributed training they log from rank 0 only.
"""
