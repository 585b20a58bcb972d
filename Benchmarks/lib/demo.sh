# The whole demo, set-up and clearing up included.
measure_demo() {
    local began=${EPOCHREALTIME/./} output
    # As a user runs it: with the engine that answers on this machine, or else one of the demo's own.
    output=$(env -u CONTAINERS_CONF "$program" demo --once 2>&1) || { echo "$output" >&2; missed=1; }
    verdict "slipway demo --once" "$(quotient $((${EPOCHREALTIME/./} - began)) 1000000)" 30 s ""
}
