import ArgumentParser

/// The secret by which receivers recognize what is sent.
package struct SecretOptions: ParsableArguments {
    @Flag(help: "Sign with the secret that standard input has as its only line; a terminal asks for it.")
    var secretStdin = false
    @Flag(help: "Have the server make a secret; it is shown once, now.")
    var generateSecret = false

    package init() {}

    package func validate() throws {
        guard !secretStdin || !generateSecret else {
            throw ValidationError("Give --secret-stdin or --generate-secret, not both.")
        }
    }

    /// What to send of it: the secret, or that the server makes one.
    func read() throws(CommandFailure) -> (secret: String?, isGenerated: Bool?) {
        (secretStdin ? try SecretInput.read() : nil, generateSecret ? true : nil)
    }

    /// What every help says of secrets.
    static let remark = """
        A secret is never an argument, since every user of the machine sees those: --secret-stdin reads it from standard \
        input.
        """
}
