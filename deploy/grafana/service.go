package main

import (
	"maps"
	"slices"
)

// service is for whoever looks into one service, and for talking to its vendor.
func service() dashboard {
	return frame("slamon-service", "slamon: service",
		"One service: what was seen when, what the claims make of it, how fast it answers, and why probes failed.").
		marked("open incident", `slamon_incident_open{service="$service"} > 0`, bad, "{{service}}: incidents that had not ended").
		one("service", "Service", `label_values(slamon_service_info{service!~"own-network|devices"}, service)`, "").
		many("class", "Class", `label_values(slamon_check_up{service="$service"}, class)`).
		many("claim", "Claim", `label_values(slamon_claim_info{service="$service"}, claim)`).
		one("window", "Window", "label_values(slamon_availability_ratio, window)", "claim").
		many("site", "Site", "label_values(slamon_site_info, site)").
		row("What was seen", states("States of checks",
			"The last result of each check. A gap is unknown time: slamon could not ask.",
			ask(stateOf(ofChecks), "{{check}} ({{site}})"), mapped(checkState()), size(24, 8),
			linked("Check in slamon", "${slamon:raw}/checks/${__field.labels.check}"))).
		row("What the claims make of it", verdictStat(), leftStat(), bounds(), downtimes(), unknownTime()).
		row("How fast it answers", quantiles(), phases(), durations()).
		row("Why probes failed", results(), reasons(), incidentSides(`{service="$service"}`, 6, 9), lastGood(), addresses()).
		row("Incidents and notices", incidentLines(`{service="$service"}`, 8), noticeDelay("", 8), noticesPending("", 8)).
		folded("What counting rules make of failures", countingStages(), leftOut()).
		folded("Claims on response time", responseVerdicts(), answeredInTime(), answeredWithin(), operations(), usual(), unusualNow()).
		folded("What some kinds of checks measure", certificates(), httpCodes(), loss(), clocks(), strata(), transactionSteps(), performance(), throughput())
}

const (
	ofChecks  = `{service="$service", class=~"$class", site=~"$site"}`
	ofClaims  = `{service="$service", claim=~"$claim"}`
	ofAnswers = `{service="$service", class=~"$class"}`
)

// over selects a metric of the service's claims in the chosen window.
func over(metric string) string {
	return "max by (claim) (" + metric + `{service="$service", claim=~"$claim", window="$window"})`
}

func verdictStat() panel {
	return stat("Verdicts", "The verdict in force over each claim's own window.", "none", size(12, 4),
		ask("max by (claim) ("+verdictNumbers("slamon_claim_verdict", `service="$service", claim=~"$claim"`)+")", "{{claim}}"),
		verdictColors(), instead("No claim is configured for this service"),
		linked("Why this figure?", "${slamon:raw}/claims/${__field.labels.claim}"))
}

// verdictColors shows the names of claims with their verdicts in words, on the colours
// of these.
func verdictColors() option {
	return all(set("textMode", "value_and_name"), set("colorMode", "background_solid"),
		set("text", map[string]any{"titleSize": 14, "valueSize": 20}), steps(at(nothing)), mapped(verdictNumber()))
}

func leftStat() panel {
	return stat("Allowance left", "Downtime that may still happen before the claim is broken, by best estimate. Negative once overdrawn.", "s", size(12, 4), decimals(1),
		ask("max by (claim) (slamon_allowance_remaining_seconds"+ofClaims+")", "{{claim}}"),
		steps(at(bad), from(0, good)), instead("No claim is configured for this service"))
}

func bounds() panel {
	return lines("Availability and its bounds",
		"Measured availability in the chosen window between what it is at least (unknown time counted as down) and at most (counted as up), with the claimed figure dashed. The verdict is safe once both bounds lie on one side of it.",
		"percentunit", size(24, 10), decimals(4),
		ask(over("slamon_availability_upper_ratio"), "{{claim}} at most"),
		ask(over("slamon_availability_ratio"), "{{claim}} measured"),
		ask(over("slamon_availability_lower_ratio"), "{{claim}} at least"),
		ask("max by (claim) (slamon_claim_ratio"+ofClaims+")", "{{claim}} claimed"),
		custom("fillOpacity", 0), measuredLines(".* (at least|at most)$", ".* claimed$"), legend("right"))
}

// measuredLines draws what was measured strongly between its bounds, and what it is
// held against dashed.
func measuredLines(bounds, against string) option {
	return all(whereLine(".* measured$", neutral3, map[string]any{"custom.lineWidth": 2}),
		whereLine(bounds, nothing, nil), whereLine(against, bad, dashed))
}

// dashed is for lines that others are held against.
var dashed = map[string]any{"custom.fillOpacity": 0, "custom.lineStyle": map[string]any{"fill": "dash", "dash": []int{8, 8}}}

