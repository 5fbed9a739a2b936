package main

// The panels of incidents. Counts come from slamon's list of the last 30 days and not
// from a counter, since a cause is often confirmed days later, and changed again.

func incidentLines(selector string, width int) panel {
	return lines("Open incidents over time", "Incidents that had not ended, by service.", "none", size(width, 8), atLeast(0), decimals(0),
		custom("lineInterpolation", "stepAfter"),
		ask("max by (service) (slamon_incident_open"+selector+")", "{{service}}"), instead("No service is configured"),
		linked("Incidents in slamon", "${slamon:raw}/incidents"))
}

func incidentSides(selector string, width, height int) panel {
	return bars("Incidents of 30 days by side", "Incidents of the last 30 days, open ones included, by the side that a person has confirmed. What stands under unassigned waits for somebody to look at it; slamon's own list has every one with its bounds and evidence.",
		"none", size(width, height), atLeast(0), decimals(0),
		ask("max by (service, side) (slamon_incidents_listed"+selector+") > 0", "{{service}}: {{side}}"),
		instead("No incident in 30 days"), linked("Service in slamon", "${slamon:raw}/services/${__field.labels.service}"),
		linked("Incidents in slamon", "${slamon:raw}/incidents"))
}
