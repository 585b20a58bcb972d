import SQLite
import Testing

struct SQLiteErrorTests {
    @Test func showsTheWordsThenTheCallAndTheCode() {
        let error = SQLiteError(code: .full, call: "sqlite3_step", message: "database or disk is full")
        #expect("\(error)" == "database or disk is full (sqlite3_step, code 13)")
    }

    @Test func matchesAnExtendedCodeByItsPrimaryOne() {
        let uniqueness = SQLiteError.Code(rawValue: 2067)
        #expect(uniqueness.primary == .constraint)
        #expect(SQLiteError.Code.constraint ~= uniqueness)
        #expect(!(uniqueness ~= .constraint))
    }

    @Test func keepsForeignCodesApart() {
        let foreign = SQLiteError.Code(rawValue: -1)
        #expect(foreign.primary == foreign)
        #expect(!(SQLiteError.Code.full ~= foreign))
    }
}
