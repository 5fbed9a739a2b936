package metrics

import (
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// ownWindow is the label of the claim's own window, beside the names of the
// rolling ones.
const ownWindow = "claim"

func collectClaim(k *sink, c status.Claim) {
	claim, service := string(c.Claim.ID), string(c.Claim.Service)
	k.put(claimInfo, k.labels("claim", claim, "kind", string(c.Claim.Kind), "name", c.Claim.Name, "service", service), 1)
	labels := k.labels("claim", claim, "service", service)
	k.put(claimRatio, labels, c.Claim.Availability.Ratio())
	if c.Answer != "" {
		for _, a := range sla.Answers {
			k.flag(claimVerdict, k.labels("claim", claim, "service", service, "verdict", string(a)), a == c.Answer)
		}
		k.put(allowance, labels, c.Allowance.Seconds())
		if knows(c.Verdict) {
			k.put(allowanceLeft, labels, c.Remaining().Seconds())
			k.put(claimFailures, labels, float64(c.Failures))
			if most := c.Claim.MaxIncidents; most != nil {
				k.put(claimFailuresMost, labels, float64(*most))
			}
			k.put(claimExcluded, labels, c.Excluded.Seconds())
			collectStages(k, claim, service, c.Count)
			if r := c.Claim.Rule; r != nil && len(r.Credits.Tiers) > 0 && c.Final {
				k.put(claimCredit, labels, c.Credit.Point)
			}
		}
	}
	collectWindow(k, claim, service, ownWindow, c.Verdict)
	for _, r := range c.Rolling {
		collectWindow(k, claim, service, r.Name, r.Verdict)
	}
}

// collectStages shows the way from what probes saw to what the contract counts.
func collectStages(k *sink, claim, service string, count *sla.Count) {
	if count == nil {
		return
	}
	for _, s := range count.Stages {
		labels := k.labels("claim", claim, "service", service, "stage", string(s.Name))
		k.put(claimStage, labels, s.Point.Seconds())
		k.put(claimStageLower, labels, s.Low.Seconds())
		k.put(claimStageUpper, labels, s.High.Seconds())
	}
}

// knows reports whether there is any time about which something is known.
func knows(v sla.Verdict) bool { return v.Accounted > v.Unknown }

func collectWindow(k *sink, claim, service, window string, v sla.Verdict) {
	if v.Accounted <= 0 {
		return
	}
	labels := k.labels("claim", claim, "service", service, "window", window)
	k.put(coverage, labels, v.Coverage)
	k.put(unknown, labels, v.Unknown.Seconds())
	low, point, high, ok := v.Known()
	if !ok {
		return
	}
	k.put(availability, labels, point)
	k.put(availabilityLower, labels, low)
	k.put(availabilityUpper, labels, high)
	k.put(downtime, labels, v.Downtime.Point.Seconds())
	k.put(downtimeLower, labels, v.Downtime.Low95.Seconds())
	k.put(downtimeUpper, labels, v.Downtime.High95.Seconds())
}
