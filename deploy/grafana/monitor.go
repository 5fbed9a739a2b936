package main

// monitor is for whoever looks after slamon: a monitor in trouble makes unknown
// time, and unknown time makes verdicts undecidable.
func monitor() dashboard {
	return frame("slamon-monitor", "slamon: the monitor itself",
		"Whether slamon itself is well: punctual, connected, on time, and able to keep what it sees.").
		many("instance", "Instance", "label_values(slamon_build_info, instance)").
		row("Now", alive(), version(), age(), configured(), ownNetwork(), clock()).
		row("Schedule", lateness(), latenessHeat(), missedSlots(), probes(), flight(), breaks()).
		row("Store", stored(), waiting(), commits(), trouble(), storeSize(), diskLeft(), checkpoint()).
		row("Notices", noticeDelay(own, 8), noticesPending(own, 8), noticeFailures()).
		row("Backups and figures", backupAge(), backupOK(), backupSize(), boardAge(), scrape()).
		row("Other places", peersUp(), peersAge()).
		folded("Sensors", sensors(), sensorBreaks())
}

const own = `{instance=~"$instance"}`

func alive() panel {
	return stat("Scraped", "Whether Prometheus reaches slamon.", "none", ask(`up{job="slamon", instance=~"$instance"}`, "{{instance}}"),
		mapped(yesNo("yes", good, "no", bad)), steps(at(bad), from(1, good)))
}

func version() panel {
	return stat("Version", "Version of slamon that runs.", "none", ask("slamon_build_info"+own, "{{version}}"),
		set("textMode", "name"))
}

func age() panel {
	return stat("Running for", "Time since slamon started. What lies between stop and start is unknown time.", "s", decimals(0),
		ask("time() - slamon_start_timestamp_seconds"+own, "{{instance}}"))
}

func configured() panel {
	return stat("Configuration", "Whether the configuration file was taken at the last attempt. After a refusal the old one stays in force.", "none",
		ask("slamon_config_last_reload_successful"+own, "{{instance}}"),
		mapped(yesNo("taken", good, "refused", bad)), steps(at(bad), from(1, good)))
}

func ownNetwork() panel {
	return stat("Own network", "Whether enough anchors answer to trust our own line. While they do not, failures are unknown time.", "none",
		ask("slamon_own_network_up"+own, "{{instance}}"),
		mapped(yesNo("alive", good, "dead", bad)), steps(at(bad), from(1, good)), instead("No anchors"))
}

func clock() panel {
	return stat("Own clock", "Reference clock minus slamon's own, where a check of kind ntp asks with own_clock.", "s", decimals(3),
		ask("slamon_clock_offset_seconds"+own, "{{instance}}"),
		steps(at(bad), from(-.5, good), from(.5, bad)), instead("Not asked"))
}

func lateness() panel {
	q := func(q, name string) option {
		return ask(`histogram_quantile(`+q+`, sum by (instance, le) (rate(slamon_schedule_lag_seconds_bucket`+own+`[$__rate_interval])))`, name)
	}
	return lines("Lateness", "How late probes began, from their slot. A tick is 50 ms; seconds mean that the machine stands still.", "s", atLeast(0),
		q("0.5", "median {{instance}}"), q("0.99", "99 % {{instance}}"), steps(at(good), from(1, bad)), drawn(), palette())
}

func latenessHeat() panel {
	return heat("Lateness, all of it", "How many probes began how late.", "s",
		ask(`sum by (le) (increase(slamon_schedule_lag_seconds_bucket`+own+`[$__rate_interval]))`, "{{le}}"))
}

func missedSlots() panel {
	return lines("Slots that could not be used", "Per second, by reason. Each is an unknown result.", "ops", atLeast(0),
		ask("sum by (reason) (rate(slamon_schedule_missed_total"+own+"[$__rate_interval]))", "{{reason}}"))
}

func probes() panel {
	return lines("Probes started", "Per second, re-probes included.", "ops", atLeast(0),
		ask("sum by (instance) (rate(slamon_schedule_probes_total"+own+"[$__rate_interval]))", "{{instance}}"))
}

func flight() panel {
	return lines("Probes under way", "Probes that wait for an answer, and the most that may. At the limit, slots go unused.", "none", atLeast(0), decimals(0),
		ask("slamon_schedule_in_flight"+own, "under way {{instance}}"), ask("slamon_schedule_in_flight_limit"+own, "limit {{instance}}"),
		whereLine("limit .*", bad, dashed))
}

func breaks() panel {
	return lines("Anchor rounds and broken probes", "Times that the anchors were asked because a failure could be our own line's, and probes that broke in our own code, since the start.", "none", atLeast(0), decimals(0),
		ask("slamon_schedule_anchor_rounds_total"+own, "anchor rounds {{instance}}"), ask("slamon_schedule_panics_total"+own, "broken probes {{instance}}"))
}

