import Glibc

/// The command line of `slipway-simulation`; formed in a function, so that nothing here belongs to the main actor.
exit(Command.run(Array(CommandLine.arguments.dropFirst())))
