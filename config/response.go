package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// responseClaim reads a claim that states a time of response instead of an
// availability.
func (r *reader) responseClaim(c *Config, s *check.Service, f *claimFile) sla.ResponseClaim {
	claim := sla.ResponseClaim{Promise: f.Response.v}
	id := r.id(f.ID, "claim", &f.table)
	claim.Claim = sla.Claim{
		ID:                 sla.ClaimID(id),
		Name:               r.display(f.Name, id),
		Service:            s.ID,
		Kind:               r.claimKind(f, id),
		Text:               f.Text.v,
		Checks:             r.claimChecks(s, f),
		Combine:            sla.AnyDown,
		Window:             r.window(c, f),
		ExcludeMaintenance: f.ExcludeMaintenance.v,
		MinNotice:          r.between(f.MinNotice, "min_notice", 0, maxNotice, defaultMinNotice),
	}
	r.work(c, &claim.Claim, f)
	if f.AsOf.ok {
		claim.AsOf = f.AsOf.v.Start(claim.Window.Zone)
	}
	r.responseKeys(f, id)
	if f.Response.ok {
		r.responseLimit(s, &claim, f)
	}
	if length := windowLength(claim.Window); claim.Window.Kind != "" && length > c.Storage.Retention {
		r.complain(f.at, "retention = "+strconv.Quote(FormatDuration(length.Round(24*time.Hour)))+" under [storage], or a shorter window",
			"claim %q on response time is about %s, and raw results are kept for %s only", id, spoken(length), FormatDuration(c.Storage.Retention))
	}
	return claim
}

func (r *reader) claimKind(f *claimFile, id string) sla.Kind {
	if !r.required(f.Kind.set, &f.table, "kind", `kind = "contract" (credit is due), "disclosure" (stated by the vendor) or "objective" (our own)`, "claim %q has no kind", id) {
		return ""
	}
	return sla.Kind(r.oneOf(f.Kind, "kind", "", string(sla.Contract), string(sla.Disclosure), string(sla.Objective)))
}

// responseKeys refuses what only a claim on availability has.
func (r *reader) responseKeys(f *claimFile, id string) {
	if f.Availability.set {
		r.complain(f.Availability.at, "make two claims of it: one with availability, one with response", "claim %q states an availability and a response time", id)
	}
	for _, k := range []struct {
		set bool
		at  place
		key string
	}{{f.Combine.set, f.Combine.at, "combine"}, {len(f.Weights.items) > 0, f.Weights.at, "weights"}, {f.DegradedIsDown.set, f.DegradedIsDown.at, "degraded_is_down"}, {f.Count != nil, f.at, "count"}, {f.Credits != nil, f.at, "credits"}} {
		if k.set {
			r.complain(k.at, "take it out", "%s has no meaning in claim %q on response time: every operation of its checks counts, a failed one as late", k.key, id)
		}
	}
}

// responseLimit holds the limit against the checks: an answer that a check does not
// wait for is never seen to be in time.
func (r *reader) responseLimit(s *check.Service, claim *sla.ResponseClaim, f *claimFile) {
	for _, id := range claim.Checks {
		for _, k := range s.Checks {
			if k.ID != id || k.Params == nil {
				continue
			}
			if _, silent := k.Params.(check.Heartbeat); silent {
				r.complain(f.at, "name the checks that ask something: checks = [\"…\"]", "claim %q on response time rests on check %q, a heartbeat: nobody asks, so nothing responds", claim.ID, id)
			} else if k.Timeout < claim.Limit {
				r.complain(f.Response.at, "timeout = "+strconv.Quote(FormatDuration(claim.Limit.Round(time.Second)+time.Second))+" for check "+string(id)+", or a shorter limit",
					"response %q: check %q waits for %s only, so an answer within the limit can be taken for a failure", claim.Promise, id, FormatDuration(k.Timeout))
			}
		}
	}
}

// promise reads a time of response with its share.
func (r *reader) promise(v *sla.Promise, key string, n *node) bool {
	p, err := sla.ParsePromise(n.text)
	if n.kind == aText && err == nil {
		*v = p
		return true
	}
	remedy := key + " = " + strconv.Quote(promiseRemedy(n.text))
	if r.want(n, aText, remedy, "%s: want a time and a share in quotation marks", key) {
		r.complain(n.at, remedy, "%s %s", key, err)
	}
	return false
}

// promiseRemedy guesses what a wrong promise was meant to be.
func promiseRemedy(text string) string {
	limit, share := "3s", "99%"
	for _, word := range []string{" for ", " in ", " at ", ","} {
		if before, after, ok := strings.Cut(text, word); ok {
			limit, share = before, after
			break
		}
	}
	if p, err := sla.ParsePromise(durationRemedy(strings.TrimSpace(limit)) + " for " + figureRemedy(strings.TrimSpace(share))); err == nil {
		return p.String()
	}
	return "3s for 99%"
}

// ResponseNeed says whether a claim on response time can be proven at all.
type ResponseNeed struct {
	Claim      sla.ClaimID
	Promise    sla.Promise
	Operations int // that its checks make in the window
	Needed     int // to prove it when each of them is in time; 0 when no number does
	Text       string
}

// ResponseNeeds returns what each claim on response time needs, in the order of the
// file.
func (c *Config) ResponseNeeds() []ResponseNeed {
	intervals := map[check.ID]time.Duration{}
	for _, s := range c.Services {
		for _, k := range s.Checks {
			intervals[k.ID] = k.Interval
		}
	}
	needs := make([]ResponseNeed, len(c.Responses))
	for i, claim := range c.Responses {
		n := ResponseNeed{Claim: claim.ID, Promise: claim.Promise, Needed: claim.Provable()}
		window := promised(claim.Claim)
		for _, id := range claim.Checks {
			n.Operations += int(window / max(intervals[id], time.Millisecond))
		}
		n.Text = n.words(window)
		needs[i] = n
	}
	return needs
}

func (n ResponseNeed) words(window time.Duration) string {
	begin := "claim " + string(n.Claim) + ": " + n.Promise.String() + " over " + spoken(window)
	asked := strconv.Itoa(n.Operations) + " operations"
	switch {
	case n.Needed == 0:
		return begin + ": no number of operations can prove it, since one slow one that nobody saw would break it"
	case n.Operations < n.Needed:
		return begin + " takes at least " + strconv.Itoa(n.Needed) + " operations to prove; its checks make " + asked
	}
	return begin + " can be proven: " + strconv.Itoa(n.Needed) + " operations in time would do, and its checks make " + asked
}

// adviseResponses warns of claims on response time that cannot be proven.
func (r *reader) adviseResponses(c *Config, f *file) {
	needs := c.ResponseNeeds()
	i := 0
	for _, s := range f.Service {
		for _, cf := range s.Claim {
			if !cf.Response.set {
				continue
			}
			if n := needs[i]; n.Operations < n.Needed || n.Needed == 0 {
				r.warn(cf.Response.at, "a shorter interval for its checks, a longer window, or a share below 100%", "%s", n.Text)
			}
			i++
		}
	}
}

func (d *dumper) responses(s check.Service, all []sla.ResponseClaim) {
	for _, c := range all {
		if c.Service != s.ID {
			continue
		}
		d.section("[[service.claim]]")
		d.text("id", string(c.ID))
		d.text("name", c.Name)
		d.text("kind", string(c.Kind))
		d.text("response", c.Promise.String())
		d.claimBody(c.Claim)
		d.claimWindow(c.Window)
	}
}
