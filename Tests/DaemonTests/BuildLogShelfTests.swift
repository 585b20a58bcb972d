import Glibc
import Model
import TestSupport
import Testing

@testable import Daemon

@Suite struct BuildLogShelfTests {
    @Test func keepsTheNewestAndWhatIsNoLogOfABuild() throws {
        let directory = try TemporaryDirectory()
        let (kept, old, fresh) = (Fixture.digest(1), Fixture.digest(2), Fixture.digest(3))
        for name in ["\(kept.hex).log", "\(old.hex).log", "\(fresh.hex).log", "notes.log", "instance"] {
            try directory.write("x", to: name)
        }
        for key in [kept, old] {
            var times = [timeval(tv_sec: 1_600_000_000, tv_usec: 0), timeval(tv_sec: 1_600_000_000, tv_usec: 0)]
            #expect(utimes(directory.path(of: "\(key.hex).log"), &times) == 0)
        }
        #expect(BuildLogShelf(directory: directory.path).keepOnly([kept]) == 1)
        #expect(access(directory.path(of: "\(old.hex).log"), F_OK) != 0)
        for name in ["\(kept.hex).log", "\(fresh.hex).log", "notes.log", "instance"] {
            #expect(access(directory.path(of: name), F_OK) == 0, "\(name)")
        }
    }
}
