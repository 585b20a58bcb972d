import Commands
import Glibc
import Watcher

// First and alone: a Git child starts in milliseconds, with nothing of the daemon in it.
if CommandLine.arguments.dropFirst().first == "git-child" { _exit(GitChild.run()) }
exit(await SlipwayCommand.main(Array(CommandLine.arguments.dropFirst())))
