package snmp

import (
	"maps"
	"slices"

	"github.com/slamon/slamon/device"
)

// ticks reads processor ticks (device.Busy).
func (w *planner) ticks(r Rule) (bool, error) {
	parts := slices.Sorted(maps.Keys(r.OIDs))
	oids := make([]string, len(parts))
	for i, part := range parts {
		oids[i] = r.OIDs[part]
	}
	values, err := w.present(oids)
	if err != nil {
		return false, err
	}
	index := make(map[string]int, len(parts))
	for i, part := range parts {
		if values[i].shape == absent {
			if slices.Contains(hows["ticks"].needs, part) {
				return false, nil
			}
			continue
		}
		index[part] = w.plan.want(oids[i], "")
	}
	cpus, hasCPUs := index["cpus"]
	var rows [len(tickParts)]int // -1 for what the agent does not count
	for i, part := range tickParts {
		rows[i] = -1
		if row, ok := index[part]; ok {
			rows[i] = row
		}
	}
	w.plan.build = append(w.plan.build, func(v *view) {
		count := uint64(0)
		if hasCPUs {
			count, _ = v.count(cpus)
		}
		busy, void := busy(v, rows, int(min(count, maxProcessors)))
		v.emit(device.CPU, "", busy, void)
	})
	return true, nil
}

// maxProcessors is more than any machine has; an agent's number is not believed
// beyond it.
const maxProcessors = 1 << 16

// tickParts are the parts of device.Ticks, in the order of busy.
var tickParts = [...]string{"user", "nice", "system", "idle", "wait", "kernel", "interrupt", "softirq", "steal"}

// busy takes the differences of the ticks.
func busy(v *view, rows [len(tickParts)]int, cpus int) (float64, device.Void) {
	// Four times what the processors can count: agents refresh their ticks seldom,
	// so that a difference may belong to more time than passed. The bound only
	// serves to tell a wrap from a reset; device.Busy judges the sum.
	most := float64(cpus) * 100 * 4
	var d [len(tickParts)]uint64
	for i, row := range rows {
		if row < 0 {
			continue
		}
		var void device.Void
		if d[i], void = v.delta(row, most); void != device.NotVoid {
			return 0, void
		}
	}
	return device.Busy(device.Ticks{
		User: d[0], Nice: d[1], System: d[2], Idle: d[3], Wait: d[4],
		Kernel: d[5], Interrupt: d[6], SoftIRQ: d[7], Steal: d[8],
	}, cpus, v.elapsed)
}

// percentages reads one percentage, or a column of them.
func (w *planner) percentages(kind device.Kind, r Rule) (bool, error) {
	if r.How == "percent" {
		values, err := w.present([]string{r.OID})
		if err != nil || values[0].shape == absent {
			return false, err
		}
		i := w.plan.want(r.OID, "")
		w.plan.build = append(w.plan.build, func(v *view) {
			f, void := percent(v, i, r.ZeroVoid)
			v.emit(kind, "", f, void)
		})
		return true, nil
	}
	keys, _, err := w.rows(r.OID, r.Row)
	if err != nil || len(keys) == 0 {
		return false, err
	}
	if len(keys) > maxProcessors/64 {
		keys = keys[:maxProcessors/64]
	}
	rows := make([]int, len(keys))
	for i, key := range keys {
		rows[i] = w.plan.want(r.OID+"."+key, kind.String()+" row "+key)
	}
	w.plan.build = append(w.plan.build, func(v *view) {
		var all []float64
		why := device.VoidMissing
		for i, row := range rows {
			f, void := percent(v, row, r.ZeroVoid)
			if r.Combine == "rows" {
				v.emit(kind, keys[i], f, void)
			} else if void == device.NotVoid {
				all = append(all, f)
			} else {
				why = void
			}
		}
		if r.Combine != "rows" {
			combined(v, kind, r.Combine, all, why)
		}
	})
	return true, nil
}

// combined emits one reading for several rows. Rows that are void are left out;
// when all are, the reading is.
func combined(v *view, kind device.Kind, how string, all []float64, why device.Void) {
	switch {
	case len(all) == 0:
		v.emit(kind, "", 0, why)
	case how == "max":
		v.emit(kind, "", slices.Max(all), device.NotVoid)
	default:
		v.emit(kind, "", device.Mean(all), device.NotVoid)
	}
}

func percent(v *view, i int, zeroVoid bool) (float64, device.Void) {
	f, void := v.float(i)
	if void != device.NotVoid {
		return 0, void
	}
	if zeroVoid && f == 0 {
		return 0, device.VoidMissing
	}
	return device.Percent(f)
}

