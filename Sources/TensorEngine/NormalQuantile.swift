/// The inverse of the standard normal distribution function, by algorithm AS 241 (Wichura, 1988, PPND16), relative error
/// about 1e-16, with a logarithm of our own so that no bit depends on a mathematics library.
enum NormalQuantile {
    /// The quantile of `probability`, strictly between 0 and 1.
    static func value(at probability: Double) -> Double {
        let centered = probability - 0.5
        if centered.magnitude <= 0.425 {
            let r = 0.180625 - centered * centered
            return centered * polynomial(r, centralNumerator) / polynomial(r, centralDenominator)
        }
        let tail = centered < 0 ? probability : 1 - probability
        var r = (-logarithm(tail)).squareRoot()
        let value: Double
        if r <= 5 {
            r -= 1.6
            value = polynomial(r, middleNumerator) / polynomial(r, middleDenominator)
        } else {
            r -= 5
            value = polynomial(r, farNumerator) / polynomial(r, farDenominator)
        }
        return centered < 0 ? -value : value
    }

    /// The natural logarithm of a positive normal number: mantissa in sqrt(1/2) ..< sqrt(2), then 2 artanh of a small number.
    static func logarithm(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.414213562373095 {
            mantissa /= 2
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var sum = 0.0
        for denominator in stride(from: 23.0, through: 1, by: -2) {
            sum = sum * square + 1 / denominator
        }
        return 2 * s * sum + exponent * 0.6931471805599453
    }

    /// Coefficients are lowest power first.
    private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
        var sum = 0.0
        for coefficient in coefficients.reversed() {
            sum = sum * x + coefficient
        }
        return sum
    }

    private static let centralNumerator = [
        3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
        45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ]
    private static let centralDenominator = [
        1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
        39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
    ]
    private static let middleNumerator = [
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
    ]
    private static let middleDenominator = [
        1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
        0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ]
    private static let farNumerator = [
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
        0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ]
    private static let farDenominator = [
        1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4,
        1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ]
}
