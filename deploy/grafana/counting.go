package main

// countingStages are for the question of whoever is told that an outage of minutes counts
// as nothing, or as more than it was.
func countingStages() panel {
	stages := func(metric string) string {
		return "max by (claim, stage) (" + metric + ofClaims + ")"
	}
	return lines("Downtime after each step of the counting rule",
		"What is left of the failures in the claim's own window: as probed (line), in whole buckets (buckets), long enough (min_run), without what is left out (excluded), rounded (rounded) and in sum (min_total), which is what counts.",
		"s", size(16, 9), atLeast(0),
		ask(stages("slamon_claim_stage_lower_seconds"), "{{claim}} {{stage}} at least"),
		ask(stages("slamon_claim_stage_seconds"), "{{claim}} {{stage}} measured"),
		ask(stages("slamon_claim_stage_upper_seconds"), "{{claim}} {{stage}} at most"),
		custom("fillOpacity", 0), measuredLines(".* (at least|at most)$", "none"), legend("right"),
		instead("No claim on this service has a counting rule"))
}

// leftOut is the time that a claim does not count at all.
func leftOut() panel {
	return lines("Time left out", "Time of the claim's own window so far that it leaves out: planned maintenance, hours outside of service, and what was agreed on.",
		"s", size(8, 9), atLeast(0),
		ask("max by (claim) (slamon_claim_excluded_seconds"+ofClaims+")", "{{claim}}"),
		instead("No claim is configured for this service"))
}
