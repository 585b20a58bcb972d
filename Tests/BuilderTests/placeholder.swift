// BuilderTests
