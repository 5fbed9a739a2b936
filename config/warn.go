package config

import (
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// advise warns about what is allowed but rarely meant. It runs only on a
// configuration without complaints.
func (r *reader) advise(c *Config, f *file) {
	if len(c.Anchors) == 0 {
		r.warn(0, "add [[own_network.anchor]]: the gateway, a resolver, an independent site",
			"no anchors: an outage of our own line will be counted as the vendor's")
	}
	work := c.Work()
	if size := c.Storage.MaxSize; size > 0 && work.BytesKept > size {
		days := size / max(work.BytesPerDay, 1)
		r.warn(f.Storage.MaxSize.at, "max_size = \""+FormatSize(roundUp(work.BytesKept))+"\", or a shorter retention",
			"max_size %q is full after about %d days of results, and retention is %s",
			FormatSize(size), days, FormatDuration(c.Storage.Retention))
	}
	r.adviseClaims(c, f)
	r.adviseResponses(c, f)
}

// roundUp returns the size in whole GiB above n, with a tenth to spare.
func roundUp(n int64) int64 {
	const gib = 1 << 30
	return (n + n/10 + gib) / gib * gib
}

func (r *reader) adviseClaims(c *Config, f *file) {
	if len(c.Claims) == 0 {
		return
	}
	paused := map[check.ID]bool{}
	for _, s := range c.Services {
		for _, k := range s.Checks {
			paused[k.ID] = k.Paused
		}
	}
	needs := c.Needs()
	i := 0
	for _, s := range f.Service {
		for _, cf := range s.Claim {
			if cf.Response.set {
				continue
			}
			claim, need := c.Claims[i], needs[i]
			i++
			for _, id := range claim.Checks {
				if paused[id] {
					r.warn(cf.at, "paused = false, or leave it out of checks", "claim %q rests on check %q, which is paused: its time is unknown", claim.ID, id)
				}
			}
			if need.Failures < 0 && need.Allowance > 0 {
				r.warn(cf.Availability.at, r.quicker(claim, need), "%s", need.Text)
			}
		}
	}
}

func (r *reader) quicker(claim sla.Claim, need Need) string {
	if d := need.Advised(); d > 0 {
		return "interval = \"" + FormatDuration(d) + "\" for its checks"
	}
	return "choose a longer window for claim " + string(claim.ID)
}
