# Push to healthy behind the proxy, and a merge of what was previewed, each against the script in the same round.

# timed_push BRANCH HOST TEXT: microseconds from the push until the proxy answers with the text.
timed_push() {
    local began
    delivery "refs/heads/$1" "$1"
    began=${EPOCHREALTIME/./}
    git -C "$stage/slipway/clone" push --quiet origin "$1"
    deliver
    await_page "$http_port" "$2--shop.localhost" "$3"
    echo $((${EPOCHREALTIME/./} - began))
}

by_hand() {
    commit_page "$stage/hand/clone" "hand $1"
    "$here/by-hand" "$1" "hand $1"
}

push() {
    commit_page "$stage/slipway/clone" "push $1"
    timed_push main staging "push $1"
}

# A branch is previewed, then merged with a merge commit; only the push of the merge is timed.
merge() {
    local work="$stage/slipway/clone"
    git -C "$work" checkout --quiet -b "round-$1"
    commit_page "$work" "merge $1"
    timed_push "round-$1" "round-$1" "merge $1" >/dev/null
    settle 2
    git -C "$work" checkout --quiet main
    git -C "$work" merge --quiet --no-ff --message "Merge round $1" "round-$1"
    builds_before=$(builds)
    timed_push main staging "merge $1"
    [ "$(builds)" = "$builds_before" ] || { echo "bench: the merge was built" >&2; return 1; }
    git -C "$work" push --quiet origin --delete "round-$1"
    delivery "refs/heads/round-$1" main
    deliver
}

measure_deploy() {
    local rounds=${ROUNDS:-11} round hand pushed merged hands=() pushes=() merges=() push_ratios=() merge_ratios=()
    start_stage
    # The first round fills caches on both sides and does not count.
    for ((round = 0; round <= rounds; round++)); do
        hand=$(by_hand "$((round + 1))")
        pushed=$(push "$round")
        settle 1
        merged=$(merge "$round")
        settle 1
        note "round $round: by hand $((hand / 1000)) ms, push $((pushed / 1000)) ms, merge $((merged / 1000)) ms"
        ((round > 0)) || continue
        hands+=("$hand") pushes+=("$pushed") merges+=("$merged")
        push_ratios+=("$(quotient "$pushed" "$hand")") merge_ratios+=("$(quotient "$merged" "$hand")")
    done
    local script; script=$(($(median "${hands[@]}") / 1000))
    verdict "push to healthy behind the proxy / by hand" "$(median "${push_ratios[@]}")" 0.9 x \
        "$(($(median "${pushes[@]}") / 1000)) ms against $script ms, medians of $rounds"
    verdict "merge of a previewed tree / by hand" "$(median "${merge_ratios[@]}")" 0.5 x \
        "$(($(median "${merges[@]}") / 1000)) ms against $script ms, no build"
}
