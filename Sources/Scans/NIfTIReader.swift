import TrainingConfiguration

/// Reads volumes of the NIfTI-1 format (single files, either byte order), three-dimensional, of integers or floats.
enum NIfTIReader {
    private static let headerByteCount = 348

    /// The image in the bytes of an uncompressed `.nii` file.
    static func image(_ bytes: [UInt8], file: String) throws(ScanError) -> ScanImage {
        try withFields(bytes, file: file) { fields throws(ScanError) in try image(fields, file: file) }
    }

    private static func withFields<Result>(
        _ bytes: [UInt8], file: String, _ body: (HeaderFields) throws(ScanError) -> Result
    ) throws(ScanError) -> Result {
        guard !bytes.starts(with: [0x1F, 0x8B]) else {
            throw ScanError(.malformed, file: file, "the file is packed by gzip; its name must end with .nii.gz")
        }
        guard bytes.count >= headerByteCount else {
            throw ScanError(
                .malformed, file: file, "the file has \(bytes.count) bytes; a NIfTI header has \(headerByteCount)")
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(ScanError) in
            let raw = UnsafeRawBufferPointer(buffer)
            let isBigEndian = UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self)) == UInt32(headerByteCount)
            let fields = HeaderFields(bytes: raw, isBigEndian: isBigEndian)
            guard fields.integer(0) == headerByteCount, Array(raw[344..<348]) == Array("n+1\0".utf8) else {
                throw ScanError(
                    .malformed, file: file,
                    "sizeof_hdr and magic are not those of a single NIfTI-1 file, 348 and n+1")
            }
            return try body(fields)
        }
    }

    private static func size(_ fields: HeaderFields, file: String) throws(ScanError) -> VolumeSize {
        let dimensionCount = fields.short(40)
        guard (3...7).contains(dimensionCount),
            (4...7).allSatisfy({ $0 > dimensionCount || fields.short(40 + 2 * $0) == 1 })
        else {
            throw ScanError(
                .unsupported, file: file, "dim[0] is \(dimensionCount); only three-dimensional volumes are supported")
        }
        return try ScanImage.size(
            width: fields.short(42), height: fields.short(44), depth: fields.short(46), file: file)
    }

    private static func image(_ fields: HeaderFields, file: String) throws(ScanError) -> ScanImage {
        let size = try size(fields, file: file)
        guard let type = voxelType(fields.short(70)) else {
            throw ScanError(
                .unsupported, file: file,
                "datatype is \(fields.short(70)); it must be 2, 4, 8, 16, 64, 256, 512, 768, 1024 or 1280 (an integer or float)"
            )
        }
        let start = fields.float(108)
        let byteCount = size.voxelCount * type.byteCount
        guard start >= 348, start <= 0x1p30, fields.bytes.count - Int(start) >= byteCount else {
            throw ScanError(
                .malformed, file: file,
                "the file ends before its voxels: vox_offset is \(start), dim and datatype need \(byteCount) bytes, "
                    + "and the file has \(fields.bytes.count)")
        }
        let data = UnsafeRawBufferPointer(rebasing: fields.bytes[Int(start)..<Int(start) + byteCount])
        let values: [Float]
        do throws(VoxelFault) {
            values = try type.values(in: data, isBigEndian: fields.isBigEndian, scaling: scaling(fields))
        } catch {
            throw ScanError(
                .unsupported, file: file,
                "\(error.description) (datatype \(fields.short(70)), scl_slope \(fields.float(112)), scl_inter "
                    + "\(fields.float(116))); store the voxels as float32 or as a smaller integer")
        }
        return ScanImage(
            volume: Volume(size: size, values: values), geometry: try geometry(fields, size: size, file: file))
    }

    /// The size and place of the voxels, from the beginning of an uncompressed `.nii` file.
    static func geometry(_ bytes: [UInt8], file: String) throws(ScanError) -> ScanGeometry {
        try withFields(bytes, file: file) { fields throws(ScanError) in
            try geometry(fields, size: try size(fields, file: file), file: file)
        }
    }

    private static func geometry(
        _ fields: HeaderFields, size: VolumeSize, file: String
    ) throws(ScanError) -> ScanGeometry {
        guard let placement = placement(fields, unit: try millimetres(fields, file: file)) else {
            throw ScanError(
                .malformed, file: file,
                "srow, quatern and pixdim must span three directions; voxels need steps in mm along three axes")
        }
        return ScanGeometry(size: size, placement: placement, world: .rightAnteriorSuperior)
    }

    /// The map from stored numbers to intensities; nil for none: a slope of 0 means that.
    private static func scaling(_ fields: HeaderFields) -> VoxelType.Scaling? {
        let scaling = VoxelType.Scaling(slope: fields.float(112), intercept: fields.float(116))
        guard scaling.slope != 0, scaling.slope.isFinite, scaling.intercept.isFinite,
            scaling != VoxelType.Scaling()
        else { return nil }
        return scaling
    }

    /// The length in mm of the unit of places, the lowest three bits of `xyzt_units`; 0 says none, and mm is meant.
    private static func millimetres(_ fields: HeaderFields, file: String) throws(ScanError) -> Double {
        switch fields.bytes[123] & 7 {
        case 0, 2: return 1
        case 1: return 1000
        case 3: return 0.001
        case let code:
            throw ScanError(
                .unsupported, file: file,
                "xyzt_units names the unit \(code) of length; it must be 1 (m), 2 (mm) or 3 (µm)")
        }
    }

    private static func voxelType(_ code: Int) -> VoxelType? {
        switch code {
        case 2: .uint8
        case 4: .int16
        case 8: .int32
        case 16: .float32
        case 64: .float64
        case 256: .int8
        case 512: .uint16
        case 768: .uint32
        case 1024: .int64
        case 1280: .uint64
        default: nil
        }
    }

    /// The s-form if it is set, else the q-form, else the voxel sizes alone, as the format's definition ranks them.
    private static func placement(_ fields: HeaderFields, unit: Double) -> VoxelPlacement? {
        let sizes = (1...3).map { unit * abs(fields.float(76 + 4 * $0)) }
        if fields.short(254) > 0 {
            let rows = (0..<3).map { row in (0..<4).map { unit * fields.float(280 + 16 * row + 4 * $0) } }
            return VoxelPlacement(
                origin: SIMD3(rows[0][3], rows[1][3], rows[2][3]),
                columns: (0..<3).map { SIMD3(rows[0][$0], rows[1][$0], rows[2][$0]) })
        }
        guard fields.short(252) > 0 else {
            return VoxelPlacement(
                origin: .zero,
                columns: [SIMD3(sizes[0], 0, 0), SIMD3(0, sizes[1], 0), SIMD3(0, 0, sizes[2])])
        }
        let (b, c, d) = (fields.float(256), fields.float(260), fields.float(264))
        let a = max(0, 1 - b * b - c * c - d * d).squareRoot()
        let handedness = fields.float(76) < 0 ? -1.0 : 1.0
        return VoxelPlacement(
            origin: unit * SIMD3(fields.float(268), fields.float(272), fields.float(276)),
            columns: [
                sizes[0] * SIMD3(a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)),
                sizes[1] * SIMD3(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)),
                handedness * sizes[2] * SIMD3(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c),
            ])
    }

    /// The header's numbers by their byte offsets.
    private struct HeaderFields {
        let bytes: UnsafeRawBufferPointer
        let isBigEndian: Bool

        func integer(_ offset: Int) -> Int {
            let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return Int(Int32(bitPattern: isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits)))
        }

        func short(_ offset: Int) -> Int {
            let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
            return Int(Int16(bitPattern: isBigEndian ? UInt16(bigEndian: bits) : UInt16(littleEndian: bits)))
        }

        func float(_ offset: Int) -> Double {
            let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return Double(Float(bitPattern: isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits)))
        }
    }
}
