// WatcherTests
