package main

// The panels of notices, held against the hour that is promised. They are about the
// notices of all services: one mail often tells of several.

func noticeDelay(selector string, width int) panel {
	q := func(q, name string) option {
		return ask(`histogram_quantile(`+q+`, sum by (le) (increase(slamon_notice_delay_seconds_bucket`+selector+`[$__range])))`, name)
	}
	return lines("Notices against the hour", "Time from detection to acceptance by the first channel, half of the notices and 99 of 100 of the chosen time range, over all services. The dashed line is the hour.", "s", size(width, 8), atLeast(0),
		q("0.5", "median"), q("0.99", "99 %"), steps(at(good), from(3600, bad)), drawn(), palette(), instead("No notice in this time"))
}

func noticesPending(selector string, width int) panel {
	return lines("Notices waiting and late", "Notices that no channel has accepted yet, and those that nobody had accepted when their window ended, since the start, over all services.", "none", size(width, 8), atLeast(0), decimals(0),
		ask("slamon_notices_pending"+selector, "waiting {{instance}}"), ask("slamon_notice_deadline_missed_total"+selector, "late {{instance}}"),
		whereLine("late .*", bad, nil))
}

func noticeFailures() panel {
	return lines("Failed attempts by channel", "Attempts to send a notice that failed, since the start; they are tried again.", "none", atLeast(0), decimals(0),
		ask("max by (channel) (slamon_notice_send_failures_total"+own+")", "{{channel}}"), instead("No channel is configured"))
}