func sensors() panel {
	return lines("Sensors", "Checks that keep a connection open to see at once when it breaks, by whether it is open.", "none", size(12, 8), atLeast(0), decimals(0),
		ask("max by (state) (slamon_sensors"+own+")", "{{state}}"), instead("No check has a sensor"))
}

func sensorBreaks() panel {
	return lines("Connections of sensors that broke", "Per second, by what was done: the target was probed at once, or not, because that had just been done.", "ops", size(12, 8), atLeast(0),
		ask("sum by (action) (rate(slamon_sensor_breaks_total"+own+"[$__rate_interval]))", "{{action}}"), instead("No check has a sensor"))
}

func stored() panel {
	return lines("Results made durable", "Per second.", "ops", atLeast(0),
		ask("rate(slamon_store_results_total"+own+"[$__rate_interval])", "{{instance}}"))
}

func waiting() panel {
	return lines("Results not yet durable", "The queue of the store. It is emptied about twice a second.", "none", atLeast(0), decimals(0),
		ask("slamon_store_waiting_results"+own, "{{instance}}"))
}

func commits() panel {
	q := func(q, name string) option {
		return ask(`histogram_quantile(`+q+`, sum by (instance, le) (rate(slamon_store_commit_duration_seconds_bucket`+own+`[$__rate_interval])))`, name)
	}
	return lines("Duration of commits", "With the sync to disk.", "s", atLeast(0), q("0.5", "median {{instance}}"), q("0.99", "99 % {{instance}}"))
}

func trouble() panel {
	return lines("Trouble of the store", "Results that were lost (each is unknown time), that came late, and writes that failed and were tried again, since the start; and whether the store is damaged or the last write failed.", "none", atLeast(0), decimals(0),
		ask("slamon_store_lost_total"+own, "lost {{instance}}"), ask("slamon_store_late_total"+own, "late {{instance}}"),
		ask("slamon_store_write_failures_total"+own, "failed writes {{instance}}"), ask("slamon_store_damaged"+own, "damaged {{instance}}"),
		ask("1 - slamon_store_last_write_successful"+own, "last write failed {{instance}}"))
}

func storeSize() panel {
	return lines("Size of the store", "On disk, and the part of it that is free for records to come.", "bytes", atLeast(0),
		ask("slamon_store_bytes"+own, "on disk {{instance}}"), ask("slamon_store_free_bytes"+own, "free {{instance}}"))
}

// The line takes the colour of the threshold that begins at it, although the bad lies
// below it.
func diskLeft() panel {
	return lines("Space left on the disk of the store", "Whatever fills the disk, slamon loses results once it is full. The dashed line is at 256 MiB.", "bytes", atLeast(0),
		ask("slamon_store_disk_free_bytes"+own, "{{instance}}"), steps(at(good), from(256<<20, bad)), drawn(), palette(), instead("This system does not tell"))
}

func checkpoint() panel {
	return lines("Last checkpoint took", "Checkpoints fold results into stretches of one state.", "s", size(24, 6), atLeast(0),
		ask("slamon_store_checkpoint_duration_seconds"+own, "{{instance}}"))
}

func backupAge() panel {
	return stat("Last backup", "Age of the last verified backup.", "s", size(6, 6), decimals(0),
		ask("time() - slamon_store_backup_last_success_timestamp_seconds"+own, "{{instance}}"),
		steps(at(good), from(1.5*86400, warning), from(2*86400, bad)), instead("None yet"))
}

func backupOK() panel {
	return stat("Last backup attempt", "Whether it was made and verified.", "none", size(6, 6),
		ask("slamon_store_backup_last_successful"+own, "{{instance}}"),
		mapped(yesNo("good", good, "failed", bad)), steps(at(bad), from(1, good)), instead("None yet"))
}

func backupSize() panel {
	return stat("Size of the last backup", "On disk.", "bytes", size(6, 6), ask("slamon_store_backup_bytes"+own, "{{instance}}"), instead("None yet"))
}

func boardAge() panel {
	return stat("Age of the figures", "Time since pages and metrics were last computed.", "s", size(6, 6), decimals(1), atLeast(0),
		ask("time() - slamon_board_timestamp_seconds"+own, "{{instance}}"), steps(at(good), from(60, warning), from(300, bad)))
}

func scrape() panel {
	return lines("Duration of scrapes", "How long Prometheus waits for slamon's metrics.", "s", size(24, 6), atLeast(0),
		ask(`scrape_duration_seconds{job="slamon", instance=~"$instance"}`, "{{instance}}"))
}

func peersUp() panel {
	return stat("Reached", "Whether the slamon in each other place could be asked last.", "none", size(12, 6),
		ask("slamon_peer_up"+own, "{{peer}}"), mapped(yesNo("yes", good, "no", bad)), steps(at(bad), from(1, good)),
		instead("No other place is configured"))
}

func peersAge() panel {
	return stat("Age of their figures", "Time since the newest figures of each other place were made.", "s", size(12, 6), decimals(0),
		ask("time() - slamon_peer_timestamp_seconds"+own, "{{peer}}"), instead("No other place is configured"))
}
