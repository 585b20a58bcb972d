# A private Podman service, a daemon with its Caddy, a Caddy for the script, and a repository for each side.
stage=""
engine=() ; pids=()

start_stage() {
    [ -z "$stage" ] || return 0
    stage=$(mktemp -d /tmp/slipway-bench-XXXXXX)
    export STAGE="$stage" CONTAINERS_CONF="$stage/containers.conf" HOME="$stage"
    trap stop_stage EXIT
    # Below the ports that the kernel gives out, and apart from those of another run.
    local base=$((18000 + $$ % 200 * 8))
    hook_port=$base http_port=$((base + 1)) hand_http=$((base + 2))
    block="10.$((128 + $$ % 64)).$(($$ / 64 % 16 * 16)).0/20"
    mkdir -p "$stage/podman" "$stage/hand"
    write_settings
    source "$stage/settings"
    start_engine
    start_hand_proxy
    make_repository "$stage/hand"
    mkdir "$stage/slipway"
    make_repository "$stage/slipway"
    start_daemon
}

write_settings() {
    # What a small virtual machine needs; see containers.conf(5).
    cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=10000:10000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
[network]
network_backend = "netavark"
network_config_dir = "$stage/podman/networks"
default_subnet = "10.$((192 + $$ % 64)).$(($$ / 64 % 256)).0/24"
END
    cat >"$stage/settings" <<END
roots=(--root "$stage/podman/root" --runroot "$stage/podman/run" --tmpdir "$stage/podman/tmp")
hand_http=$hand_http
hand_port=$((15000 + $$ % 15 * 200))
END
}

start_engine() {
    podman "${roots[@]}" system service --time 0 "unix://$stage/engine.sock" >"$stage/engine.log" 2>&1 &
    pids+=($!)
    until curl --silent --fail --unix-socket "$stage/engine.sock" http://engine/version >/dev/null; do pause 0.05; done
}

start_hand_proxy() {
    cat >"$stage/hand/caddy.json" <<END
{"admin":{"listen":"unix/$stage/hand/admin.sock","origins":["hand"]},
 "apps":{"http":{"servers":{"hand":{"listen":["127.0.0.1:$hand_http"],"automatic_https":{"disable":true},
 "routes":[{"match":[{"host":["shop.localhost"]}],
 "handle":[{"@id":"shop","handler":"reverse_proxy","upstreams":[{"dial":"127.0.0.1:1"}]}]}]}}}}}
END
    XDG_CONFIG_HOME="$stage/hand" XDG_DATA_HOME="$stage/hand" \
        caddy run --config "$stage/hand/caddy.json" >"$stage/hand/caddy.log" 2>&1 &
    pids+=($!)
}

# make_repository DIRECTORY: a bare repository shop.git in it, and a clone `clone`.
make_repository() {
    export GIT_CONFIG_GLOBAL="$stage/gitconfig"
    printf '[user]\n\tname = Bench\n\temail = bench@example.com\n[init]\n\tdefaultBranch = main\n' >"$GIT_CONFIG_GLOBAL"
    git init --quiet --bare "$1/shop.git"
    git clone --quiet "$1/shop.git" "$1/clone" 2>/dev/null
    cp /bin/busybox "$1/clone/busybox"
    cat >"$1/clone/Dockerfile" <<'END'
FROM scratch
COPY busybox /bin/busybox
COPY serve.sh /
COPY page /www/index.html
EXPOSE 8080
CMD ["/bin/busybox", "sh", "/serve.sh"]
END
    printf '%s\n' '/bin/busybox httpd -f -p 8080 -h /www &' "trap 'exit 0' TERM" wait >"$1/clone/serve.sh"
    printf 'services:\n  web:\n    build: {}\n    drain_timeout: 1s\n' >"$1/clone/slipway.yml"
    commit_page "$1/clone" "page 0"
    git -C "$1/clone" push --quiet origin main
}

# commit_page WORKTREE TEXT
commit_page() {
    echo "$2" >"$1/page"
    git -C "$1" add --all
    git -C "$1" commit --quiet --message "$2"
}

start_daemon() {
    echo secret >"$stage/slipway/secret"
    chmod 600 "$stage/slipway/secret"
    cat >"$stage/slipway/config.yml" <<END
state: $stage/slipway/state
listen: 127.0.0.1:$hook_port
socket: $stage/slipway/slipway.sock
runtime: { socket: $stage/engine.sock, subnets: $block, ports: $((11000 + $$ % 8 * 500))-$((11499 + $$ % 8 * 500)) }
router: { domain: localhost, http: $http_port }
projects:
  - repository: file://$stage/slipway/shop.git
    name: shop
    host: github
    webhook_secret: { file: $stage/slipway/secret }
END
    "$program" serve --config "$stage/slipway/config.yml" ${VERBOSE:+--verbose} >"$stage/slipway/log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    await_page "$http_port" staging--shop.localhost "page 0"
}

# api PATH: asks the daemon.
api() { curl --silent --show-error --fail --unix-socket "$stage/slipway/slipway.sock" "http://slipway/api/v1/$1"; }

builds() { api "projects/shop/builds?limit=1000" | grep -o '"startedAt"' | wc -l; }

# delivery REF: writes the Git host's signed push delivery for the clone's commit, to be sent by deliver.
delivery() {
    local commit; commit=$(git -C "$stage/slipway/clone" rev-parse "${2:-HEAD}")
    printf '{"ref":"%s","before":"%040d","after":"%s","deleted":false,"repository":{"id":1,"full_name":"bench/shop"}}' \
        "$1" 0 "$commit" >"$stage/slipway/delivery"
    signature=$(openssl dgst -sha256 -hmac secret -r "$stage/slipway/delivery" | cut -d' ' -f1)
    delivery_id=$(cat /proc/sys/kernel/random/uuid)
}

deliver() {
    curl --silent --show-error --fail --output /dev/null --header 'Content-Type: application/json' \
        --header 'X-GitHub-Event: push' --header "X-GitHub-Delivery: $delivery_id" \
        --header "X-Hub-Signature-256: sha256=$signature" --data-binary "@$stage/slipway/delivery" \
        "http://127.0.0.1:$hook_port/hooks/shop"
}

# settle COUNT: waits until the daemon has that many containers, so that its clearing up disturbs no other measurement.
settle() {
    local end=$((SECONDS + 60))
    until [ "$(curl --silent --unix-socket "$stage/engine.sock" 'http://engine/v1.40/containers/json?all=1' |
        grep -o '"/slipway--' | wc -l)" -le "$1" ]; do
        ((SECONDS < end)) || { echo "bench: containers are left over" >&2; return 1; }
        pause 0.1
    done
}

stop_stage() {
    local pid left
    trap - EXIT
    [ -z "${daemon:-}" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null || true; }
    curl --silent --unix-socket "$stage/slipway/state/caddy/admin.sock" --header 'Host: slipway' \
        --request POST http://slipway/stop >/dev/null 2>&1 || true
    podman "${roots[@]}" rm --all --force --time 0 >/dev/null 2>&1 || true
    for left in $(podman "${roots[@]}" network ls --quiet 2>/dev/null); do
        podman "${roots[@]}" network rm --force "$left" >/dev/null 2>&1 || true
    done
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    for left in $(awk -v d="$stage/" 'index($2, d) == 1 {print $2}' /proc/self/mounts | sort -r); do
        umount --lazy "$left" 2>/dev/null || true
    done
    [ -n "${KEEP:-}" ] && note "left behind: $stage" || rm -rf "$stage"
}
