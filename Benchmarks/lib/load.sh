# Updates of one environment under constant load.
measure_load() {
    local updates=${UPDATES:-100} update load result errors=0 refused requests
    start_stage
    settle 1
    # Sixteen connections, each with a pause of 10 ms between requests: constant, and room for the updates.
    echo 'function delay() return 10 end' >"$stage/delay.lua"
    wrk --threads 1 --connections 16 --duration 3600s --timeout 10s --script "$stage/delay.lua" \
        --header 'Host: staging--shop.localhost' "http://127.0.0.1:$http_port/" >"$stage/wrk" 2>&1 &
    load=$!
    local began=$SECONDS
    for ((update = 1; update <= updates; update++)); do
        commit_page "$stage/slipway/work" "update $update"
        timed_push main staging "update $update" >/dev/null
    done
    # wrk reports what it has when it is interrupted.
    kill -INT "$load"
    wait "$load" || true
    result=$(<"$stage/wrk")
    requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' <<<"$result")
    refused=$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' <<<"$result")
    errors=$(sed -n 's/.*Socket errors: //p' <<<"$result" | grep -o '[0-9]*' | paste -sd+ | sed 's/^$/0/')
    verdict "failed requests during $updates updates" "$((${errors:-0} + ${refused:-0}))" 0 "" \
        "of $requests requests in $((SECONDS - began)) s"
    settle 1
}
