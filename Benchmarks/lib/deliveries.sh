# Deliveries: signed pushes of a Git host, each durable before its 202, beside adnanh/webhook, which keeps nothing.

# start_intake: a daemon that has one project and neither engine nor Caddy, and webhook with the same secret.
start_intake() {
    [ -z "${intake:-}" ] || return 0
    intake=$(mktemp -d /tmp/slipway-bench-XXXXXX)
    trap stop_intake EXIT
    intake_port=$((17000 + $$ % 100 * 8)) webhook_port=$((17001 + $$ % 100 * 8))
    printf secret >"$intake/secret"
    chmod 600 "$intake/secret"
    git init --quiet --bare "$intake/shop.git"
    cat >"$intake/config.yml" <<END
state: $intake/state
listen: 127.0.0.1:$intake_port
socket: $intake/slipway.sock
runtime: { socket: $intake/no-engine.sock }
router: { domain: localhost, caddy: http://127.0.0.1:$((webhook_port + 1)) }
projects:
  - { repository: file://$intake/shop.git, name: shop, host: github, webhook_secret: { file: $intake/secret } }
END
    # Its rules are checked in order: the signature, then one that no push meets, so that no command is started.
    cat >"$intake/hooks.json" <<END
[{"id":"shop","execute-command":"/bin/true","trigger-rule":{"and":[
  {"match":{"type":"payload-hmac-sha256","secret":"secret","parameter":{"source":"header","name":"X-Hub-Signature-256"}}},
  {"match":{"type":"value","value":"never","parameter":{"source":"payload","name":"ref"}}}]}}]
END
    export BODY="$here/deliveries/push.json"
    SIGNATURE=$(openssl dgst -sha256 -hmac secret -r "$BODY" | cut -d' ' -f1)
    export SIGNATURE
    webhook -hooks "$intake/hooks.json" -ip 127.0.0.1 -port "$webhook_port" >"$intake/webhook.log" 2>&1 &
    webhook=$!
    start_intake_daemon
    until port_is_open "$webhook_port"; do pause 0.05; done
}

start_intake_daemon() {
    "$program" serve --config "$intake/config.yml" >>"$intake/log" 2>&1 &
    intake_daemon=$!
    until port_is_open "$intake_port"; do pause 0.05; done
}

port_is_open() { { : >"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; }

# pushes RUN SECONDS PORT PATH: wrk's figures line for signed pushes.
pushes() {
    RUN=$1 ACCEPTED="$intake/accepted" wrk --threads 1 --connections 64 --duration "$2s" --timeout 10s --latency \
        --script "$here/deliveries/push.lua" "http://127.0.0.1:$3$4" >"$intake/wrk" 2>&1 || true
    grep '^figures' "$intake/wrk" || { cat "$intake/wrk" >&2; return 1; }
}

# figure NAME LINE
figure() { sed -n "s/.* $1=\([0-9.]*\).*/\1/p" <<<"$2"; }

measure_deliveries() {
    local rounds=${ROUNDS:-5} seconds=${DELIVERY_SECONDS:-10} round ours theirs rates=() tails=() us=() them=()
    local before our_cost their_cost costs=()
    start_intake
    # The first round warms both up and does not count.
    for ((round = 0; round <= rounds; round++)); do
        before=$(processor "$webhook")
        theirs=$(pushes "w$round-$$" "$seconds" "$webhook_port" /hooks/shop)
        their_cost=$(quotient "$(($(processor "$webhook") - before))" "$(figure requests "$theirs")")
        before=$(processor "$intake_daemon")
        ours=$(pushes "s$round-$$" "$seconds" "$intake_port" /hooks/shop)
        our_cost=$(quotient "$(($(processor "$intake_daemon") - before))" "$(figure requests "$ours")")
        note "round $round: webhook ${theirs#figures } cpu=$their_cost us"
        note "round $round: slipway ${ours#figures } cpu=$our_cost us"
        ((round > 0)) || continue
        costs+=("$(quotient "$our_cost" "$their_cost")")
        us+=("$(quotient "$(figure requests "$ours")" "$(figure seconds "$ours")")")
        them+=("$(quotient "$(figure requests "$theirs")" "$(figure seconds "$theirs")")")
        rates+=("$(quotient "${them[-1]}" "${us[-1]}")")
        tails+=("$(quotient "$(figure p99 "$ours")" "$(figure p99 "$theirs")")")
    done
    verdict "webhook's deliveries per second / ours" "$(median "${rates[@]}")" 0.667 x \
        "$(median "${them[@]}") against $(median "${us[@]}") per second, medians of $rounds; ours are on disk"
    verdict "p99 of a delivery / webhook's" "$(median "${tails[@]}")" 0.5 x "64 connections, 6.4 KB signed pushes"
    note "CPU of a delivery / webhook's: $(median "${costs[@]}"), children counted"
}

# processor PID: the processor time of a process and of its ended children, in microseconds; see proc(5).
processor() { awk -v t="$(ticks "$1")" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%d", t * 1000000 / hz}'; }

# A minute of deliveries, kill -9 amid them, and every 202 that the client has seen is a row.
measure_kept() {
    local seconds=${KEPT_SECONDS:-60} line accepted stored check
    start_intake
    pushes "k-$$" "$((seconds + 3))" "$intake_port" /hooks/shop >"$intake/figures" &
    line=$!
    pause "$seconds"
    kill -KILL "$intake_daemon"
    wait "$intake_daemon" 2>/dev/null || true
    wait "$line" || true
    accepted=$(<"$intake/accepted")
    # Settled ones beyond a limit are trimmed; the last number counts every row there ever was, since duplicates take none.
    stored=$(sqlite3 "$intake/state/slipway.db" "SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'")
    check=$(sqlite3 "$intake/state/slipway.db" 'PRAGMA integrity_check')
    verdict "202s that are not in the database after kill -9" \
        "$((accepted > stored || accepted == 0 ? accepted - stored + 1 : 0))" 0 "" "$accepted answered 202 in $seconds s, $stored rows, integrity $check"
    start_intake_daemon
}

# build_probe: what measures from outside, and where it is; PROBE names one that is built already.
build_probe() {
    probe="${PROBE:-$PWD/.build/release/slipway-benchmarks}"
    [ -n "${PROBE:-}" ] || swift build -c release --product slipway-benchmarks --static-swift-stdlib >/dev/null
}

# The p99 of one good client, without and with a thousand slow ones.
measure_slow() {
    local rounds=${ROUNDS:-5} round before after added=() slow
    build_probe
    start_intake
    for ((round = 0; round <= rounds; round++)); do
        before=$(good_client "g$round-$$")
        coproc slow_clients { exec "$probe" slow "$intake_port" 1000; }
        slow=$slow_clients_PID
        IFS= read -r line <&"${slow_clients[0]}"
        after=$(good_client "h$round-$$")
        exec {slow_clients[1]}>&-
        wait "$slow" || true
        note "round $round: p99 $before ms alone, $after ms beside 1000 slow clients ($line)"
        ((round > 0)) || continue
        added+=("$(awk -v a="$after" -v b="$before" 'BEGIN {printf "%.3f", a - b}')")
    done
    verdict "p99 that 1,000 slow clients add" "$(median "${added[@]}")" 20 ms "one good client; a byte a second from each slow one"
}

# Whether a refusal takes longer the more of a signature or token is right.
measure_timing() {
    local name statistic
    build_probe
    while read -r name statistic; do
        verdict "time of a wrong guess tells, by $name" "$statistic" 4.5 "|t|" "300,000 of each of two guesses, in random order"
    done < <("$probe" timing)
}

# good_client RUN: the p99 of deliveries of one client, in milliseconds.
good_client() {
    RUN=$1 wrk --threads 1 --connections 1 --duration "${SLOW_SECONDS:-8}s" --latency --script "$here/deliveries/push.lua" \
        "http://127.0.0.1:$intake_port/hooks/shop" >"$intake/wrk" 2>&1 || true
    figure p99 "$(grep '^figures' "$intake/wrk")"
}

# One round over 1,000 repositories on a Git server with nothing new, against git ls-remote for each.
measure_polling() {
    local count=${REPOSITORIES:-1000} directory number round theirs their_time server stamp look_time look_cost
    start_intake
    directory="$intake/polling"
    mkdir -p "$directory/served"
    repositories "$directory/served" "$count"
    git daemon --base-path="$directory/served" --export-all --reuseaddr --listen=127.0.0.1 --port=$((webhook_port + 2)) \
        --max-connections=64 >"$directory/git.log" 2>&1 &
    server=$!
    pids+=("$server")
    until port_is_open $((webhook_port + 2)); do pause 0.05; done
    {
        echo "state: $directory/state"
        echo "listen: 127.0.0.1:$((webhook_port + 3))"
        echo "socket: $directory/slipway.sock"
        echo "runtime: { socket: $directory/no-engine.sock }"
        echo "router: { domain: localhost, caddy: http://127.0.0.1:$((webhook_port + 1)) }"
        echo "poll: { interval: 30s }"
        echo "projects:"
        for ((number = 1; number <= count; number++)); do
            echo "  - { repository: git://127.0.0.1:$((webhook_port + 2))/p$number.git, name: p$number }"
        done
    } >"$directory/config.yml"
    # The first daemon finds what there is; the others have nothing new to find. Their start counts as part of the round.
    look "$directory" first "$count"
    local times=() costs=()
    for ((round = 1; round <= ${POLLING_ROUNDS:-3}; round++)); do
        look "$directory" "round-$round" "$count"
        stamp=${EPOCHREALTIME/./}
        their_time=$({ TIMEFORMAT='%U %S'; time for ((number = 1; number <= count; number++)); do
            git ls-remote "git://127.0.0.1:$((webhook_port + 2))/p$number.git" >/dev/null
        done; } 2>&1 | awk 'END {printf "%d", ($1 + $2) * 1000000}')
        theirs=$((${EPOCHREALTIME/./} - stamp))
        times+=("$(quotient "$look_time" "$theirs")")
        costs+=("$(quotient "$look_cost" "$their_time")")
        note "round $round: $((look_time / 1000)) ms, $((look_cost / 1000)) ms of CPU against $((theirs / 1000)) ms," \
            "$((their_time / 1000)) ms of CPU"
    done
    kill "$server"
    verdict "a look at $count repositories / git ls-remote, time" "$(median "${times[@]}")" 0.1 x \
        "medians of ${#times[@]} rounds"
    verdict "a look at $count repositories / git ls-remote, CPU" "$(median "${costs[@]}")" 1 x \
        "children counted, the server's on neither side"
}

# look DIRECTORY NAME COUNT: starts a daemon, waits for its first look at everything, and ends it; sets look_time and
# look_cost, in microseconds.
look() {
    local stamp=${EPOCHREALTIME/./} daemon
    "$program" serve --verbose --config "$1/config.yml" >"$1/$2.log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    await_listed "$1/$2.log" "$3"
    look_time=$((${EPOCHREALTIME/./} - stamp))
    look_cost=$(processor "$daemon")
    # What the first one has found is to be on record before it ends.
    [ "$2" != first ] || pause 5
    kill "$daemon"
    wait "$daemon" 2>/dev/null || true
}

# await_listed LOG COUNT: until that many listings were taken, as the daemon's log has it.
await_listed() {
    local end=$((SECONDS + 300))
    until [ "$(sed -n 's/.*listed \([0-9]*\) repositories.*/\1/p' "$1" | awk '{n += $1} END {print n + 0}')" -ge "$2" ]; do
        ((SECONDS < end)) || { echo "bench: the repositories are not listed within five minutes" >&2; return 1; }
        pause 0.02
    done
}

# repositories DIRECTORY COUNT: bare repositories with ten branches each.
repositories() {
    local number branch
    git init --quiet "$1/clone"
    git -C "$1/clone" -c user.name=Bench -c user.email=bench@example.com commit --quiet --allow-empty --message First
    for branch in 1 2 3 4 5 6 7 8 9; do git -C "$1/clone" branch "topic-$branch"; done
    git clone --quiet --bare "$1/clone" "$1/p1.git"
    rm -rf "$1/p1.git/hooks"
    git -C "$1/p1.git" pack-refs --all
    for ((number = 2; number <= $2; number++)); do cp -r "$1/p1.git" "$1/p$number.git"; done
}

stop_intake() {
    local pid
    for pid in "${pids[@]:-}"; do [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; done
    trap - EXIT
    [ -z "${stage:-}" ] || stop_stage
    kill "${intake_daemon:-}" "${webhook:-}" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -n "${KEEP:-}" ] && note "left behind: $intake" || rm -rf "$intake"
}
