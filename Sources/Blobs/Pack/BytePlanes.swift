/// Splits little-endian numbers into planes, one for each of their bytes, and joins them again.
///
/// Each number is first rotated left by one bit: so the sign, which is noise, moves to the lowest bit, and the highest
/// byte of a float32 or bfloat16 is its whole exponent, which is what compresses. Plane 0 holds the lowest bytes.
/// Bytes after the last whole number are kept as they are, after the planes.
///
/// The loops are written so that the compiler turns them into vector instructions.
package enum BytePlanes {
    /// Splits `source` into `destination`, which has as many bytes: `width` planes of `source.count / width` bytes,
    /// then the rest.
    package static func split(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer, transform: FrameTransform
    ) {
        precondition(destination.count == source.count, "splitting keeps the count")
        guard let input = source.baseAddress, let output = destination.baseAddress else { return }
        let count = source.count / transform.width
        switch transform {
        case .bytes: destination.copyMemory(from: source)
        case .planes2: split(input, output, count, UInt16.self)
        case .planes4: split(input, output, count, UInt32.self)
        case .planes8: split(input, output, count, UInt64.self)
        }
        for index in count * transform.width..<source.count { destination[index] = source[index] }
    }

    /// Joins `planes`, each of `destination.count / planes.count` bytes and in their order, into the numbers they came
    /// from; the bytes of `destination` after the last whole number stay as they are.
    package static func join(_ planes: [UnsafeRawPointer], into destination: UnsafeMutableRawBufferPointer) {
        guard let output = destination.baseAddress else { return }
        let count = destination.count / planes.count
        switch planes.count {
        case 2: join2(planes, output, count)
        case 4: join4(planes, output, count)
        case 8: join8(planes, output, count)
        default: preconditionFailure("there are 2, 4 or 8 planes")
        }
    }

    @inline(__always)
    private static func split<Number: FixedWidthInteger & UnsignedInteger>(
        _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ count: Int, _: Number.Type
    ) {
        let width = Number.bitWidth / 8
        let top = Number(Number.bitWidth - 1)
        let planes = output.assumingMemoryBound(to: UInt8.self)
        // 1024 numbers at a time stay in the first-level cache while each of their bytes goes to its plane.
        var start = 0
        while start < count {
            let end = min(start + 1024, count)
            for plane in 0..<width {
                let shift = Number(8 * plane)
                let target = planes + plane * count
                for index in start..<end {
                    let number = Number(
                        littleEndian: input.loadUnaligned(
                            fromByteOffset: index &* (Number.bitWidth / 8), as: Number.self))
                    target[index] = UInt8(truncatingIfNeeded: (number &<< 1 | number &>> top) &>> shift)
                }
            }
            start = end
        }
    }

    private static func join2(_ planes: [UnsafeRawPointer], _ output: UnsafeMutableRawPointer, _ count: Int) {
        let (a, b) = (bytes(planes[0]), bytes(planes[1]))
        for index in 0..<count {
            let number = UInt16(a[index]) | UInt16(b[index]) &<< 8
            output.storeBytes(
                of: (number &>> 1 | number &<< 15).littleEndian, toByteOffset: index &* 2, as: UInt16.self)
        }
    }

    private static func join4(_ planes: [UnsafeRawPointer], _ output: UnsafeMutableRawPointer, _ count: Int) {
        let (a, b, c, d) = (bytes(planes[0]), bytes(planes[1]), bytes(planes[2]), bytes(planes[3]))
        for index in 0..<count {
            let low = UInt32(a[index]) | UInt32(b[index]) &<< 8
            let number = low | UInt32(c[index]) &<< 16 | UInt32(d[index]) &<< 24
            output.storeBytes(
                of: (number &>> 1 | number &<< 31).littleEndian, toByteOffset: index &* 4, as: UInt32.self)
        }
    }

    private static func join8(_ planes: [UnsafeRawPointer], _ output: UnsafeMutableRawPointer, _ count: Int) {
        let (a, b, c, d) = (bytes(planes[0]), bytes(planes[1]), bytes(planes[2]), bytes(planes[3]))
        let (e, f, g, h) = (bytes(planes[4]), bytes(planes[5]), bytes(planes[6]), bytes(planes[7]))
        for index in 0..<count {
            let low = UInt64(a[index]) | UInt64(b[index]) &<< 8 | UInt64(c[index]) &<< 16 | UInt64(d[index]) &<< 24
            let high = UInt64(e[index]) | UInt64(f[index]) &<< 8 | UInt64(g[index]) &<< 16 | UInt64(h[index]) &<< 24
            let number = low | high &<< 32
            output.storeBytes(
                of: (number &>> 1 | number &<< 63).littleEndian, toByteOffset: index &* 8, as: UInt64.self)
        }
    }

    private static func bytes(_ plane: UnsafeRawPointer) -> UnsafePointer<UInt8> {
        plane.assumingMemoryBound(to: UInt8.self)
    }
}
