package main

import "strings"

// overview is for whoever asks: is anything wrong, and which claims are in danger?
func overview() dashboard {
	return frame("slamon-overview", "slamon: overview",
		"All services and claims: verdicts with their bounds, what is left of the allowances, incidents, and how much of the time was seen.").
		many("service", "Service", "label_values(slamon_service_info, service)").
		many("class", "Class", `label_values(slamon_check_up{service=~"$service"}, class)`).
		many("claim", "Claim", `label_values(slamon_claim_info{service=~"$service"}, claim)`).
		one("window", "Window", "label_values(slamon_availability_ratio, window)", "claim").
		many("site", "Site", "label_values(slamon_site_info, site)").
		row("Now", checksBy("down", bad), checksBy("degraded", warning), checksBy("unknown", nothing),
			openIncidents(), claimsBy("breached", "breached|breached_certain", bad), claimsBy("undecided", "cannot_tell|met_if_unknown_alike", nothing)).
		row("Claims", claimTable(), verdictBands(), allowanceBars(), coverageBars()).
		row("Services", serviceBands(), incidentLines(`{service=~"$service"}`, 8), incidentSides(`{service=~"$service"}`, 8, 8), responseByService())
}

const claims = `{service=~"$service", claim=~"$claim"}`

// inWindow selects a metric of claims in the chosen window.
func inWindow(metric string) string {
	return metric + `{service=~"$service", claim=~"$claim", window="$window"}`
}

// byClaim leaves out who scraped: two Prometheus jobs, or a slamon that moved, do
// not make two claims.
func byClaim(expr string) string { return "max by (service, claim) (" + expr + ")" }

func checksBy(state, color string) panel {
	return stat("Checks "+state, "Checks of the chosen services whose last result is "+state+". Paused checks are not counted.", "none",
		ask(`sum(slamon_service_checks{service=~"$service", state="`+state+`"})`, state),
		steps(at(good), from(1, color)))
}

func openIncidents() panel {
	return stat("Open incidents", "Incidents that have not ended.", "none",
		ask(`sum(slamon_incident_open{service=~"$service"})`, "open"),
		steps(at(good), from(1, bad)),
		linked("Incidents in slamon", "${slamon:raw}/incidents"))
}

func claimsBy(word, verdicts, color string) panel {
	return stat("Claims "+word, "Claims whose verdict over their own window is one of: "+strings.ReplaceAll(verdicts, "|", ", ")+".", "none",
		ask(`sum(slamon_claim_verdict{service=~"$service", claim=~"$claim", verdict=~"`+verdicts+`"})`, word),
		steps(at(good), from(1, color)))
}

// used is the share of the allowance that is spent. A claim of 100 % leaves none,
// and has no share.
const used = "1 - slamon_allowance_remaining_seconds" + claims + " / (slamon_allowance_seconds" + claims + " > 0)"

