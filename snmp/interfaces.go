package snmp

import (
	"fmt"
	"slices"

	"github.com/slamon/slamon/device"
)

// Columns of IF-MIB (RFC 2863).
const (
	ifDescr                    = ".1.3.6.1.2.1.2.2.1.2"
	ifType                     = ".1.3.6.1.2.1.2.2.1.3"
	ifSpeed                    = ".1.3.6.1.2.1.2.2.1.5"
	ifAdminStatus              = ".1.3.6.1.2.1.2.2.1.7"
	ifOperStatus               = ".1.3.6.1.2.1.2.2.1.8"
	ifInOctets                 = ".1.3.6.1.2.1.2.2.1.10"
	ifInDiscards               = ".1.3.6.1.2.1.2.2.1.13"
	ifInErrors                 = ".1.3.6.1.2.1.2.2.1.14"
	ifOutOctets                = ".1.3.6.1.2.1.2.2.1.16"
	ifOutDiscards              = ".1.3.6.1.2.1.2.2.1.19"
	ifOutErrors                = ".1.3.6.1.2.1.2.2.1.20"
	ifName                     = ".1.3.6.1.2.1.31.1.1.1.1"
	ifHCInOctets               = ".1.3.6.1.2.1.31.1.1.1.6"
	ifHCOutOctets              = ".1.3.6.1.2.1.31.1.1.1.10"
	ifHighSpeed                = ".1.3.6.1.2.1.31.1.1.1.15"
	ifAlias                    = ".1.3.6.1.2.1.31.1.1.1.18"
	ifCounterDiscontinuityTime = ".1.3.6.1.2.1.31.1.1.1.19"

	statusUp         = 1  // of ifAdminStatus and ifOperStatus
	softwareLoopback = 24 // of ifType
)

// maxInterfaces is how many interfaces of a device are read: a large chassis'
// physical ports. What has more is narrowed by name.
const maxInterfaces = 1024

// iface is one interface of a plan.
type iface struct {
	name  string
	fixed float64 // its speed in bit/s when the plan was made; 0 when unknown

	in, out, inErr, outErr, inDrop, outDrop int // objects; -1 when not wanted
	speed, admin, oper, broken              int
	speedUnit                               float64
}

// columns is what the planner reads of the interface tables.
type columns struct {
	name, alias, descr, kind, admin, high, low, hc, broken map[string]value
}

func (w *planner) readColumns() (keys []string, c columns, err error) {
	for _, col := range []struct {
		root string
		into *map[string]value
	}{
		{ifDescr, &c.descr}, {ifName, &c.name}, {ifAlias, &c.alias}, {ifType, &c.kind}, {ifAdminStatus, &c.admin},
		{ifHighSpeed, &c.high}, {ifSpeed, &c.low}, {ifHCInOctets, &c.hc}, {ifCounterDiscontinuityTime, &c.broken},
	} {
		ordered, found, err := w.rows(col.root, "")
		if err != nil {
			return nil, c, err
		}
		*col.into = found
		if col.root == ifDescr || len(keys) == 0 {
			keys = ordered
		}
	}
	return keys, c, nil
}

// interfaces chooses the interfaces by name or alias.
func (w *planner) interfaces(first []value) error {
	if !w.dev.Wanted.Interfaces || !w.plan.profile.Interfaces {
		return nil
	}
	keys, c, err := w.readColumns()
	if err != nil {
		return err
	}
	// Old agents and Windows have only ifDescr.
	label := func(key string) string {
		if name := c.name[key].label(); name != "" {
			return name
		}
		return c.descr[key].label()
	}
	names := unique(keys, label, func(key string) string { return c.alias[key].label() })
	count := 0
	for i, key := range keys {
		if !w.chosen(key, names[i], c) {
			continue
		}
		if count++; count > maxInterfaces {
			w.note(fmt.Sprintf("more than %d interfaces; the rest is not read: choose by name", maxInterfaces))
			break
		}
		w.iface(key, names[i], c)
	}
	if count > 0 {
		w.watchTable(first)
	}
	return nil
}

// watchTable puts on the list what says that the interface table has changed.
func (w *planner) watchTable(first []value) {
	for i, oid := range []string{ifTableLastChange, ifNumber} {
		if first[i].shape != absent {
			w.plan.table, w.plan.tableValue = w.plan.want(oid, ""), first[i]
			return
		}
	}
}

func (w *planner) chosen(key, name string, c columns) bool {
	alias := c.alias[key].label()
	if out := w.dev.Wanted.InterfaceExclude; out != nil && (out.MatchString(name) || alias != "" && out.MatchString(alias)) {
		return false
	}
	if match := w.dev.Wanted.InterfaceMatch; match != nil {
		return match.MatchString(name) || alias != "" && match.MatchString(alias)
	}
	return c.kind[key].number != softwareLoopback && c.admin[key].number == statusUp
}

