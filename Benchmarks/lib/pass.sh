# A pass over 1,000 environments with nothing to do.
measure_pass() {
    swift build -c release --product slipway-benchmarks --static-swift-stdlib >/dev/null
    local milliseconds; milliseconds=$(.build/release/slipway-benchmarks)
    verdict "CPU of a pass over 1,000 environments" "$milliseconds" 50 ms "nothing to do; median of 21 passes"
}
