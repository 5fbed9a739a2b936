package device

import "time"

// Ticks are processor ticks by what they were spent on, cumulative over all
// processors (UCD-SNMP-MIB ssCpuRaw*, 1.3.6.1.4.1.2021.11.50 and following), or
// the differences of two such readings. Ticks of guests are part of User.
type Ticks struct {
	User, Nice, System, Idle, Wait, Kernel, Interrupt, SoftIRQ, Steal uint64
}

func (t Ticks) total() uint64 {
	return t.User + t.Nice + t.System + t.Idle + t.Wait + t.Kernel + t.Interrupt + t.SoftIRQ + t.Steal
}

const (
	ticksPerSecond = 100 // UCD-SNMP-MIB: "typically 1/100s"

	// cpuCache is how old the agent's ticks may be: net-snmp reads them every
	// 5 s, busy agents later. A difference may so belong to a longer time.
	cpuCache = 15 * time.Second

	// doubleCheck is the shortest time over which ticks are compared with the
	// clock to find terms that are counted twice; below, cpuCache blurs them.
	doubleCheck = 2 * time.Minute
)

// Busy returns the share of processor time that was not idle, from the
// differences of the ticks over the time that the agent counted. cpus is zero
// when unknown.
//
// On some agents System already contains Wait and Kernel (so the MIB's text);
// where the clock shows that the sum is too large by these, they are dropped. Far
// more ticks than time means that the agent started counting in between.
func Busy(d Ticks, cpus int, elapsed time.Duration) (float64, Void) {
	total := d.total()
	if total == 0 {
		return 0, VoidStale
	}
	if cpus > 0 && elapsed > 0 {
		expected := float64(cpus*ticksPerSecond) * elapsed.Seconds()
		twice := d.Wait + d.Kernel
		if elapsed >= doubleCheck && nearer(float64(total-twice), float64(total), expected) {
			total -= twice
		}
		if float64(total) > 1.5*expected+float64(cpus*ticksPerSecond)*cpuCache.Seconds() {
			return 0, VoidRange
		}
	}
	return share(float64(total-d.Idle), float64(total))
}

// nearer reports whether a explains want clearly better than b does.
func nearer(a, b, want float64) bool {
	da, db := distance(a, want), distance(b, want)
	return db > 0.05*want && da < db/2
}

func distance(a, b float64) float64 {
	if a > b {
		return a - b
	}
	return b - a
}

// InUseAvailable returns the share of memory in use where the agent says how
// much is available to new programs (memSysAvail): 1 − available/total.
func InUseAvailable(total, available uint64) (float64, Void) {
	if available > total {
		return 0, VoidRange
	}
	return share(float64(total-available), float64(total))
}

// InUseCached returns the share of memory in use where the agent does not say
// what is available: free memory, buffers and cache are not in use. Total minus
// free alone is wrong, because a healthy system fills its memory with cache.
func InUseCached(total, free, buffers, cached uint64) (float64, Void) {
	spare := free + buffers + cached
	if spare > total || free > total || buffers > total || cached > total {
		return 0, VoidRange
	}
	return share(float64(total-spare), float64(total))
}

// Share returns used/size.
func Share(used, size uint64) (float64, Void) { return share(float64(used), float64(size)) }

// Percent returns a percentage as a ratio.
func Percent(v float64) (float64, Void) { return share(v, 100) }

func share(part, whole float64) (float64, Void) {
	if !(whole > 0 && part >= 0 && part <= whole) { // so written, NaN is out too
		return 0, VoidRange
	}
	return part / whole, NotVoid
}
