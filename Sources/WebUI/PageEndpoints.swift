import API
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOPosix
package import REST
import WebServer

/// Pages for people: the tracker's page, and the API's documentation.
package struct PageEndpoints: Sendable {
    private let files: ProjectFiles
    private let contract: Contract

    package init(files: ProjectFiles) {
        self.files = files
        contract = Contract(files: files)
    }

    package var all: [Endpoint] {
        [
            Endpoint(.getOpenAPI, openAPI), Endpoint(.getOpenAPIUnderBase, openAPI),
            Endpoint(.getSwaggerUI) { _ in Self.page(Self.swaggerUI) },
            Endpoint(.getReDoc) { _ in Self.page(Self.reDoc) },
            Endpoint(.getDashboard, dashboard),
            Endpoint(.getAsset, asset),
        ]
    }

    @Sendable private func openAPI(_ call: Call) async throws -> Response {
        .json(try await contract.json(), headers: [.cacheControl: "no-cache"])
    }

    @Sendable private func dashboard(_ call: Call) async throws -> Response {
        guard let bundle = try await bundle() else { return Self.page(Self.start, policy: Self.strictPolicy) }
        return Self.answer(
            bundle.index, to: call,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
                .contentSecurityPolicy: Self.strictPolicy,
            ])
    }

    /// The page's files; nil when some are not there.
    private func bundle() async throws -> PageBundle? {
        if let kept = files.keptPage { return kept }
        return try await NIOThreadPool.singleton.runIfActive { [files] in files.page() }
    }

    /// A file of the page, packed as the client wants it, or only its validator when the client has it already.
    private static func answer(_ file: PageBundle.File, to call: Call, headers: HTTPFields) -> Response {
        var headers = headers
        let tag = EntityTag(file.tag, isWeak: true)
        headers[.eTag] = tag.headerValue
        headers[.vary] = "Accept-Encoding"
        if tag.isHeld(by: call.request.headers) { return Response(status: .notModified, headers: headers) }
        let coding = AnswerCoding(acceptedBy: call.request.headers)
        headers[.contentEncoding] = coding?.rawValue
        let bytes =
            switch coding {
            case .zstd: file.zstd
            case .gzip: file.gzip
            case nil: file.bytes
            }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    @Sendable private func asset(_ call: Call) async throws -> Response {
        let name = call.parameters["asset"] ?? ""
        if name.hasPrefix(PageBundle.prefix), let (path, file) = try await bundle()?.file(asset: name) {
            return Self.answer(
                file, to: call,
                headers: [.contentType: Self.type(of: path), .cacheControl: "public, max-age=31536000, immutable"])
        }
        let data = try await NIOThreadPool.singleton.runIfActive { [files] in files.asset(name) }
        guard let data else {
            throw APIError(
                .notFound, code: "not_found",
                message: "There is no asset '\(name)'. Run tools/fetch-assets to fetch those of the pages.",
                details: ["kind": "asset", "id": .string(name)])
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: Self.type(of: name),
                .cacheControl: "public, max-age=86400",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    private static func type(of name: String) -> String {
        let type = MediaType.getMediaType(forExtension: name.split(separator: ".").last.map(String.init) ?? "")
        return type?.description ?? "application/octet-stream"
    }

    /// The policy of the page at `/`: its own files, its server's answers, and nothing that stands in the document itself.
    private static let strictPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

    /// The policy of the API's documentation, whose libraries write styles into the document. Nothing is to leave this server.
    private static let documentationPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        + "script-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

    private static func page(_ html: String, policy: String = documentationPolicy) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: policy,
            ],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    private static let swaggerUI = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>PIVOT API</title>
        <link rel="stylesheet" href="/assets/swagger-ui/swagger-ui.css">
        <link rel="icon" type="image/png" href="/assets/swagger-ui/favicon-32x32.png"></head>
        <body><div id="ui">The assets of this page are missing: run tools/fetch-assets. The contract is at
        <a href="/openapi.json">/openapi.json</a>.</div>
        <script src="/assets/swagger-ui/swagger-ui-bundle.js"></script>
        <script>
        if (window.SwaggerUIBundle) SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true});
        </script></body></html>
        """

    private static let reDoc = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>PIVOT API</title><link rel="icon" href="data:,">
        <meta name="viewport" content="width=device-width, initial-scale=1"></head>
        <body style="margin:0"><noscript>This page needs JavaScript.</noscript>
        <redoc spec-url="/openapi.json"></redoc>
        <script src="/assets/redoc/redoc.standalone.js"></script>
        <script>
        if (!window.Redoc) document.body.textContent = "The assets of this page are missing: run tools/fetch-assets.";
        </script></body></html>
        """

    /// What stands at `/` while the page's files are not there.
    private static let start = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>PIVOT</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
        <body><h1>PIVOT</h1>
        <p>The experiment tracker is running, without its page: some files of the page are missing. Run
        <code>tools/fetch-assets</code> in the project's folder, set <code>PIVOT_HOME</code> to that folder unless the program
        lies in it, and start the server again.</p>
        <ul>
        <li><a href="/api/v1/training/sessions">the sessions</a>, as JSON</li>
        <li><a href="/docs">the API</a>, also as <a href="/redoc">one document</a></li>
        <li><a href="/api/v1/health/detailed">the server's health</a>, and <a href="/metrics">its telemetry</a></li>
        </ul></body></html>
        """
}
