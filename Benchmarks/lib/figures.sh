# Numbers, and the lines that are printed.
missed=0

# median NUMBER…
median() { printf '%s\n' "$@" | sort -g | awk '{v[NR]=$1} END {print NR % 2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

# quotient A B
quotient() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", a / b}'; }

# verdict NAME MEASURED LIMIT UNIT DETAIL: one figure; at most LIMIT is a pass.
verdict() {
    local mark=pass
    awk -v a="$2" -v b="$3" 'BEGIN {exit !(a <= b)}' || { mark=MISS; missed=1; }
    printf '%-4s  %-44s %10s %-5s at most %-6s %s\n' "$mark" "$1" "$2" "$4" "$3" "$5"
}

# note TEXT…
note() { printf '      %s\n' "$*" >&2; }

machine() {
    local cores; cores=$(nproc)
    echo "$cores cores, $(. /etc/os-release; echo "$PRETTY_NAME"), load $(cut -d' ' -f1 /proc/loadavg) at the start;" \
        "$(podman --version | sed 's/podman version /Podman /'), Caddy $(caddy version | cut -d' ' -f1)," \
        "$(swift --version 2>/dev/null | sed -n 's/.*\(Swift version [0-9.]*\).*/\1/p' | head -1)"
}
