-- wrk: signed pushes, each with a delivery id of its own; every 202 is written down, if asked, and counted.
-- Environment: BODY (file), SIGNATURE, RUN (a text in each id), ACCEPTED (file for the number of 202s).
local file = assert(io.open(os.getenv("BODY"), "rb"))
local body = file:read("*a")
file:close()
local run, count = os.getenv("RUN") or "run", 0
local head = {
    ["Content-Type"] = "application/json", ["User-Agent"] = "GitHub-Hookshot/0000000",
    ["X-GitHub-Event"] = "push", ["X-GitHub-Hook-ID"] = "1", ["Accept"] = "*/*",
    ["X-Hub-Signature-256"] = "sha256=" .. os.getenv("SIGNATURE"),
}
local accepted = 0

function request()
    count = count + 1
    head["X-GitHub-Delivery"] = string.format("%s-%08d-4e1f-9c00-000000000000", run, count)
    return wrk.format("POST", nil, head, body)
end

function response(status)
    if status == 202 then accepted = accepted + 1 end
    total = accepted
end

local threads = {}
function setup(thread) table.insert(threads, thread) end

function done(summary, latency)
    local sum = 0
    for _, thread in ipairs(threads) do sum = sum + (tonumber(thread:get("total")) or 0) end
    local path = os.getenv("ACCEPTED")
    if path then
        local out = assert(io.open(path, "w"))
        out:write(sum, "\n")
        out:close()
    end
    io.write(string.format(
        "figures requests=%d seconds=%.3f p50=%.3f p99=%.3f accepted=%d errors=%d\n", summary.requests,
        summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, sum,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
