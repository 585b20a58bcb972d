// GitHostsTests
