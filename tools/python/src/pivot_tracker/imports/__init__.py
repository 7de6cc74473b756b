"""Runs of other trackers as sessions: `python -m pivot_tracker import`, or `pivot-import`.

`source` says what a run is whatever it comes from; `tensorboard`, `csv_files`, `mlflow_stores` and `wandb_files` read runs, each
with the modules of the same first word; `session_import` brings one to the server; `command` is the program.
"""
