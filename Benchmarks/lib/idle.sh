# A daemon with 100 projects and nothing to do, with the children that look at the remotes.

# ticks PID: the processor time of a process and of its ended children, in clock ticks; see proc(5).
ticks() {
    local fields; fields=$(<"/proc/$1/stat")
    read -ra fields <<<"${fields##*) }"
    echo $((fields[11] + fields[12] + fields[13] + fields[14]))
}

measure_idle() {
    local seconds=${IDLE_SECONDS:-120} number idle directory before after resident
    start_stage
    directory="$stage/idle"
    mkdir "$directory"
    idle_config "$directory" 100
    "$program" serve --config "$directory/config.yml" >"$directory/log" 2>&1 &
    idle=$!
    pids+=("$idle")
    until [ "$(api_of "$directory" status | grep -o '"listedAt"' | wc -l)" -ge 100 ]; do pause 0.5; done
    pause 20
    before=$(ticks "$idle")
    pause "$seconds"
    after=$(ticks "$idle")
    resident=$(awk '/^VmRSS:/ {printf "%.1f", $2 / 1024}' "/proc/$idle/status")
    verdict "resident memory of an idle daemon" "$resident" 40 MiB "100 projects, polled every minute"
    verdict "CPU of an idle daemon, of one core" \
        "$(awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" 'BEGIN {printf "%.2f", 100 * t / hz / s}')" \
        1 % "over $seconds s, children included"
    kill "$idle"
    wait "$idle" || true
    curl --silent --unix-socket "$directory/state/caddy/admin.sock" --header 'Host: slipway' \
        --request POST http://slipway/stop || true
}

api_of() { curl --silent --unix-socket "$1/slipway.sock" "http://slipway/api/v1/$2"; }

# idle_config DIRECTORY COUNT: that many repositories, each with ten branches; none is asked to run anything.
idle_config() {
    local number work="$1/clone" branch
    git init --quiet "$work"
    echo 'FROM scratch' >"$work/Dockerfile"
    printf 'environments:\n  staging: false\n  production: false\n' >"$work/slipway.yml"
    git -C "$work" add --all
    git -C "$work" commit --quiet --message "First"
    for branch in 1 2 3 4 5 6 7 8 9; do git -C "$work" branch "topic-$branch"; done
    {
        echo "state: $1/state"
        echo "listen: 127.0.0.1:$((hook_port + 3))"
        echo "socket: $1/slipway.sock"
        echo "runtime: { socket: $stage/engine.sock }"
        echo "router: { domain: localhost, http: $((hook_port + 4)) }"
        echo "projects:"
        for ((number = 1; number <= $2; number++)); do
            git clone --quiet --bare "$work" "$1/project-$number.git"
            echo "  - { repository: file://$1/project-$number.git, name: project-$number }"
        done
    } >"$1/config.yml"
}
