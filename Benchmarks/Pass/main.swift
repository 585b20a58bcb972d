// Prints the CPU time, in milliseconds, of a pass over 1,000 environments with nothing to do; or, as
// `slipway-benchmarks slow PORT COUNT`, is that many slow clients; or, as `slipway-benchmarks timing`, says whether the
// time of a refusal tells anything about a secret.
import Glibc
import Model

/// The process's CPU time so far, in milliseconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
}

if CommandLine.arguments.count == 4, CommandLine.arguments[1] == "slow", let port = Int(CommandLine.arguments[2]),
    let count = Int(CommandLine.arguments[3])
{
    SlowClients.run(port: port, count: count)
    exit(0)
}

if CommandLine.arguments.count == 2, CommandLine.arguments[1] == "timing" {
    Timing.run()
    exit(0)
}

// Twenty is the limit of previews in one project.
var pass = Pass(projects: World.projects(50, environments: 20))
let now = Timestamp(milliseconds: 3_000_000)
var times: [Double] = []
for _ in 0..<21 {
    let before = processorTime()
    let actions = pass.run(at: now)
    times.append(processorTime() - before)
    guard actions == 0 else {
        print("a pass with nothing to do found \(actions) things to do")
        exit(1)
    }
}
print((times.sorted()[times.count / 2] * 100).rounded() / 100)
