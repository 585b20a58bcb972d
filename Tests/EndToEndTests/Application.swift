/// The small web application that is deployed: it serves one page, says so in its log, and ends at once when told to.
enum Application {
    /// Its files, but for the busybox that they need.
    static func files(page: String) -> [String: String] {
        ["Dockerfile": dockerfile(), "serve.sh": script, "page": page + "\n"]
    }

    /// Its Dockerfile, with more lines at the end.
    static func dockerfile(_ more: String...) -> String {
        let lines = [
            "FROM scratch",
            "COPY busybox /bin/busybox",
            "COPY busybox /bin/sh",
            "COPY serve.sh page /",
            "EXPOSE 8080",
            #"CMD ["/bin/sh", "/serve.sh"]"#,
        ]
        return (lines + more).joined(separator: "\n") + "\n"
    }

    /// What its container runs.
    static let script = """
        mkdir -p /www && cp /page /www/index.html && env > /www/env
        echo "serving $(cat /page)"
        httpd -f -p "$PORT" -h /www &
        trap 'kill $!; exit 0' TERM
        wait $!

        """

    /// A manifest that says more about the one service.
    static func manifest(_ fields: String...) -> String {
        "services:\n  web:\n    build: {}\n" + fields.map { "    \($0)\n" }.joined()
    }
}
