"""A server for the checks, with data and configurations in temporary folders."""

import os
import pathlib
import tempfile

from server_process import ServerProcess


class Server(ServerProcess):
    """One server process, which must end cleanly."""

    def __init__(self, binary, configurations, settings=None):
        """Starts it and returns once it answers.

        `configurations` are texts by file name, put into the configuration root's `configs/`, or the path of a root;
        `settings` is the text of the server's own configuration file.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="pivot-guide-server-")
        folder = pathlib.Path(self._folder.name)
        arguments = ["--config-root", str(self._root(configurations, folder))]
        if settings is not None:
            (folder / "server.yaml").write_text(settings)
            arguments += ["--config", str(folder / "server.yaml")]
        super().__init__(binary, folder, *arguments)
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    @staticmethod
    def _root(configurations, folder):
        if isinstance(configurations, (str, os.PathLike)):
            return pathlib.Path(configurations)
        root = folder / "root"
        (root / "configs").mkdir(parents=True)
        for name, text in configurations.items():
            (root / "configs" / name).write_text(text)
        return root