// iface puts the objects of one interface on the list.
func (w *planner) iface(key, name string, c columns) {
	wants := func(kinds ...device.Kind) bool {
		return slices.ContainsFunc(kinds, func(k device.Kind) bool { return slices.Contains(w.dev.Wanted.InterfaceKinds, k) })
	}
	add := func(wanted bool, column string) int {
		if !wanted {
			return -1
		}
		return w.plan.want(column+"."+key, "if "+name)
	}
	in, out := ifInOctets, ifOutOctets
	if c.hc[key].shape == counts64 {
		in, out = ifHCInOctets, ifHCOutOctets
	}
	f := iface{
		name:    name,
		in:      add(wants(device.InBits, device.InUse), in),
		out:     add(wants(device.OutBits, device.OutUse), out),
		inErr:   add(wants(device.InErrors), ifInErrors),
		outErr:  add(wants(device.OutErrors), ifOutErrors),
		inDrop:  add(wants(device.InDiscards), ifInDiscards),
		outDrop: add(wants(device.OutDiscards), ifOutDiscards),
		admin:   add(wants(device.LinkUp), ifAdminStatus),
		oper:    add(wants(device.LinkUp), ifOperStatus),
		broken:  add(c.broken[key].shape == ticks, ifCounterDiscontinuityTime),
	}
	column, unit, speed := ifHighSpeed, 1e6, c.high[key]
	if speed.shape == absent {
		column, unit, speed = ifSpeed, 1, c.low[key]
	}
	f.speedUnit = unit
	f.speed = add(wants(device.Speed, device.InUse, device.OutUse), column)
	// A loopback interface reports 10 Mbit/s and carries any amount.
	if n, void := speed.count(); void == device.NotVoid && c.kind[key].number != softwareLoopback {
		f.fixed = float64(n) * unit
	} else if c.kind[key].number == softwareLoopback {
		f.speed = -1
	}
	w.plan.build = append(w.plan.build, func(v *view) { f.readings(v, wants) })
}

// smallestFrame is what the smallest Ethernet frame takes on the line in bits:
// 64 bytes, preamble and gap. No counter of packets grows faster than that.
const smallestFrame = 84 * 8

func (f *iface) readings(v *view, wants func(...device.Kind) bool) {
	speed := f.fixed
	if f.speed >= 0 {
		n, void := v.count(f.speed)
		if void == device.NotVoid {
			speed = float64(n) * f.speedUnit
			if n == 0 { // virtual interfaces do not know theirs
				void = device.VoidMissing
			}
		}
		if wants(device.Speed) {
			v.emit(device.Speed, f.name, speed, void)
		}
	}
	broken := v.changed(f.broken)
	f.octets(v, f.in, speed, broken, wants, device.InBits, device.InUse)
	f.octets(v, f.out, speed, broken, wants, device.OutBits, device.OutUse)
	for _, c := range []struct {
		kind device.Kind
		at   int
	}{{device.InErrors, f.inErr}, {device.OutErrors, f.outErr}, {device.InDiscards, f.inDrop}, {device.OutDiscards, f.outDrop}} {
		if c.at >= 0 {
			rate, void := v.rate(c.at, speed/smallestFrame)
			v.emit(c.kind, f.name, rate, orBroken(void, broken))
		}
	}
	if f.oper >= 0 {
		up, void := f.link(v)
		v.emit(device.LinkUp, f.name, up, void)
	}
}

func (f *iface) octets(v *view, at int, speed float64, broken bool, wants func(...device.Kind) bool, bits, use device.Kind) {
	if at < 0 {
		return
	}
	rate, void := v.rate(at, speed/8)
	void = orBroken(void, broken)
	if wants(bits) {
		v.emit(bits, f.name, rate*8, void)
	}
	if wants(use) && (f.speed >= 0 || f.fixed > 0) {
		if void == device.NotVoid && speed <= 0 {
			void = device.VoidMissing
		}
		v.emit(use, f.name, min(1, rate*8/max(speed, 1)), void)
	}
}

// orBroken voids a difference over a break that the agent admits.
func orBroken(void device.Void, broken bool) device.Void {
	if void == device.NotVoid && broken {
		return device.VoidDiscontinuity
	}
	return void
}

// link says whether an interface works that should. One that its operator has
// switched off is neither up nor down.
func (f *iface) link(v *view) (float64, device.Void) {
	admin, void := v.count(f.admin)
	if void != device.NotVoid {
		return 0, void
	}
	oper, void := v.count(f.oper)
	switch {
	case void != device.NotVoid:
		return 0, void
	case admin != statusUp:
		return 0, device.VoidDisabled
	case oper == statusUp:
		return 1, device.NotVoid
	}
	return 0, device.NotVoid
}
