// DeployerTests
