// GitHosts
