/// The pages the proxy shows by itself. They name nothing but what the visitor typed.
enum CaddyPages {
    /// For a host that belongs to no environment.
    static let unknownHost = page(
        title: "Nothing runs here",
        text: "No environment answers to this address. It may not be deployed yet, or it has been removed.")

    /// For a host whose containers do not answer.
    static let unavailable = page(
        title: "Not available",
        text: "The application behind this address does not answer at the moment. Please try again shortly.")

    static let headers = ["Content-Type": ["text/html; charset=utf-8"], "Cache-Control": ["no-store"]]

    private static func page(title: String, text: String) -> String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" \
        content="width=device-width"><title>\(title)</title><style>body{font:1rem/1.5 system-ui,sans-serif;\
        max-width:32rem;margin:20vh auto;padding:0 1rem;color:#222}@media(prefers-color-scheme:dark)\
        {body{background:#111;color:#ddd}}</style></head><body><h1>\(title)</h1><p>\(text)</p></body></html>

        """
    }
}
