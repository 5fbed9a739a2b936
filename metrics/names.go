package metrics

import dto "github.com/prometheus/client_model/go"

const prefix = "slamon_"

// family is a metric whose value is read at the scrape. Its labels stand in
// alphabetical order, as the exposition wants them.
type family struct {
	name, help string
	kind       dto.MetricType
	labels     []string
}

// families is filled by gauge and counter below and never changed afterwards.
var families []*family

func gauge(name, help string, labels ...string) *family {
	return declare(name, help, dto.MetricType_GAUGE, labels)
}
func counter(name, help string, labels ...string) *family {
	return declare(name, help, dto.MetricType_COUNTER, labels)
}

func declare(name, help string, kind dto.MetricType, labels []string) *family {
	f := &family{prefix + name, help, kind, labels}
	families = append(families, f)
	return f
}

// Of checks.
var (
	checkUp          = gauge("check_up", "Whether the last probe found the target doing its work (1, degraded included) or not (0). Absent while that is unknown.", "check", "class", "service", "site")
	checkDegraded    = gauge("check_degraded", "Whether the target answered, but too slowly or partly wrong. Absent while that is unknown.", "check", "class", "service", "site")
	checkLastSuccess = gauge("check_last_success_timestamp_seconds", "When the last good probe was sent. Absent before the first.", "check", "class", "service", "site")
	checkResults     = counter("check_results_total", "Durable results by outcome and reason, since the monitor started.", "check", "outcome", "reason", "service")
	serviceChecks    = gauge("service_checks", "Checks of the service by the state of their last result; paused ones apart.", "service", "state")
	serviceInfo      = gauge("service_info", "Names of the service; always 1.", "name", "service", "vendor")

	certificateExpiry = gauge("check_certificate_expiry_timestamp_seconds", "Earliest end of validity in the certificate chain that was last seen.", "check", "class", "service", "site")
	httpStatus        = gauge("check_http_status_code", "Status code of the last answer, after redirects.", "check", "class", "service", "site")
	packetLoss        = gauge("check_icmp_loss_ratio", "Share of echo requests of the last probe that were not answered.", "check", "class", "service", "site")
	checkClockOffset  = gauge("check_clock_offset_seconds", "Clock of the time server minus our own, at the last probe.", "check", "class", "service", "site")
	stratum           = gauge("check_ntp_stratum", "Stratum of the time server (RFC 5905).", "check", "class", "service", "site")
)

// Of checks that measure several things of a kind; the label comes from the
// configuration or from what measures.
var (
	stepTook    = gauge("check_step_duration_seconds", "Duration of a step of the last transaction.", "check", "class", "service", "site", "step")
	performance = gauge("check_performance_value", "Value that the last run of a command measured, in the command's own unit.", "check", "class", "label", "service", "site")
	addresses   = gauge("check_addresses", "Addresses of the target's name at the last probe, by what became of asking them: good, dead or not_asked. Only of checks with every_address.", "check", "class", "service", "site", "state")
	throughput  = gauge("check_throughput_bytes_per_second", "Rate of the last transfer, from the target (down) or to it (up).", "check", "class", "direction", "service", "site")
)

