package snmp

import (
	"time"

	"github.com/slamon/slamon/device"
)

// Objects that every device is asked for.
const (
	sysDescr          = ".1.3.6.1.2.1.1.1.0"
	sysObjectID       = ".1.3.6.1.2.1.1.2.0"
	sysUpTime         = ".1.3.6.1.2.1.1.3.0"
	sysName           = ".1.3.6.1.2.1.1.5.0"
	snmpEngineBoots   = ".1.3.6.1.6.3.10.2.1.2.0"
	snmpEngineTime    = ".1.3.6.1.6.3.10.2.1.3.0"
	ifNumber          = ".1.3.6.1.2.1.2.1.0"
	ifTableLastChange = ".1.3.6.1.2.1.31.1.5.0"
)

// planLife is how long a plan is believed on agents that do not say when their
// tables change.
const planLife = time.Hour

// youth is how long a plan is believed that was made within as long of the agent's
// start: net-snmp has no processor figures (hrProcessorLoad) in its first minute.
const youth = 2 * time.Minute

// plan is the list of objects that one poll asks for, and what becomes of them.
// It is never changed once it is made.
type plan struct {
	profile *Profile
	made    time.Time
	young   bool     // made soon after the agent's start
	notes   []string // what was left out, for people

	oids   []string
	owners []string       // what each object belongs to, by name: "if eth0", "mount /"
	at     map[string]int // index in oids
	build  []func(*view)  // make readings

	uptime, boots, seconds int // clock objects; -1 when the agent has none
	table                  int // ifTableLastChange or ifNumber; -1 without interfaces
	tableValue             value
}

func newPlan(p *Profile, now time.Time) *plan {
	return &plan{profile: p, made: now, at: make(map[string]int), uptime: -1, boots: -1, seconds: -1, table: -1}
}

// stale reports whether the plan is to be made anew.
func (p *plan) stale(now time.Time) bool {
	life := planLife
	if p.young {
		life = youth
	}
	return now.Sub(p.made) > life
}

// want puts an object on the list and returns its index.
func (p *plan) want(oid, owner string) int {
	if i, ok := p.at[oid]; ok {
		return i
	}
	i := len(p.oids)
	p.at[oid] = i
	p.oids = append(p.oids, oid)
	p.owners = append(p.owners, owner)
	return i
}

// sample is what one poll brought.
type sample struct {
	clock   device.Clock
	values  []value // as plan.oids
	reached int     // values from here on were not asked for
}

// carry takes an earlier sample over to another plan: values whose object still
// belongs to the same thing. An interface whose index has moved starts anew.
func carry(old *plan, s *sample, to *plan) *sample {
	if old == to || s == nil {
		return s
	}
	moved := &sample{clock: s.clock, values: make([]value, len(to.oids)), reached: len(to.oids)}
	for i, oid := range to.oids {
		j, ok := old.at[oid]
		if ok && j < s.reached && old.owners[j] == to.owners[i] {
			moved.values[i] = s.values[j]
		}
	}
	return moved
}

// clockOf reads the agent's time out of a sample.
func (p *plan) clockOf(values []value, wall time.Time) device.Clock {
	c := device.Clock{Wall: wall}
	if p.uptime >= 0 && values[p.uptime].shape == ticks {
		c.HasTicks, c.Ticks = true, uint32(values[p.uptime].number)
	}
	if p.boots >= 0 && p.seconds >= 0 {
		boots, e1 := values[p.boots].count()
		seconds, e2 := values[p.seconds].count()
		if e1 == device.NotVoid && e2 == device.NotVoid {
			c.HasEngine, c.Boots, c.Seconds = true, uint32(boots), uint32(seconds)
		}
	}
	return c
}

// moved reports whether the agent's tables are others than when the plan was
// made: the interface table says so, or a row is gone that was there before.
func (p *plan) moved(now, before *sample) bool {
	if p.table >= 0 && p.table < now.reached {
		v := now.values[p.table]
		if v.shape != absent && v != p.tableValue {
			return true
		}
	}
	if before == nil {
		return false
	}
	for i, owner := range p.owners {
		if owner != "" && i < now.reached && i < len(before.values) &&
			now.values[i].shape == absent && before.values[i].shape != absent {
			return true
		}
	}
	return false
}

// view is what the builders of readings look at.
type view struct {
	device device.ID
	at     time.Time
	now    *sample
	before *sample // nil when there is none

	elapsed time.Duration // between the two, on the agent's clock
	broken  device.Void   // why no differences can be taken
	unasked device.Void   // why values beyond now.reached are missing

	out []device.Reading
}

// emit adds a reading.
func (v *view) emit(kind device.Kind, instance string, number float64, void device.Void) {
	if void != device.NotVoid {
		number = 0
	}
	v.out = append(v.out, device.Reading{
		Series: device.Series{Device: v.device, Kind: kind, Instance: instance},
		At:     v.at, Value: number, Void: void,
	})
}

// float, count and text return the value of an object.
func (v *view) float(i int) (float64, device.Void) {
	if i >= v.now.reached {
		return 0, v.unasked
	}
	return v.now.values[i].float()
}

func (v *view) count(i int) (uint64, device.Void) {
	if i >= v.now.reached {
		return 0, v.unasked
	}
	return v.now.values[i].count()
}

// pair returns both values of a counter and the time between them.
func (v *view) pair(i int) (before, now device.Counter, void device.Void) {
	if i >= v.now.reached {
		return before, now, v.unasked
	}
	if now, void = v.now.values[i].counter(); void != device.NotVoid {
		return before, now, void
	}
	if v.before == nil || i >= v.before.reached || v.before.values[i].shape == absent {
		return before, now, device.VoidFirst
	}
	if v.broken != device.NotVoid {
		return before, now, v.broken
	}
	before, void = v.before.values[i].counter()
	return before, now, void
}

// rate returns the rate of a counter; most is the largest that is possible.
func (v *view) rate(i int, most float64) (float64, device.Void) {
	before, now, void := v.pair(i)
	if void != device.NotVoid {
		return 0, void
	}
	return device.Rate(before, now, v.elapsed, most)
}

// delta returns how far a counter went.
func (v *view) delta(i int, most float64) (uint64, device.Void) {
	before, now, void := v.pair(i)
	if void != device.NotVoid {
		return 0, void
	}
	return device.Delta(before, now, v.elapsed, most)
}

// changed reports whether an object that marks breaks has another value.
func (v *view) changed(i int) bool {
	return i >= 0 && v.before != nil && i < v.now.reached && i < v.before.reached &&
		v.before.values[i].shape != absent && v.now.values[i] != v.before.values[i]
}

// readings runs the builders, which most likely make as many as before.
func (p *plan) readings(v *view, before int) []device.Reading {
	v.out = make([]device.Reading, 0, max(before, 1))
	for _, build := range p.build {
		build(v)
	}
	return v.out
}
