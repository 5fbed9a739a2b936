package config

import (
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
)

// The limits of a check's pace.
const (
	minInterval    = time.Second            // closer probing is load, not monitoring
	maxInterval    = 24 * time.Hour         // the phase of a grid is drawn anew every day
	minTimeout     = 10 * time.Millisecond  // a network needs some
	minReprobe     = 100 * time.Millisecond // closer ones would measure the same moment
	maxReprobeGood = 100
)

// The defaults of a check's pace; that of the interval depends on the class.
const (
	defaultTimeout     = 10 * time.Second // at most; see timeoutFor
	defaultReprobe     = 10 * time.Second // at most the interval
	defaultReprobeGood = 3
)

// pace is how often and how patiently a check asks, after all defaults.
type pace struct {
	interval, timeout, reprobe, degradedAfter time.Duration
	reprobeGood                               int
}

// defaults are the paces of the classes; zero timeout and negative reprobe mean
// that the file states none.
func (r *reader) defaults(f *defaultsFile) map[check.Class]pace {
	paces := map[check.Class]pace{}
	for class, t := range map[check.Class]*pacesFile{
		check.Application: &f.Application,
		check.Platform:    &f.Platform,
		check.Server:      &f.Server,
		check.StorageGear: &f.Storage,
		check.Network:     &f.Network,
		check.Security:    &f.Security,
	} {
		k := &t.paceKeys
		p := pace{
			interval:      r.between(k.Interval, "interval", minInterval, maxInterval, class.DefaultInterval()),
			reprobe:       -1,
			reprobeGood:   int(r.within(k.ReprobeGood, "reprobe_good", 0, maxReprobeGood, defaultReprobeGood)),
			degradedAfter: k.DegradedAfter.or(0),
		}
		p.timeout = r.timeout(k.Timeout, p.interval, 0)
		if k.Reprobe.ok {
			p.reprobe = r.reprobe(k.Reprobe)
		}
		paces[class] = p
		if p.timeout == 0 {
			p.timeout = timeoutFor(p.interval)
		}
		r.coherent(k, p)
	}
	return paces
}

// timeout reads a timeout. That it fits the interval is looked at by coherent.
func (r *reader) timeout(f field[time.Duration], interval, missing time.Duration) time.Duration {
	if f.ok && f.v < minTimeout {
		if interval == 0 {
			interval = minInterval
		}
		r.complain(f.at, "timeout = "+strconv.Quote(FormatDuration(timeoutFor(interval))),
			"timeout %q: want at least %s", FormatDuration(f.v), FormatDuration(minTimeout))
		return missing
	}
	return f.or(missing)
}

// reprobe reads the pause of re-probing; 0 turns it off.
func (r *reader) reprobe(f field[time.Duration]) time.Duration {
	if f.v == 0 {
		return 0
	}
	return r.between(f, "reprobe", minReprobe, maxInterval, defaultReprobe)
}

// coherent complains about keys of one table that contradict each other or the
// pace that they lead to.
func (r *reader) coherent(k *paceKeys, p pace) {
	if p.interval == 0 {
		return
	}
	if k.Timeout.ok && k.Timeout.v > p.interval {
		r.complain(k.Timeout.at, "timeout = "+strconv.Quote(FormatDuration(timeoutFor(p.interval))),
			"timeout %q is longer than the interval of %s", FormatDuration(k.Timeout.v), FormatDuration(p.interval))
	}
	if k.Reprobe.ok && k.Reprobe.v > p.interval {
		r.complain(k.Reprobe.at, "reprobe = "+strconv.Quote(FormatDuration(min(defaultReprobe, p.interval))),
			"reprobe %q is longer than the interval of %s", FormatDuration(k.Reprobe.v), FormatDuration(p.interval))
	}
	if k.DegradedAfter.ok && k.DegradedAfter.v >= p.timeout {
		r.complain(k.DegradedAfter.at, "degraded_after = "+strconv.Quote(FormatDuration((p.timeout/2).Round(time.Millisecond))),
			"degraded_after %q must be shorter than the timeout of %s: a slower answer is a timeout",
			FormatDuration(k.DegradedAfter.v), FormatDuration(p.timeout))
	}
}

// timeoutFor returns the timeout when the file states none: long enough to be
// fair to the target, short enough that the slot is free for the next probe.
func timeoutFor(interval time.Duration) time.Duration {
	return min(interval*9/10, defaultTimeout)
}

// pace returns the pace of one check. A default of its class that does not fit
// its own interval is cut, because it was meant for others.
func (r *reader) pace(k *paceKeys, class check.Class, paces map[check.Class]pace, at place) pace {
	p := paces[class]
	p.interval = r.between(k.Interval, "interval", minInterval, maxInterval, p.interval)
	if p.interval == 0 {
		if !k.Interval.set {
			r.complain(at, `interval = "5m"`, "class %s has no default interval: want one here or in [defaults.%s]", class, class)
		}
		p.interval = maxInterval
	}
	usual := timeoutFor(p.interval)
	if p.timeout > 0 && p.timeout <= p.interval {
		usual = p.timeout
	}
	p.timeout = r.timeout(k.Timeout, p.interval, usual)
	if p.reprobe < 0 {
		p.reprobe = defaultReprobe
	}
	p.reprobe = min(p.reprobe, p.interval)
	if k.Reprobe.ok {
		p.reprobe = r.reprobe(k.Reprobe)
	}
	p.reprobeGood = int(r.within(k.ReprobeGood, "reprobe_good", 0, maxReprobeGood, int64(p.reprobeGood)))
	if k.DegradedAfter.ok {
		p.degradedAfter = k.DegradedAfter.v
	} else if p.degradedAfter >= p.timeout {
		p.degradedAfter = 0
	}
	r.coherent(k, p)
	return p
}
