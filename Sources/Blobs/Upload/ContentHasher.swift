package import Tracking

/// The digests of a file and of the tensors in it, in one pass over the file's bytes.
package struct ContentHasher {
    private enum Hashers {
        /// Both at once.
        case together(file: BlockHasher, tensor: BlockHasher)
        /// One after the other, where the processor has no instructions for SHA-256.
        case inTurn(file: Digest.Hasher, tensor: Digest.Hasher)
    }

    private var hashers: Hashers

    /// Begins a file; by default with the processor's instructions where there are any.
    package init(usingInstructions: Bool = BlockHasher.isAvailable) {
        hashers =
            usingInstructions
            ? .together(file: BlockHasher(), tensor: BlockHasher())
            : .inTurn(file: Digest.Hasher(), tensor: Digest.Hasher())
    }

    /// Adds the file's next bytes, which are the next ones of the tensor as well if `isTensor`.
    package mutating func update(_ bytes: UnsafeRawBufferPointer, isTensor: Bool) {
        switch hashers {
        case .together(var file, var tensor):
            if isTensor { BlockHasher.update(&file, &tensor, bytes) } else { file.update(bytes) }
            hashers = .together(file: file, tensor: tensor)
        case .inTurn(var file, var tensor):
            file.update(bytes)
            if isTensor { tensor.update(bytes) }
            hashers = .inTurn(file: file, tensor: tensor)
        }
    }

    /// The digest of the tensor that ends here. The next one begins.
    package mutating func endTensor() -> Digest {
        switch hashers {
        case .together(let file, let tensor):
            hashers = .together(file: file, tensor: BlockHasher())
            return tensor.finalize()
        case .inTurn(let file, let tensor):
            hashers = .inTurn(file: file, tensor: Digest.Hasher())
            return tensor.finalize()
        }
    }

    /// The digest of the file as far as it has come.
    package func finalize() -> Digest {
        switch hashers {
        case .together(let file, _): file.finalize()
        case .inTurn(let file, _): file.finalize()
        }
    }
}
