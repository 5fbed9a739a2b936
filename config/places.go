package config

import (
	"strconv"

	"github.com/slamon/slamon/sla"
)

// sitesDown holds sites_down of each claim against the places that there are. Peers are
// read after services, so this comes last; 0 asks for nothing.
func (r *reader) sitesDown(c *Config, f *file) {
	places := len(f.Peer) + 1
	for i := range f.Service {
		for k := range f.Service[i].Claim {
			claim := &f.Service[i].Claim[k]
			if n := claim.SitesDown; n.set && (n.v != 0 || !n.ok) {
				r.sitesDownOf(claim, places)
			}
		}
	}
}

func (r *reader) sitesDownOf(f *claimFile, places int) {
	n := f.SitesDown
	switch {
	case f.Response.set:
		r.complain(n.at, "take it out", "sites_down has no meaning in claim %q on response time: each place judges its own operations", f.ID.v)
	case places == 1:
		r.complain(n.at, "add [[peer]], or take it out", "sites_down of claim %q: there is no other place", f.ID.v)
	case n.ok && (n.v < 1 || n.v > int64(places)):
		r.complain(n.at, "sites_down = "+strconv.Itoa(sla.Majority(places)), "sites_down %d: want 1 to %d, this place and its peers", n.v, places)
	case n.ok && len(f.Checks) != 1 && (f.Combine.v == string(sla.Mean) || f.Count != nil):
		r.complain(n.at, "take it out, or make a claim on each check", "sites_down of claim %q: several checks cannot be put together from several places where they count in part or by a rule", f.ID.v)
	}
}
