package metrics

import (
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// Of devices. What is void has no series: unknown is never zero.
var (
	snmpUp         = gauge("snmp_up", "Whether the agent answered the last poll. Absent while that is unknown.", "class", "device", "service")
	snmpCPU        = gauge("snmp_cpu_utilization_ratio", "Share of processor time that was not idle.", "device", "part")
	snmpMemory     = gauge("snmp_memory_utilization_ratio", "Share of memory in use; cache is not use.", "device", "part")
	snmpStorage    = gauge("snmp_storage_utilization_ratio", "Share of a volume in use.", "device", "mount")
	snmpInterface  = gauge("snmp_interface_bits_per_second", "Rate of an interface by the agent's own clock.", "device", "direction", "interface")
	snmpErrors     = gauge("snmp_interface_errors_per_second", "Packets in error, or that could not be sent, by the agent's own clock.", "device", "direction", "interface")
	snmpDiscards   = gauge("snmp_interface_discards_per_second", "Packets thrown away, by the agent's own clock.", "device", "direction", "interface")
	snmpLink       = gauge("snmp_interface_up", "Whether an interface that is switched on works.", "device", "interface")
	snmpValue      = gauge("snmp_reading_value", "Latest of any other reading, in the unit of its kind.", "device", "kind", "part")
	snmpCrossing   = gauge("snmp_crossing", "Whether the threshold is passed; 0 also while it is not yet.", "device", "kind", "part", "severity", "threshold")
	snmpReadings   = gauge("snmp_readings", "Readings of the last poll, by whether they have a value.", "device", "known")
	capacityReview = gauge("capacity_reviews_open", "Capacity reviews that wait for a decision.")
)

// maxInstances bounds the series of one device: names of interfaces and mounts come
// from its agent, not from the configuration. snmp reads no more of them either.
const maxInstances = 4096

func collectDevices(k *sink, b *status.Board) {
	up := map[check.ID]check.State{}
	if s := service(b, check.DevicesService); s != nil {
		for i := range s.Checks {
			if !s.Checks[i].Last.Sent.IsZero() {
				up[s.Checks[i].ID] = s.Checks[i].Last.State
			}
		}
	}
	for i := range b.Devices {
		d := &b.Devices[i]
		if state, ok := up[check.ID(d.ID)]; ok && state != check.Unknown {
			k.flag(snmpUp, k.labels("class", string(d.Class), "device", string(d.ID), "service", string(d.Service)), state.Good())
		}
		known := 0
		for _, r := range d.Readings[:min(len(d.Readings), maxInstances)] {
			if r.Known() {
				known++
				collectReading(k, r)
			}
		}
		k.put(snmpReadings, k.labels("device", string(d.ID), "known", "false"), float64(len(d.Readings)-known))
		k.put(snmpReadings, k.labels("device", string(d.ID), "known", "true"), float64(known))
		for _, w := range d.Watched[:min(len(d.Watched), maxInstances)] {
			k.flag(snmpCrossing, k.labels("device", string(d.ID), "kind", w.Series.Kind.String(), "part", w.Series.Instance,
				"severity", string(w.Severity), "threshold", w.Threshold.ID), w.Raised)
		}
	}
	open := 0
	for i := range b.Reviews {
		if b.Reviews[i].Open() {
			open++
		}
	}
	if len(b.Devices) > 0 {
		k.put(capacityReview, nil, float64(open))
	}
}

func service(b *status.Board, id check.ServiceID) *status.Service {
	for i := range b.Services {
		if b.Services[i].ID == id {
			return &b.Services[i]
		}
	}
	return nil
}

func collectReading(k *sink, r device.Reading) {
	id := string(r.Device)
	sided := func(f *family, direction string) {
		k.put(f, k.labels("device", id, "direction", direction, "interface", r.Instance), r.Value)
	}
	switch r.Kind {
	case device.CPU:
		k.put(snmpCPU, k.labels("device", id, "part", r.Instance), r.Value)
	case device.Memory:
		k.put(snmpMemory, k.labels("device", id, "part", r.Instance), r.Value)
	case device.Storage:
		k.put(snmpStorage, k.labels("device", id, "mount", r.Instance), r.Value)
	case device.InBits:
		sided(snmpInterface, "in")
	case device.OutBits:
		sided(snmpInterface, "out")
	case device.InErrors:
		sided(snmpErrors, "in")
	case device.OutErrors:
		sided(snmpErrors, "out")
	case device.InDiscards:
		sided(snmpDiscards, "in")
	case device.OutDiscards:
		sided(snmpDiscards, "out")
	case device.LinkUp:
		k.put(snmpLink, k.labels("device", id, "interface", r.Instance), r.Value)
	default:
		k.put(snmpValue, k.labels("device", id, "kind", r.Kind.String(), "part", r.Instance), r.Value)
	}
}
