import API
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOPosix
package import REST
import WebServer

/// Pages for people: the API's documentation, and a start page.
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
            Endpoint(.getDashboard) { _ in Self.page(Self.start) },
            Endpoint(.getAsset, asset),
        ]
    }

    @Sendable private func openAPI(_ call: Call) async throws -> Response {
        .json(try await contract.json(), headers: [.cacheControl: "no-cache"])
    }

    @Sendable private func asset(_ call: Call) async throws -> Response {
        let name = call.parameters["asset"] ?? ""
        let data = try await NIOThreadPool.singleton.runIfActive { [files] in files.asset(name) }
        guard let data else {
            throw APIError(
                .notFound, code: "not_found",
                message: "There is no asset '\(name)'. Run tools/fetch-assets to fetch those of the pages.",
                details: ["kind": "asset", "id": .string(name)])
        }
        let type = MediaType.getMediaType(forExtension: name.split(separator: ".").last.map(String.init) ?? "")
        return Response(
            status: .ok,
            headers: [
                .contentType: type?.description ?? "application/octet-stream",
                .cacheControl: "public, max-age=86400",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    private static func page(_ html: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                // Nothing is to leave this server.
                .contentSecurityPolicy: "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
                    + "script-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:; "
                    + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
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

    private static let start = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>PIVOT</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}
        table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
        </style></head>
        <body><h1>PIVOT</h1>
        <p>The experiment tracker is running. <a href="/docs">API reference</a> · <a href="/redoc">ReDoc</a> ·
        <a href="/api/v1/health/detailed">health</a> · <a href="/metrics">figures for Prometheus</a></p>
        <table id="sessions"><tr><th>Session</th><th>Status</th><th>Epoch</th><th>Progress</th></tr></table>
        <script>
        async function show() {
          const answer = await (await fetch("/api/v1/training/sessions?limit=50")).json();
          const table = document.getElementById("sessions");
          while (table.rows.length > 1) table.deleteRow(1);
          for (const session of answer.sessions) {
            const row = table.insertRow();
            const link = document.createElement("a");
            link.href = "/api/v1/training/sessions/" + session.session_id;
            link.textContent = session.session_name;
            row.insertCell().append(link);
            for (const text of [session.status, session.current_epoch + "/" + session.total_epochs,
                                (100 * session.progress).toFixed(1) + " %"]) row.insertCell().textContent = text;
          }
        }
        show(); setInterval(show, 3000);
        </script></body></html>
        """
}
