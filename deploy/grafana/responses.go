package main

// The panels of claims on response time. They are judged once a minute, since they
// rest on every single operation.

const ofResponses = `{service="$service", claim=~"$claim"}`

// answered selects a metric of response claims in the chosen window.
func answered(metric string) string {
	return "max by (claim) (" + metric + `{service="$service", claim=~"$claim", window="$window"})`
}

const noResponse = "No claim on response time, or not judged yet"

func responseVerdicts() panel {
	return stat("Verdicts on response time", "The verdict in force over each claim's own window. An operation that failed is late; one that could not be asked is unknown.", "none", size(8, 8),
		ask("max by (claim) ("+verdictNumbers("slamon_response_claim_verdict", `service="$service", claim=~"$claim"`)+")", "{{claim}}"),
		verdictColors(), instead(noResponse), linked("Why this figure?", "${slamon:raw}/claims/${__field.labels.claim}"))
}

func answeredInTime() panel {
	return lines("Answered in time", "Share of operations within the claimed time in the chosen window, with its 95 % interval, and the claimed share dashed.", "percentunit", size(8, 8), decimals(3),
		ask(answered("slamon_response_within_ratio"), "{{claim}} measured"),
		ask("max by (claim) (slamon_response_claim_ratio"+ofResponses+")", "{{claim}} claimed"),
		ask(answered("slamon_response_within_lower_ratio"), "{{claim}} at least"),
		ask(answered("slamon_response_within_upper_ratio"), "{{claim}} at most"),
		custom("fillOpacity", 0), measuredLines(".* (at least|at most)$", ".* claimed$"), instead(noResponse))
}

func answeredWithin() panel {
	return lines("Time that answers took", "By share of the answered operations in the chosen window, and the claimed time dashed.", "s", size(8, 8), atLeast(0),
		ask(`max by (claim, share) (slamon_response_quantile_seconds{service="$service", claim=~"$claim", window="$window"})`, "{{claim}} share {{share}}"),
		ask("max by (claim) (slamon_response_claim_limit_seconds"+ofResponses+")", "{{claim}} claimed"),
		custom("fillOpacity", 0), whereLine(".* claimed$", bad, dashed), instead(noResponse))
}

func operations() panel {
	return lines("Operations asked and unknown", "Operations of the chosen window that were asked, with or without answer, and slots in which nothing could be asked.", "none", size(8, 8), atLeast(0), decimals(0),
		ask(answered("slamon_response_operations"), "{{claim}} asked"), ask(answered("slamon_response_unknown_operations"), "{{claim}} unknown"),
		whereLine(".* unknown$", nothing, nil), instead(noResponse))
}

func usual() panel {
	return lines("Usual response time", "Time that 95 of 100 answers usually take at most at this hour of the week, learned over weeks.", "s", size(8, 8), atLeast(0),
		ask("max by (check, site) (slamon_check_response_usual_upper_seconds"+ofChecks+")", "{{check}} ({{site}})"),
		instead("Too little is known yet of what is usual"))
}

func unusualNow() panel {
	return stat("Unusually slow", "Checks whose answers have left their usual range for long. That is no downtime.", "none", size(8, 8), decimals(0),
		ask("max by (check) (slamon_check_response_unusual"+ofChecks+")", "{{check}}"),
		mapped(yesNo("unusual", warning, "as usual", good)), steps(at(good), from(1, warning)),
		instead("Too little is known yet of what is usual"), linked("Check in slamon", "${slamon:raw}/checks/${__field.labels.check}"))
}
