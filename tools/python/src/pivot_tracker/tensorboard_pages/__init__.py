"""TensorBoard's pages over PIVOT's data: no log folder, no copy, no waiting for files.

TensorBoard reads what it shows through one interface, `tensorboard.data.provider.DataProvider`; it is called experimental there, and
2.20 and 2.21 have the same. There are two ways to stand behind it:

- a Python class in TensorBoard's own process;
- a gRPC service in another process, for `tensorboard --grpc_data_provider`, with a Python class of TensorBoard's own in between.

This package is the first. Both give the same pages, but the service would be a second process to start, watch and end, on a port of
its own, and TensorBoard passes only three kinds of its errors on: that PIVOT cannot be reached would be an internal error without
a word. In one process there is also one cache, which knows when the log has grown.

The modules: `command` is the program and `serving` TensorBoard's web server; `provider` answers TensorBoard; `sessions` lists the
runs and keeps what was read until it changes (`kept`); `scalars`, `media`, `texts` and `hparams` say what TensorBoard sees of a
session; `reading` calls the server. `command` tells how to install TensorBoard when it is missing.
"""
