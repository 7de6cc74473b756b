import ArgumentParser
import Transparency

/// The public keys of a log that somebody trusts.
package struct KeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The log's public key, or a file with it, from elsewhere than the log. May be repeated.", valueName: "key"))
    var key: [String] = []

    package init() {}

    /// The keys; none when the option was not given.
    func keys() throws(CommandFailure) -> [VerifierKey] { try TrustedKeys.parse(key) }
}