// sizes reads memory from scalars.
func (w *planner) sizes(r Rule) (bool, error) {
	parts := hows[r.How].needs
	oids := make([]string, len(parts))
	for i, part := range parts {
		oids[i] = r.OIDs[part]
	}
	values, err := w.present(oids)
	if err != nil || slices.ContainsFunc(values, func(v value) bool { return v.shape == absent }) {
		return false, err
	}
	rows := make([]int, len(parts))
	for i := range parts {
		rows[i] = w.plan.want(oids[i], "")
	}
	w.plan.build = append(w.plan.build, func(v *view) {
		n := make([]uint64, len(rows))
		for i, row := range rows {
			var void device.Void
			if n[i], void = v.count(row); void != device.NotVoid {
				emitMemory(v, "", 0, 0, void)
				return
			}
		}
		share, total, void := memoryOf(r.How, n)
		emitMemory(v, "", share, float64(total)*float64(r.Unit), void)
	})
	return true, nil
}

// memoryOf applies the rule to its sizes and returns the share in use and the total.
func memoryOf(how string, n []uint64) (share float64, total uint64, void device.Void) {
	switch how {
	case "available": // total, available
		share, void = device.InUseAvailable(n[0], n[1])
		return share, n[0], void
	case "cached": // total, free, buffers, cached
		share, void = device.InUseCached(n[0], n[1], n[2], n[3])
		return share, n[0], void
	}
	share, void = device.Share(n[0], n[1]) // used, size
	return share, n[1], void
}

func emitMemory(v *view, instance string, share, bytes float64, void device.Void) {
	v.emit(device.Memory, instance, share, void)
	v.emit(device.MemoryUsed, instance, share*bytes, void)
}

// pools reads memory from two columns, used and free.
func (w *planner) pools(r Rule) (bool, error) {
	keys, _, err := w.rows(r.OIDs["used"], r.Row)
	if err != nil || len(keys) == 0 {
		return false, err
	}
	names := make(map[string]value)
	if r.OIDs["name"] != "" {
		if _, names, err = w.rows(r.OIDs["name"], ""); err != nil {
			return false, err
		}
	}
	keys = keys[:min(len(keys), maxPools)]
	labels := unique(keys, func(key string) string { return names[key].label() }, nil)
	type pool struct{ used, free int }
	pools := make([]pool, len(keys))
	for i, key := range keys {
		owner := "pool " + labels[i]
		pools[i] = pool{w.plan.want(r.OIDs["used"]+"."+key, owner), w.plan.want(r.OIDs["free"]+"."+key, owner)}
	}
	w.plan.build = append(w.plan.build, func(v *view) {
		var all []float64
		why := device.VoidMissing
		for i, p := range pools {
			share, bytes, void := poolShare(v, p.used, p.free)
			if r.Combine == "rows" {
				emitMemory(v, labels[i], share, bytes*float64(r.Unit), void)
			} else if void == device.NotVoid {
				all = append(all, share)
			} else {
				why = void
			}
		}
		if r.Combine != "rows" {
			combined(v, device.Memory, r.Combine, all, why)
		}
	})
	return true, nil
}

// maxPools is how many memory pools of a device are read; large chassis have
// some dozens.
const maxPools = 64

func poolShare(v *view, used, free int) (share, bytes float64, void device.Void) {
	u, void := v.count(used)
	if void != device.NotVoid {
		return 0, 0, void
	}
	f, void := v.count(free)
	if void != device.NotVoid {
		return 0, 0, void
	}
	if u+f < u {
		return 0, 0, device.VoidRange
	}
	share, void = device.Share(u, u+f)
	return share, float64(u + f), void
}

// single reads one more kind of value: a scalar, or each row of a column.
func (w *planner) single(r Rule) error {
	kind, err := device.ParseKind(r.Kind)
	if err != nil {
		return err
	}
	oids, instances := []string{r.OID}, []string{""}
	if r.How == "column_values" {
		keys, _, err := w.rows(r.OID, r.Row)
		if err != nil {
			return err
		}
		keys = keys[:min(len(keys), maxPools)]
		oids, instances = make([]string, len(keys)), slices.Clone(keys)
		for i, key := range keys {
			oids[i] = r.OID + "." + key
		}
		if len(keys) == 1 {
			instances[0] = ""
		}
	} else if values, err := w.present(oids); err != nil || values[0].shape == absent {
		return err
	}
	for i, oid := range oids {
		row := w.plan.want(oid, "")
		w.plan.build = append(w.plan.build, func(v *view) {
			f, void := v.float(row)
			switch {
			case void == device.NotVoid && r.ZeroVoid && f == 0:
				void = device.VoidMissing
			case r.Equals != nil && f == float64(*r.Equals):
				f = 1
			case r.Equals != nil:
				f = 0
			default:
				f *= r.Scale
			}
			v.emit(kind, instances[i], f, void)
		})
	}
	return nil
}
