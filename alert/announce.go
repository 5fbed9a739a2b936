package alert

import (
	"fmt"
	"time"
)

// Announce returns the notice of something that is over when it is told, such as
// that slamon watches again. It returns false when no policy is about it.
func Announce(now time.Time, rules Rules, c Condition) (Notice, bool) {
	d := decision{now: now, rules: rules}
	p := d.policy(&c)
	if p == nil {
		return Notice{}, false
	}
	id := fmt.Sprintf("%s@%d", c.Key, now.Unix())
	return Notice{
		ID: id, Thread: id, Kind: Recovered, Why: "it is over", Policy: p.ID, Severity: c.Severity, Detected: now, Due: now.Add(p.Window),
		Channels: d.resolve(p.Channels), Fallback: d.resolve(p.Fallback), Escalation: d.resolve(p.Escalation), Conditions: []Condition{c},
	}, true
}
