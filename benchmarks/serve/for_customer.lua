-- Asks for recommendations for many different customers, with filters and reasons; prints one line of JSON at the end.
local paths = {}
local method_headers = { ["Accept"] = "application/json" }
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local at = 0

function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], method_headers)
end

function done(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "bad": %d, "p50_ms": %.3f, "p90_ms": %.3f, "p99_ms": %.3f, "p999_ms": %.3f, "max_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, bad, latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
    latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
