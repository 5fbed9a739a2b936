package main

// devices is for whoever runs the servers and the network that the team owns: what
// is full, what is busy, and what somebody has to decide about.
func devices() dashboard {
	return frame("slamon-devices", "slamon: devices",
		"Servers and network gear read by SNMP: processors, memory, network and storage against their thresholds, and the capacity reviews that wait.").
		many("class", "Class", "label_values(slamon_snmp_up, class)").
		many("service", "Service", `label_values(slamon_snmp_up{class=~"$class"}, service)`).
		many("device", "Device", `label_values(slamon_snmp_up{class=~"$class", service=~"$service"}, device)`).
		row("Now", silentDevices(), passedNow(), openReviews(), voidReadings(), busiest(), fullest()).
		row("Devices side by side", deviceTable(), deviceBands(), crossingBands(), reviewLines()).
		row("Processor and memory", processors(), memories()).
		row("Network", traffic(), lineUse(), packetErrors(), packetDiscards(), linkBands()).
		row("Storage", volumes(), volumeLines()).
		folded("What some devices measure", swap(), loads(), temperatures(), batteries(), amounts(), uptimes(), customs())
}

const ofDevices = `{device=~"$device"}`

// devicePage is slamon's own page of the device that a value belongs to.
func devicePage() option {
	return linked("Device in slamon", "${slamon:raw}/devices/${__field.labels.device}")
}

// Half is where operators look at a processor, and the ninth tenth where it is late.
// Thresholds of slamon itself stand in its configuration, and are seen as crossings.
func halfAndFull() option { return steps(at(good), from(.5, warning), from(.9, bad)) }

func silentDevices() panel {
	return stat("Silent devices", "Devices whose agent did not answer the last poll. Their readings are unknown, never zero.", "none", decimals(0),
		ask("sum(1 - slamon_snmp_up"+ofDevices+")", "silent"), steps(at(good), from(1, bad)),
		instead("No device is read"), linked("Devices in slamon", "${slamon:raw}/devices"))
}

func passedNow() panel {
	return stat("Thresholds passed", "Thresholds of slamon's configuration that are passed now, after their time and with hysteresis.", "none", decimals(0),
		ask("sum(slamon_snmp_crossing"+ofDevices+")", "passed"), steps(at(good), from(1, warning)),
		instead("No threshold is set"), linked("Devices in slamon", "${slamon:raw}/devices"))
}

func openReviews() panel {
	return stat("Open reviews", "Capacity reviews of all devices that wait for somebody's decision.", "none", decimals(0),
		ask("sum(slamon_capacity_reviews_open)", "open"), steps(at(good), from(1, warning)),
		instead("No device is read"), linked("Reviews in slamon", "${slamon:raw}/devices"))
}

func voidReadings() panel {
	return stat("Readings without a value", "Readings of the last poll that are void, because the agent was silent, a counter began anew, or a rate has no second value yet.", "none", decimals(0),
		ask("sum(slamon_snmp_readings{device=~\"$device\", known=\"false\"})", "void"), steps(at(good), from(1, nothing)), instead("No device is read"))
}

func busiest() panel {
	return stat("Busiest processor", "The highest share of processor time that was not idle.", "percentunit", decimals(0),
		ask("max(slamon_snmp_cpu_utilization_ratio"+ofDevices+")", "busiest"), halfAndFull(), within(0, 1), instead("No processor is read"))
}

func fullest() panel {
	return stat("Fullest volume", "The highest share of a volume in use.", "percentunit", decimals(0),
		ask("max(slamon_snmp_storage_utilization_ratio"+ofDevices+")", "fullest"), within(0, 1),
		steps(at(good), from(.8, warning), from(.95, bad)), instead("No volume is read"))
}

func deviceTable() panel {
	share := func(name string, high, full float64) option {
		return where(name, "unit", "percentunit", "decimals", 0, "custom.cellOptions", map[string]any{"type": "color-text"}, "color", map[string]any{"mode": "thresholds"},
			"thresholds", thresholds{"absolute", []step{at(good), from(high, warning), from(full, bad)}})
	}
	return table("Devices side by side", "The last poll of each device: the busiest processor, the fullest memory and volume, the most used line, and how many thresholds are passed. The device leads to slamon's own page of it.", "none", size(24, 8), decimals(0),
		column("max by (device, class, service) (slamon_snmp_up"+ofDevices+")"),
		column("max by (device) (slamon_snmp_cpu_utilization_ratio"+ofDevices+")"),
		column("max by (device) (slamon_snmp_memory_utilization_ratio"+ofDevices+")"),
		column("max by (device) (slamon_snmp_storage_utilization_ratio"+ofDevices+")"),
		column(`max by (device) (slamon_snmp_reading_value{device=~"$device", kind=~"in_use|out_use"})`),
		column("sum by (device) (slamon_snmp_crossing"+ofDevices+")"),
		column(`max by (device) (slamon_snmp_readings{device=~"$device", known="false"})`),
		joined([2]string{"device", "Device"}, [2]string{"class", "Class"}, [2]string{"service", "Service"}, [2]string{"Value #A", "Answers"},
			[2]string{"Value #B", "Processor"}, [2]string{"Value #C", "Memory"}, [2]string{"Value #D", "Fullest volume"},
			[2]string{"Value #E", "Busiest line"}, [2]string{"Value #F", "Thresholds passed"}, [2]string{"Value #G", "Void readings"}),
		sorted("Processor", true), instead("No device is read"),
		where("Device", "links", []link{{Title: "Device in slamon", URL: "${slamon:raw}/devices/${__value.text}", TargetBlank: true}}),
		where("Service", "links", []link{{Title: "Dashboard of this service", URL: "/d/slamon-service?var-service=${__value.text}&${datasource:queryparam}&${__url_time_range}"}}),
		where("Answers", "mappings", []mapping{yesNo("yes", good, "silent", bad)}, "custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
		// The same limits as in the panels below, so that a colour means the same.
		share("Processor", .5, .9), share("Memory", .8, .95), share("Fullest volume", .8, .95), share("Busiest line", .5, .8),
		where("Thresholds passed", "custom.cellOptions", map[string]any{"type": "color-text"}, "color", map[string]any{"mode": "thresholds"},
			"thresholds", thresholds{"absolute", []step{at(good), from(1, warning)}}))
}

func deviceBands() panel {
	return states("Devices that answer", "Whether the agent answered. A gap is unknown time: slamon could not ask.",
		ask("max by (device) (slamon_snmp_up"+ofDevices+")", "{{device}}"), mapped(yesNo("answers", good, "silent", bad)), size(24, 5), devicePage())
}

func crossingBands() panel {
	return states("Thresholds", "When thresholds of slamon's configuration were passed. A capacity item opens a review, others are told as notices.",
		ask("max by (device, kind, part, threshold, severity) (slamon_snmp_crossing"+ofDevices+")", "{{device}} {{threshold}} ({{severity}}) {{part}}"),
		mapped(yesNo("passed", warning, "not passed", good)), size(16, 7), devicePage())
}

func reviewLines() panel {
	return lines("Reviews that wait", "Capacity reviews without a decision. A line that only rises means that nobody decides.", "none", size(8, 7), atLeast(0), decimals(0),
		ask("sum(slamon_capacity_reviews_open)", "open"), custom("lineInterpolation", "stepAfter"), instead("No device is read"),
		linked("Reviews in slamon", "${slamon:raw}/devices"))
}
