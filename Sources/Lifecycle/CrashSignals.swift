import Glibc

/// What the signal handler writes: 12 bytes, so that one pwrite(2) does it.
struct CrashNote {
    /// "boom": there is a note.
    static var mark: Int32 { 0x626f_6f6d }

    let mark = Self.mark
    let signal: Int32
    let slot: Int32
}

/// Notes, when this process traps or aborts, which task did.
///
/// What runs in the handler does not allocate and takes no lock: it reads a thread's value, else the task-local one
/// (a walk along the task's own list), and writes 12 bytes. Then the former action takes over: Swift's backtrace where
/// it is switched on, or the end of the process.
enum CrashSignals {
    private static var numbers: [Int32] { [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] }

    /// Installs the handler; it writes to the descriptor, which must stay open.
    static func watch(descriptor: Int32) {
        ThreadSlot.prepare()
        handlerState.pointee.descriptor = descriptor
        AlternateStack.ensure()
        for number in numbers {
            var action = sigaction()
            action.__sigaction_handler.sa_sigaction = { number, info, _ in witnessed(number, info) }
            action.sa_flags = SA_SIGINFO | SA_ONSTACK
            sigemptyset(&action.sa_mask)
            sigaction(number, &action, &handlerState.pointee.former[Int(number)])
        }
    }
}

/// What the handler needs. Nothing in it is computed when it is first used.
private struct HandlerState {
    var descriptor: Int32
    /// By signal number; glibc's largest of those watched is 11.
    let former: UnsafeMutablePointer<sigaction>
}

// Written before the handler is installed, and only read in it.
private nonisolated(unsafe) let handlerState: UnsafeMutablePointer<HandlerState> = {
    let former = UnsafeMutablePointer<sigaction>.allocate(capacity: 32)
    former.initialize(repeating: sigaction(), count: 32)
    let state = UnsafeMutablePointer<HandlerState>.allocate(capacity: 1)
    state.initialize(to: HandlerState(descriptor: -1, former: former))
    return state
}()

private func witnessed(_ number: Int32, _ info: UnsafeMutablePointer<siginfo_t>?) {
    let state = handlerState.pointee
    // sigaction(2): a positive code is the kernel's, for what this thread did; SI_TKILL is abort(3)'s, sent by ourselves.
    // Anything else came from outside: a person, or systemd's watchdog.
    let code = info?.pointee.si_code ?? 0
    let isOwn = code > 0 || (code == -6 && info?.pointee._sifields._kill.si_pid == getpid())
    if isOwn {
        var slot = ThreadSlot.value
        if slot == CrashWitness.none { slot = CrashWitness.slot }
        var note = CrashNote(signal: number, slot: slot)
        _ = withUnsafeBytes(of: &note) { bytes in
            pwrite(state.descriptor, bytes.baseAddress, bytes.count, off_t(WitnessTable.noteOffset))
        }
    }
    if isOwn {
        // A trap happens again when this returns, and abort(3) raises its signal anew: then the former action takes over.
        sigaction(number, &state.former[Int(number)], nil)
    } else {
        // What came from outside does not happen again. Swift's own action would let the process live on.
        signal(number, SIG_DFL)
        raise(number)
    }
}

/// The slot of a thread that runs a body for a task without being the task's.
enum ThreadSlot {
    // Made once, before the handler is installed; afterwards only read.
    private nonisolated(unsafe) static var key: pthread_key_t?

    static func prepare() {
        var made = pthread_key_t()
        if pthread_key_create(&made, nil) == 0 { key = made }
    }

    static var value: Int32 {
        guard let key else { return CrashWitness.none }
        return Int32(truncatingIfNeeded: Int(bitPattern: pthread_getspecific(key)) - 1)
    }

    static func set(_ slot: Int32) {
        guard let key else { return }
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: Int(slot) + 1))
    }
}

/// Room for the handler where a thread has used up its stack: without it, the kernel kills in silence.
enum AlternateStack {
    private static let byteCount = 64 << 10

    // A thread's stack is freed when the thread ends: pthread_key_create(3).
    private static let key: pthread_key_t? = {
        var made = pthread_key_t()
        let status = pthread_key_create(&made) { stack in
            var off = stack_t()
            off.ss_flags = Int32(SS_DISABLE)
            sigaltstack(&off, nil)
            munmap(stack, byteCount)
        }
        return status == 0 ? made : nil
    }()

    /// Sees that the calling thread has one.
    static func ensure() {
        guard let key, pthread_getspecific(key) == nil else { return }
        // Pages of its own: they become memory when something is written there, which is never but in a crash.
        let protection = PROT_READ | PROT_WRITE
        guard let room = mmap(nil, byteCount, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0),
            room != MAP_FAILED
        else { return }
        var stack = stack_t()
        stack.ss_sp = room
        stack.ss_size = byteCount
        guard sigaltstack(&stack, nil) == 0 else {
            munmap(room, byteCount)
            return
        }
        pthread_setspecific(key, room)
    }
}