// Of claims.
var (
	claimInfo         = gauge("claim_info", "Name and kind of the claim; always 1.", "claim", "kind", "name", "service")
	claimRatio        = gauge("claim_ratio", "Availability that is claimed.", "claim", "service")
	claimVerdict      = gauge("claim_verdict", "1 for the verdict in force over the claim's own window, 0 for the others.", "claim", "service", "verdict")
	allowance         = gauge("allowance_seconds", "Downtime that the claim leaves in its whole window.", "claim", "service")
	allowanceLeft     = gauge("allowance_remaining_seconds", "Allowance less the measured downtime; negative once overdrawn.", "claim", "service")
	claimFailures     = gauge("claim_failures", "Times that the service failed in the claim's own window, of all its checks together or by the contract's rule.", "claim", "service")
	claimFailuresMost = gauge("claim_failures_limit", "Incidents that are claimed at most; absent where none are stated.", "claim", "service")
	claimExcluded     = gauge("claim_excluded_seconds", "Time of the claim's own window so far that it leaves out: planned maintenance, hours outside of service, what was agreed on.", "claim", "service")
	claimStage        = gauge("claim_stage_seconds", "Downtime that is left after each step of the claim's counting rule, most likely: as probed (line), in buckets, long enough (min_run), without what is left out (excluded), rounded, and in sum (min_total), which counts. Absent without a rule.", "claim", "service", "stage")
	claimStageLower   = gauge("claim_stage_lower_seconds", "The same at least, by the probes that were made.", "claim", "service", "stage")
	claimStageUpper   = gauge("claim_stage_upper_seconds", "The same at most, by the probes that were made; failures that nobody saw are not in it.", "claim", "service", "stage")
	claimCredit       = gauge("claim_credit_ratio", "Share of the fee that is due as credit for a window that has ended, most likely. Absent before, and without credits.", "claim", "service")
	availability      = gauge("availability_ratio", "Measured availability, best estimate over the time that was seen. Absent without any.", "claim", "service", "window")
	availabilityLower = gauge("availability_lower_ratio", "Availability if all unknown time was down, and the downtime at the upper end of its 95 % interval.", "claim", "service", "window")
	availabilityUpper = gauge("availability_upper_ratio", "Availability if all unknown time was up, and the downtime at the lower end of its 95 % interval.", "claim", "service", "window")
	coverage          = gauge("coverage_ratio", "Share of the accounted time that is not unknown.", "claim", "service", "window")
	unknown           = gauge("unknown_seconds", "Time about which nothing is known.", "claim", "service", "window")
	downtime          = gauge("downtime_seconds", "Measured downtime, best estimate.", "claim", "service", "window")
	downtimeLower     = gauge("downtime_lower_seconds", "Lower end of the 95 % interval of the downtime.", "claim", "service", "window")
	downtimeUpper     = gauge("downtime_upper_seconds", "Upper end of the 95 % interval of the downtime.", "claim", "service", "window")
	incidents         = counter("incidents_total", "Incidents that began since the monitor started, by their first reason: each once, under the side that was known when it was first seen. What people confirm shows in slamon_incidents_listed.", "reason", "service", "side")
	incidentSides     = gauge("incidents_listed", "Incidents of the last 30 days, by the side that a person has confirmed, planned within announced maintenance, unassigned until then.", "service", "side")
	incidentOpen      = gauge("incident_open", "Incidents that have not ended.", "service")
)

// Of the monitor itself.
var (
	buildInfo    = gauge("build_info", "Version of slamon; always 1.", "goversion", "revision", "version")
	siteInfo     = gauge("site_info", "Place that is probed from and its time zone; always 1.", "site", "timezone")
	startTime    = gauge("start_timestamp_seconds", "When the monitor started.")
	boardTime    = gauge("board_timestamp_seconds", "When the figures shown were last computed.")
	configOK     = gauge("config_last_reload_successful", "Whether the configuration file was taken at the last attempt.")
	configTime   = gauge("config_last_reload_success_timestamp_seconds", "When a configuration was last taken.")
	networkUp    = gauge("own_network_up", "Whether enough anchors answer to trust our own line. Absent without anchors.")
	peerUp       = gauge("peer_up", "Whether the slamon in another place could be asked last.", "peer")
	peerTime     = gauge("peer_timestamp_seconds", "When the newest figures of another place were made. Absent before the first.", "peer")
	clockOffset  = gauge("clock_offset_seconds", "Reference clock minus our own. Absent when not asked.")
	inFlight     = gauge("schedule_in_flight", "Probes under way.")
	started      = counter("schedule_probes_total", "Probes started.")
	missed       = counter("schedule_missed_total", "Slots that could not be used, by reason; each is an unknown result.", "reason")
	storeBytes   = gauge("store_bytes", "Size of the store on disk.")
	storeResults = counter("store_results_total", "Results made durable since the store was made.")
	storeLost    = counter("store_lost_total", "Results that could not be stored; each is unknown time.")
	storeOK      = gauge("store_last_write_successful", "Whether the last write to the store succeeded.")
	backupTime   = gauge("store_backup_last_success_timestamp_seconds", "When the last verified backup was made. Absent before the first.")
	backupOK     = gauge("store_backup_last_successful", "Whether the last backup was made and verified. Absent before the first attempt.")
)
