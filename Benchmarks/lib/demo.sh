# The whole demo, set-up and clearing up included.
measure_demo() {
    local began=${EPOCHREALTIME/./} output seconds
    # As a user runs it: with the engine that answers on this machine, or else one of the demo's own.
    if output=$(env -u CONTAINERS_CONF "$program" demo --once --example "$PWD/examples/hello" 2>&1); then
        seconds=$(quotient $((${EPOCHREALTIME/./} - began)) 1000000)
    else
        echo "$output" >&2
        seconds=inf
    fi
    verdict "slipway demo --once" "$seconds" 30 s "from an empty directory to nothing left"
}
