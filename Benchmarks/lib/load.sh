# Updates of one environment under constant load.
measure_load() {
    local updates=${UPDATES:-100} update load result errors refused requests
    start_stage
    settle 1
    # Eight clients, each with a pause of 20 ms between requests: constant, and room for the updates. A connection for each
    # request: Caddy closes idle ones when its configuration changes, as HTTP allows, and wrk does not ask again.
    echo 'function delay() return 20 end' >"$stage/delay.lua"
    wrk --threads 1 --connections 8 --duration 3600s --timeout 10s --script "$stage/delay.lua" \
        --header 'Host: staging--shop.localhost' --header 'Connection: close' \
        "http://127.0.0.1:$http_port/" >"$stage/wrk" 2>&1 &
    load=$!
    local began=$SECONDS
    for ((update = 1; update <= updates; update++)); do
        commit_page "$stage/slipway/clone" "update $update"
        timed_push main staging "update $update" >/dev/null
    done
    # wrk reports what it has when it is interrupted.
    kill -INT "$load"
    wait "$load" || true
    result=$(<"$stage/wrk")
    requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' <<<"$result")
    refused=$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' <<<"$result")
    # Socket errors: connect 0, read 0, write 0, timeout 0
    errors=$(sed -n 's/.*Socket errors: connect \([0-9]*\), read \([0-9]*\), write \([0-9]*\), timeout \([0-9]*\)/\1+\2+\3+\4/p' \
        <<<"$result")
    verdict "failed requests during $updates updates" "$((${errors:-0} + ${refused:-0}))" 0 "" \
        "of $requests requests in $((SECONDS - began)) s"
    sed -n 's/^ *\(Socket errors.*\|Non-2xx.*\)/      \1/p' <<<"$result"
    settle 1
}
