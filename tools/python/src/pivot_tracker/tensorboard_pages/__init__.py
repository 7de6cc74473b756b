"""TensorBoard's pages over PIVOT's data: no log folder, no copy, no waiting for files.

TensorBoard reads what it shows through one interface, `tensorboard.data.provider.DataProvider`, which its documentation calls
experimental but which TensorBoard 2.x has kept stable. There are two ways to stand behind it:

- a Python class in TensorBoard's own process;
- a gRPC service in another process, which `tensorboard --grpc_data_provider` asks, with a Python class of TensorBoard's own in
  between.

This package is the first. The gRPC service has no call for the newest value of each series, so that for every HParams table
TensorBoard asks it for whole series; it would be a second process to start, watch and end, on a port of its own, and it passes no
message of an error on. Both read the same data, so nothing is lost.

The modules: `command` is the program; `provider` answers TensorBoard; `sessions` lists the runs and keeps what was read until it
changes; `scalars`, `media`, `texts` and `hparams` say what TensorBoard sees of a session; `reading` calls the server. Only
`command`, `provider`, `media`, `texts` and `hparams` need TensorBoard to be installed.
"""