func claimTable() panel {
	return table("Claims side by side",
		"Each claim with its verdict over its own window, and measured availability with its bounds in the chosen window. The bounds hold whatever happened in unknown time. The service leads to its dashboard, the claim to slamon's own explanation of the figure.",
		"percentunit", size(24, 9),
		column("max by (service, claim, name, kind) (slamon_claim_info"+claims+")"),
		column("max by (service, claim, verdict) (slamon_claim_verdict"+claims+" == 1)"),
		column(byClaim("slamon_claim_ratio"+claims)),
		column(byClaim(inWindow("slamon_availability_lower_ratio"))),
		column(byClaim(inWindow("slamon_availability_ratio"))),
		column(byClaim(inWindow("slamon_availability_upper_ratio"))),
		column(byClaim("slamon_allowance_remaining_seconds"+claims)),
		column(byClaim(used)),
		column(byClaim(inWindow("slamon_coverage_ratio"))),
		joined([2]string{"service", "Service"}, [2]string{"claim", "Claim"}, [2]string{"verdict", "Verdict"},
			[2]string{"Value #H", "Allowance used"}, [2]string{"Value #G", "Allowance left"}, [2]string{"Value #C", "Claimed"},
			[2]string{"Value #D", "At least"}, [2]string{"Value #E", "Measured"}, [2]string{"Value #F", "At most"},
			[2]string{"Value #I", "Coverage"}, [2]string{"kind", "Kind"}, [2]string{"name", "Name"}),
		// A column takes at least 150 pixels unless told otherwise, and what decides would
		// be found by scrolling to the right.
		wide(105, "Claimed", "At least", "Measured", "At most", "Coverage", "Kind"), wide(130, "Allowance used", "Allowance left"),
		sorted("Allowance used", true), decimals(4),
		where("Service", "links", []link{{Title: "Dashboard of this service", URL: "/d/slamon-service?var-service=${__value.text}&${datasource:queryparam}&${__url_time_range}"}}),
		where("Claim", "links", []link{{Title: "Why this figure?", URL: "${slamon:raw}/claims/${__value.text}", TargetBlank: true}}),
		where("Verdict", "mappings", []mapping{verdictText()}, "custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}, "custom.width", 210),
		where("Allowance left", "unit", "s", "decimals", 1, "color", map[string]any{"mode": "thresholds"},
			"thresholds", thresholds{"absolute", []step{at(bad), from(0, good)}}, "custom.cellOptions", map[string]any{"type": "color-text"}),
		where("Allowance used", "decimals", 1),
		where("Coverage", "decimals", 2))
}

func verdictBands() panel {
	return states("Verdicts over time",
		"The verdict in force over each claim's own window. A claim of a young window cannot be told yet: that is not a fault.",
		ask(byClaim(verdictNumbers("slamon_claim_verdict", `service=~"$service", claim=~"$claim"`)), "{{service}} / {{claim}}"),
		mapped(verdictNumber()), size(24, 7))
}

// verdictNumbers gives the verdict in force its number, and the others zero.
func verdictNumbers(metric, selector string) string {
	var parts []string
	for i, v := range verdicts {
		parts = append(parts, string(rune('1'+i))+" * "+metric+"{"+selector+`, verdict="`+v.label+`"}`)
	}
	return strings.Join(parts, " or ")
}

func allowanceBars() panel {
	return bars("Allowance used",
		"Share of the downtime that the claim leaves in its whole window. Orange from 75 %, red from 90 %. Above 100 % it is overdrawn. Claims of 100 % leave no allowance and are not here.",
		"percentunit", size(12, 8), within(0, 1), decimals(1),
		ask(byClaim(used), "{{service}} / {{claim}}"),
		steps(at(good), from(.75, warning), from(.9, bad)),
		instead("No claim that leaves an allowance"))
}

func coverageBars() panel {
	return bars("Coverage in the chosen window",
		"Share of the accounted time about which something is known. Low on a young installation in a long window; low in the last hour means that slamon, its machine or its own line was in trouble.",
		"percentunit", size(12, 8), within(0, 1), decimals(2),
		ask(byClaim(inWindow("slamon_coverage_ratio")), "{{service}} / {{claim}}"),
		steps(at(bad), from(.9, warning), from(.99, good)),
		instead("No claim is configured"))
}

func serviceBands() panel {
	return states("States of checks",
		"The last result of each check. A gap is unknown time: slamon could not ask.",
		ask(stateOf(`{service=~"$service", class=~"$class", site=~"$site"}`), "{{service}} / {{check}}"),
		mapped(checkState()), size(24, 9),
		linked("Dashboard of this service", "/d/slamon-service?var-service=${__field.labels.service}&${datasource:queryparam}&${__url_time_range}"))
}

// stateOf is 0 for down, 1 for up, 2 for degraded, and nothing while unknown.
func stateOf(selector string) string {
	return "max by (service, check, site) (slamon_check_up" + selector + " + slamon_check_degraded" + selector + ")"
}

func responseByService() panel {
	return lines("Response time, 95th percentile", "Of probes that were answered, by service, over all checks of the chosen classes.", "s", size(8, 8), atLeast(0),
		ask(`histogram_quantile(0.95, sum by (service, le) (rate(slamon_check_duration_seconds_bucket{service=~"$service", class=~"$class"}[$__rate_interval])))`, "{{service}}"))
}
