import Glibc
import Watcher

if CommandLine.arguments.dropFirst().first == "git-child" { _exit(GitChild.run()) }
print("slipway")
