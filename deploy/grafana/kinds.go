package main

// The panels of what only some kinds of checks measure. Most services have a few
// of them, so each says what it would show instead of "No data".

func certificates() panel {
	return bars("Certificates end in", "Time until the first certificate of the chain ends. Orange below 21 days, red below 7.", "s", size(8, 8), decimals(0),
		ask(`min by (check) (slamon_check_certificate_expiry_timestamp_seconds`+ofChecks+`) - time()`, "{{check}}"),
		steps(at(bad), from(7*86400, warning), from(21*86400, good)), instead("No check of this service sees a certificate"))
}

func httpCodes() panel {
	return lines("HTTP status", "Status code of the last answer, after redirects.", "none", size(8, 8), decimals(0), custom("lineInterpolation", "stepAfter"),
		ask(`max by (check, site) (slamon_check_http_status_code`+ofChecks+`)`, "{{check}} ({{site}})"), instead("No check of this service speaks HTTP"))
}

func loss() panel {
	return lines("Packet loss", "Share of echo requests of the last probe that were not answered.", "percentunit", size(8, 8), within(0, 1),
		ask(`max by (check, site) (slamon_check_icmp_loss_ratio`+ofChecks+`)`, "{{check}} ({{site}})"), instead("No check of this service uses ICMP"))
}

func clocks() panel {
	return lines("Clocks of time servers", "Clock of the time server minus slamon's own.", "s", size(8, 8),
		ask(`max by (check, site) (slamon_check_clock_offset_seconds`+ofChecks+`)`, "{{check}} ({{site}})"), instead("No check of this service asks a time server"))
}

func strata() panel {
	return stat("Strata of time servers", "Steps between the server and a reference clock; 16 is not synchronised (RFC 5905).", "none", size(8, 8), decimals(0),
		ask(`max by (check) (slamon_check_ntp_stratum`+ofChecks+`)`, "{{check}}"), steps(at(good), from(8, warning), from(16, bad)),
		instead("No check of this service asks a time server"))
}

func transactionSteps() panel {
	return lines("Steps of transactions", "Duration of each step of the last transaction.", "s", size(8, 8), atLeast(0),
		custom("stacking", map[string]any{"mode": "normal", "group": "A"}), custom("fillOpacity", 60),
		ask(`max by (check, step) (slamon_check_step_duration_seconds`+ofChecks+`)`, "{{check}} {{step}}"), instead("No check of this service has steps"))
}

func performance() panel {
	return lines("Values of commands", "Values that the last run of a command measured, in the command's own unit.", "none", size(8, 8),
		ask(`max by (check, label) (slamon_check_performance_value`+ofChecks+`)`, "{{check}} {{label}}"), instead("No check of this service runs a command that measures"))
}

func throughput() panel {
	return lines("Throughput", "Rate of the last transfer, from the target (down) or to it (up).", "Bps", size(8, 8), atLeast(0),
		ask(`max by (check, direction) (slamon_check_throughput_bytes_per_second`+ofChecks+`)`, "{{check}} {{direction}}"), instead("No check of this service measures throughput"))
}
