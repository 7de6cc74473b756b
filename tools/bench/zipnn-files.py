"""Compresses files with ZipNN, one after the other: `zipnn-files.py TYPE` prints `ready`, reads a JSON array of an operation
(`compress` or `decompress`), a file and the file to write from each line of standard input, and prints `done` when it is
written. TYPE is that of the numbers, such as `float32`."""

import json
import pathlib
import sys

from zipnn import ZipNN


def main():
    coder = ZipNN(input_format="byte", bytearray_dtype=sys.argv[1], threads=1)
    print("ready", flush=True)
    for line in sys.stdin:
        operation, source, target = json.loads(line)
        content = pathlib.Path(source).read_bytes()
        # The coder may change what it is given.
        result = coder.compress(bytearray(content)) if operation == "compress" else coder.decompress(content)
        pathlib.Path(target).write_bytes(result)
        print("done", flush=True)


if __name__ == "__main__":
    main()
