# Looks at a page without starting a process, so that looking costs both sides next to nothing.
trap '' PIPE
exec {never}<> <(:)

# pause SECONDS
pause() { read -r -t "$1" -u "$never" _ || true; }

# page_says PORT HOST TEXT: whether the page there holds the text now.
page_says() {
    local answer="" socket
    { exec {socket}<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$2" >&"$socket" 2>/dev/null || true
    IFS= read -r -d '' -t 2 -u "$socket" answer 2>/dev/null || true
    exec {socket}>&-
    [[ $answer == *"$3"* ]]
}

# await_page PORT HOST TEXT
await_page() {
    local end=$((SECONDS + 60))
    until page_says "$@"; do
        ((SECONDS < end)) || { echo "bench: no page '$3' at $2:$1 within a minute" >&2; return 1; }
        pause 0.003
    done
}
