package import Model
package import SQLite

extension Ledger {
    /// The image that was built for a key; it may be gone from the engine by now.
    package func image(builtFor key: Digest, project: ProjectName) throws(SQLiteError) -> ImageID? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                Self.imageQuery, [.text(project.rawValue), .text(key.hex)]
            ) { (row) throws(SQLiteError) in
                try row.required(0, of: "the image of build key '\(key.short)'") { ImageID($0) }
            }
        }
    }

    /// Remembers which image was built for a key.
    package func remember(image: ImageID, key: Digest, project: ProjectName) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT OR REPLACE INTO images (project, key, image) VALUES (?, ?, ?)",
                [.text(project.rawValue), .text(key.hex), .text(image.description)])
        }
    }

    /// Forgets an image that is gone, whatever it was built for.
    package func forget(image: ImageID) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("DELETE FROM images WHERE image = ?", [.text(image.description)])
        }
    }

    /// The images that were built for a project, newest first.
    package func images(of project: ProjectName) throws(SQLiteError) -> [ImageID] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT image FROM images WHERE project = ? ORDER BY number DESC", [.text(project.rawValue)]
            ) { (row) throws(SQLiteError) in
                try row.required(0, of: "an image of project '\(project)'") { ImageID($0) }
            }
        }
    }

    static let imageQuery = "SELECT image FROM images WHERE project = ? AND key = ?"
}
