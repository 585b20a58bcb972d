// SubprocessTests
