internal import COneDNN

/// Loops over float32 memory, eight lanes at a time. Sums have a fixed order, so that they repeat bit for bit.
enum VectorMath {
    typealias Vector = SIMD8<Float>

    /// values[i] *= factors[i] for i in `range`.
    static func multiply(
        _ values: UnsafeMutablePointer<Float>, by factors: UnsafeMutablePointer<Float>, _ range: Range<Int>
    ) {
        for index in range {
            values[index] *= factors[index]
        }
    }

    /// sums[i] = kept sums[i] + factor values[i] for i in `range`; a `kept` of 0 forgets what was there, also NaN.
    static func blend(
        _ sums: UnsafeMutablePointer<Float>, times kept: Float, plus values: UnsafeMutablePointer<Float>,
        times factor: Float, _ range: Range<Int>
    ) {
        if kept == 0 {
            for index in range { sums[index] = factor * values[index] }
        } else {
            for index in range { sums[index] = kept * sums[index] + factor * values[index] }
        }
    }

    /// The sum of squares: eight partial sums in double precision, added in order of their lanes.
    static func sumOfSquares(_ values: UnsafeMutablePointer<Float>, count: Int) -> Double {
        var sums = SIMD8<Double>()
        let wholeCount = count & ~7
        var index = 0
        while index < wholeCount {
            let vector = SIMD8<Double>(load(values, index))
            sums += vector * vector
            index += 8
        }
        var total = orderedSum(sums)
        while index < count {
            total += Double(values[index]) * Double(values[index])
            index += 1
        }
        return total
    }

    /// Whether no element is infinite or NaN.
    static func isFinite(_ values: UnsafeMutablePointer<Float>, count: Int) -> Bool {
        var zeros = Vector()
        let wholeCount = count & ~7
        var index = 0
        while index < wholeCount {
            zeros += load(values, index) * 0
            index += 8
        }
        var total = zeros.sum()
        while index < count {
            total += values[index] * 0
            index += 1
        }
        return total == 0
    }

    /// The eight floats at `index`.
    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> Vector {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Vector.self)
    }

    /// The eight floats at `index`.
    @inline(__always)
    static func load(_ pointer: UnsafeMutablePointer<Float>, _ index: Int) -> Vector {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Vector.self)
    }

    /// Stores eight floats at `index`.
    @inline(__always)
    static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
        UnsafeMutableRawPointer(pointer + index).storeBytes(of: vector, as: Vector.self)
    }

    /// The square root of each lane, as IEEE 754 rounds it.
    @inline(__always)
    static func squareRoot(_ vector: Vector) -> Vector {
        var result = vector
        withUnsafeMutableBytes(of: &result) { bytes in
            if let base = bytes.baseAddress { pivot_square_root_8(base.assumingMemoryBound(to: Float.self)) }
        }
        return result
    }

    /// The lanes added in order.
    @inline(__always)
    static func orderedSum(_ lanes: SIMD8<Double>) -> Double {
        var total = lanes[0]
        for lane in 1..<8 {
            total += lanes[lane]
        }
        return total
    }

    /// e^x, relative error about 1e-7; not below e^-87 nor above e^88; NaN stays NaN.
    @inline(__always)
    static func exponential(_ x: Vector) -> Vector {
        let clamped = x.clamped(lowerBound: Vector(repeating: -87), upperBound: Vector(repeating: 88))
        let rounding = Vector(repeating: 12_582_912)
        let scaled = clamped * 1.442_695_04 + rounding
        let whole = scaled - rounding
        var rest = clamped - whole * 0.693_359_375
        rest += whole * 2.121_944_4e-4
        var sum = Vector(repeating: 1.987_569_1e-4)
        sum = sum * rest + 1.398_199_9e-3
        sum = sum * rest + 8.333_452e-3
        sum = sum * rest + 4.166_579_6e-2
        sum = sum * rest + 0.166_666_65
        sum = sum * rest + 0.5
        let mantissa = sum * rest * rest + rest + 1
        // The low bits of `scaled` are the whole number; adding them to the exponent multiplies by its power of two.
        let bits = unsafeBitCast(scaled, to: SIMD8<UInt32>.self) &<< 23
        let result = unsafeBitCast(unsafeBitCast(mantissa, to: SIMD8<UInt32>.self) &+ bits, to: Vector.self)
        return result.replacing(with: x, where: x .!= x)
    }

    /// log(1 + x) for x in 0...1, relative error about 1e-7: 2 artanh(x / (2 + x)).
    @inline(__always)
    static func logarithmOfOnePlus(_ x: Vector) -> Vector {
        let s = x / (x + 2)
        let square = s * s
        var sum = Vector(repeating: 1.0 / 15)
        sum = sum * square + Float(1.0 / 13)
        sum = sum * square + Float(1.0 / 11)
        sum = sum * square + Float(1.0 / 9)
        sum = sum * square + Float(1.0 / 7)
        sum = sum * square + Float(1.0 / 5)
        sum = sum * square + Float(1.0 / 3)
        return 2 * s * (sum * square + 1)
    }

    /// The natural logarithm of positive normal numbers, absolute error about 1e-7.
    @inline(__always)
    static func logarithm(_ x: Vector) -> Vector {
        let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
        // Offsetting by the bits of sqrt(1/2) leaves a mantissa in sqrt(1/2) ..< sqrt(2).
        let offset = bits &- SIMD8<Int32>(repeating: 0x3F35_04F3)
        let exponent = offset &>> 23
        let mantissaBits = bits &- (exponent &<< 23)
        let mantissa = unsafeBitCast(mantissaBits, to: Vector.self)
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var sum = Vector(repeating: 1.0 / 9)
        sum = sum * square + Float(1.0 / 7)
        sum = sum * square + Float(1.0 / 5)
        sum = sum * square + Float(1.0 / 3)
        let small = 2 * s * (sum * square + 1)
        return Vector(exponent) * 0.693_147_18 + small
    }
}