// whereLine gives the lines whose name matches a colour, and sets more of them.
func whereLine(pattern, color string, more map[string]any) option {
	return func(p *panel) {
		o := override{Matcher: matcher{"byRegexp", "/" + pattern + "/"},
			Properties: []property{{"color", map[string]any{"mode": "fixed", "fixedColor": color}}}}
		for _, id := range slices.Sorted(maps.Keys(more)) {
			o.Properties = append(o.Properties, property{id, more[id]})
		}
		p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, o)
	}
}

func downtimes() panel {
	return lines("Downtime in the chosen window", "Measured downtime with its 95 % interval, which allows for outages between probes that nobody saw, and the allowance of the claim's whole window dashed.",
		"s", size(12, 10), atLeast(0),
		ask(over("slamon_downtime_lower_seconds"), "{{claim}} lower"),
		ask(over("slamon_downtime_seconds"), "{{claim}} measured"),
		ask(over("slamon_downtime_upper_seconds"), "{{claim}} upper"),
		ask("max by (claim) (slamon_allowance_seconds"+ofClaims+")", "{{claim}} allowance"),
		custom("fillOpacity", 0), measuredLines(".* (lower|upper)$", ".* allowance$"))
}

func unknownTime() panel {
	return lines("Unknown time and coverage", "Time of the chosen window about which nothing is known, and the share that is known (right axis).",
		"s", size(12, 10), atLeast(0),
		ask(over("slamon_unknown_seconds"), "{{claim}} unknown"),
		ask(over("slamon_coverage_ratio"), "{{claim}} coverage"),
		custom("fillOpacity", 0), whereLine(".* unknown$", nothing, map[string]any{"custom.lineWidth": 2}), whereLine(".* coverage$", neutral3, nil),
		func(p *panel) {
			p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{Matcher: matcher{"byRegexp", "/.* coverage$/"}, Properties: []property{
				{"unit", "percentunit"}, {"custom.axisPlacement", "right"}, {"min", 0}, {"max", 1},
			}})
		})
}

func quantiles() panel {
	ask := func(q, name string) option {
		return ask(`histogram_quantile(`+q+`, sum by (class, le) (rate(slamon_check_duration_seconds_bucket`+ofAnswers+`[$__rate_interval])))`, "{{class}} "+name)
	}
	return lines("Response time by class", "Half, nine in ten, and 99 of 100 answered probes took no longer than this. Failed probes have no response time.",
		"s", size(12, 9), atLeast(0), ask("0.5", "median"), ask("0.9", "90 %"), ask("0.99", "99 %"), exemplars(), legend("right"))
}

func phases() panel {
	return lines("Mean response time by phase", "Where answered probes spent their time: finding the address, connecting, TLS, waiting for the first byte, the rest.",
		"s", size(12, 9), atLeast(0), custom("stacking", map[string]any{"mode": "normal", "group": "A"}), custom("fillOpacity", 60), legend("right"),
		ask(`sum by (phase) (rate(slamon_check_phase_seconds_total`+ofAnswers+`[$__rate_interval])) / on () group_left () sum(rate(slamon_check_duration_seconds_count`+ofAnswers+`[$__rate_interval]))`, "{{phase}}"))
}

func durations() panel {
	return heat("Response times", "How many answered probes took how long. Two bands are two ways through the service.", "s", size(24, 9),
		ask(`sum by (le) (increase(slamon_check_duration_seconds_bucket`+ofAnswers+`[$__rate_interval]))`, "{{le}}"), exemplars())
}

func results() panel {
	return lines("Results by outcome", "Results per second that became durable. Re-probes after a failure add to them.", "ops", size(8, 9), atLeast(0),
		custom("stacking", map[string]any{"mode": "normal", "group": "A"}), custom("fillOpacity", 60),
		ask(`sum by (outcome) (rate(slamon_check_results_total{service="$service"}[$__rate_interval]))`, "{{outcome}}"),
		colored("up", good), colored("degraded", warning), colored("down", bad), colored("unknown", nothing))
}

func reasons() panel {
	return bars("Reasons of failed probes", "Probes since slamon started that were not up, by check and reason. own_network is our own line's trouble and unknown time, never the vendor's.", "none", size(10, 9), atLeast(0), decimals(0),
		ask(`max by (check, outcome, reason) (slamon_check_results_total{service="$service", outcome!="up"})`, "{{check}}: {{reason}} ({{outcome}})"),
		steps(at(bad)), instead("No probe failed since slamon started"))
}

func lastGood() panel {
	return bars("Since the last good probe", "Time since the last good probe of each check was sent. Longer than its interval means down or unknown.", "s", size(12, 7), atLeast(0), decimals(0),
		ask("time() - max by (check) (slamon_check_last_success_timestamp_seconds"+ofChecks+")", "{{check}}"),
		steps(at(good), from(600, warning), from(3600, bad)), instead("No check has been good yet"))
}

func addresses() panel {
	return bars("Addresses of names", "Addresses of each target's name at the last probe, by what became of asking them, of checks with every_address.", "none", size(12, 7), atLeast(0), decimals(0),
		ask("max by (check, state) (slamon_check_addresses"+ofChecks+")", "{{check}}: {{state}}"), steps(at(neutral)),
		instead("No check of this service asks every address"))
}
