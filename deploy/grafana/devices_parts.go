package main

// The panels of what is read of devices. What is void has no series, so that a gap
// in a line is unknown, and never zero.

func processors() panel {
	return lines("Processor", "Share of processor time that was not idle. The dashed lines are at 50 %, from where one looks, and at 90 %.", "percentunit", size(12, 9), within(0, 1),
		ask("max by (device, part) (slamon_snmp_cpu_utilization_ratio"+ofDevices+")", "{{device}} {{part}}"),
		halfAndFull(), drawn(), palette(), instead("No processor is read"), devicePage())
}

func memories() panel {
	return lines("Memory", "Share of memory in use. Cache is not use: what the system gives back when a program asks is free.", "percentunit", size(12, 9), within(0, 1),
		ask("max by (device, part) (slamon_snmp_memory_utilization_ratio"+ofDevices+")", "{{device}} {{part}}"),
		steps(at(good), from(.8, warning), from(.95, bad)), drawn(), palette(), instead("No memory is read"), devicePage())
}

func traffic() panel {
	return lines("Traffic", "Received above the axis, sent below it, by the agent's own clock.", "bps", size(12, 9),
		ask(`max by (device, interface, direction) (slamon_snmp_interface_bits_per_second{device=~"$device", direction="in"})`, "{{device}} {{interface}} in"),
		ask(`max by (device, interface, direction) (slamon_snmp_interface_bits_per_second{device=~"$device", direction="out"})`, "{{device}} {{interface}} out"),
		whereSet(".* out$", "custom.transform", "negative-Y"), instead("No interface is read"), devicePage())
}

// whereSet sets one property of the fields whose name matches.
func whereSet(pattern, id string, value any) option {
	return func(p *panel) {
		p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{
			Matcher: matcher{"byRegexp", "/" + pattern + "/"}, Properties: []property{{id, value}},
		})
	}
}

func lineUse() panel {
	return lines("Share of the line in use", "Traffic by the speed of the interface. The dashed lines are at 50 % and 80 %.", "percentunit", size(12, 9), within(0, 1),
		ask(`max by (device, part) (slamon_snmp_reading_value{device=~"$device", kind="in_use"})`, "{{device}} {{part}} in"),
		ask(`max by (device, part) (slamon_snmp_reading_value{device=~"$device", kind="out_use"})`, "{{device}} {{part}} out"),
		steps(at(good), from(.5, warning), from(.8, bad)), drawn(), palette(), instead("No interface with a speed is read"), devicePage())
}

func packetErrors() panel {
	return lines("Packets in error", "Per second, received in error or not to be sent. Anything but zero is a cable, a port or a duplex mismatch.", "suffix:/s", size(8, 7), atLeast(0),
		ask("max by (device, interface, direction) (slamon_snmp_interface_errors_per_second"+ofDevices+")", "{{device}} {{interface}} {{direction}}"),
		instead("No interface counts errors"), devicePage())
}

func packetDiscards() panel {
	return lines("Packets thrown away", "Per second, without an error in them: the line or the device is full.", "suffix:/s", size(8, 7), atLeast(0),
		ask("max by (device, interface, direction) (slamon_snmp_interface_discards_per_second"+ofDevices+")", "{{device}} {{interface}} {{direction}}"),
		instead("No interface counts discards"), devicePage())
}

func linkBands() panel {
	return lines("Links that are down", "Interfaces that are switched on and do not work, by device.", "none", size(8, 7), atLeast(0), decimals(0),
		ask("sum by (device) (1 - slamon_snmp_interface_up"+ofDevices+")", "{{device}}"), custom("lineInterpolation", "stepAfter"),
		instead("No interface is read"), devicePage())
}

func volumes() panel {
	return bars("Volumes", "Share of each volume in use. Orange from 80 %, red from 95 %.", "percentunit", size(12, 8), within(0, 1), decimals(1),
		ask("max by (device, mount) (slamon_snmp_storage_utilization_ratio"+ofDevices+")", "{{device}} {{mount}}"),
		steps(at(good), from(.8, warning), from(.95, bad)), instead("No volume is read"), devicePage())
}

func volumeLines() panel {
	return lines("Volumes over time", "Share of each volume in use. Choose a month to see where it leads.", "percentunit", size(12, 8), within(0, 1),
		ask("max by (device, mount) (slamon_snmp_storage_utilization_ratio"+ofDevices+")", "{{device}} {{mount}}"),
		steps(at(good), from(.8, warning), from(.95, bad)), drawn(), palette(), instead("No volume is read"), devicePage())
}

// other is a chart of readings of some kinds.
func other(title, description, unit, kinds, missing string, more ...option) panel {
	return lines(title, description, unit, append([]option{size(8, 8),
		ask(`max by (device, part, kind) (slamon_snmp_reading_value{device=~"$device", kind=~"`+kinds+`"})`, "{{device}} {{part}} {{kind}}"),
		instead(missing), devicePage()}, more...)...)
}

func swap() panel {
	return other("Swap", "Share of swap space in use.", "percentunit", "swap", "No device with swap is read", within(0, 1))
}

func loads() panel {
	return other("Load", "Mean length of the run queue over a minute.", "none", "load", "No device tells its load", atLeast(0))
}

func temperatures() panel {
	return other("Temperature", "Inside the devices.", "celsius", "temperature", "No device tells its temperature")
}

func batteries() panel {
	return other("Batteries", "How long UPSs can carry their load, in seconds; and 1 while they run on battery.", "none", "battery_remaining|on_battery", "No UPS is read", atLeast(0))
}

func amounts() panel {
	return other("Memory and storage in bytes", "What is in use; cache is not use.", "bytes", "memory_used|storage_used", "No device tells amounts", atLeast(0))
}

func uptimes() panel {
	return other("Running for", "Time since the agent, or the host where it says so, was started.", "s", "uptime", "No device is read", atLeast(0))
}

func customs() panel {
	return other("Values by OID", "Values that slamon's configuration reads by OID, in the unit given there.", "none", "custom", "No value is read by OID")
}
