package metrics

import (
	"net/url"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

var noon = time.Date(2026, time.October, 1, 3, 0, 0, 0, time.UTC)

// made is a board with one of everything: an HTTP check that is up, one of each
// other kind of fact, one down, one unknown, one paused; a claim with history,
// and one without.
func made() *status.Board {
	zone := time.FixedZone("Asia/Tokyo", 9*3600)
	web := check.HTTP{URL: &url.URL{Scheme: "https", Host: "meet.example.com"}}
	good := func(facts ...check.Fact) check.Outcome {
		return check.Outcome{State: check.Up, Took: 42 * time.Millisecond, Facts: facts, Phases: check.Phases{Resolve: time.Millisecond, Connect: 4 * time.Millisecond, TLS: 9 * time.Millisecond, Wait: 20 * time.Millisecond, Transfer: 8 * time.Millisecond}}
	}
	of := func(id check.ID, class check.Class, params check.Params, o check.Outcome) status.Check {
		c := status.Check{Check: check.Check{ID: id, Service: "meeting", Class: class, Params: params}}
		c.Last = check.Result{Check: id, Site: "tokyo", Sent: noon, Base: true, Outcome: o}
		if o.State.Good() {
			c.LastGood = noon
		}
		return c
	}
	paused := of("imap", check.Server, check.Mail{Protocol: "imap"}, good())
	paused.Paused = true
	return withResponses(withDevices(&status.Board{
		At: noon, Site: "tokyo", Zone: zone, Version: "1.2.3", Started: noon.Add(-time.Hour),
		Sites: []status.Site{{Name: "outside", At: noon}, {Name: "far", Error: "cannot be asked"}},
		Services: []status.Service{
			{
				Service: check.Service{ID: "meeting", Name: "Live \"Meeting\"", Vendor: "Example\nK.K."},
				Checks: []status.Check{
					of("join", check.Application, web, good(check.Fact{Kind: check.HTTPStatus, Value: 200}, check.Fact{Kind: check.CertificateExpiry, Value: 1_800_000_000},
						check.Fact{Kind: check.StepSeconds, Label: "sign in", Value: .2}, check.Fact{Kind: check.Performance, Label: "rooms", Value: 12},
						check.Fact{Kind: check.DownBits, Value: 2.5e7}, check.Fact{Kind: check.UpBits, Value: 1e7},
						check.Fact{Kind: check.AddressesGood, Value: 2}, check.Fact{Kind: check.AddressesDead, Value: 1}, check.Fact{Kind: check.AddressesUnasked})),
					of("edge", check.Network, check.ICMP{}, good(check.Fact{Kind: check.PacketLoss, Value: 1.0 / 3})),
					of("clock", check.Platform, check.NTP{}, good(check.Fact{Kind: check.ClockOffset, Value: -.002}, check.Fact{Kind: check.Stratum, Value: 2})),
					of("media", check.Platform, check.STUN{}, check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: 3 * time.Second}),
					of("relay", check.Platform, check.TCP{}, check.Outcome{State: check.Unknown, Reason: check.ReasonOwnNetwork}),
					paused,
				},
				Claims: []status.Claim{madeClaim(), {Verdict: sla.Verdict{Claim: sla.Claim{ID: "new", Name: "New", Service: "meeting", Kind: sla.Objective, Availability: sla.Figure{PPB: 999_000_000}}}}},
				Incidents: []status.Incident{
					{ID: "media-1", Service: "meeting", Incident: sla.Incident{Check: "media", Run: timeline.Run{FirstBad: noon.Add(-time.Minute), Reason: check.ReasonTimeout, Ongoing: true}}},
					{ID: "media-0", Service: "meeting", Incident: sla.Incident{Check: "media", Run: timeline.Run{FirstBad: noon.Add(-9 * time.Hour), Reason: check.ReasonTimeout}}},
					{ID: "media-2", Service: "meeting", Cause: sla.Cause{Side: sla.Vendor, By: "ops", At: noon.Add(-10 * time.Minute)}, Incident: sla.Incident{Check: "media",
						Run: timeline.Run{FirstBad: noon.Add(-50 * time.Minute), LastBad: noon.Add(-45 * time.Minute), Reason: check.ReasonTimeout}}},
					{ID: "join-0", Service: "meeting", Incident: sla.Incident{Check: "join", Planned: true, Run: timeline.Run{FirstBad: noon.Add(-2 * time.Minute), Reason: check.ReasonStatus}}},
				},
			},
			{
				Service: check.Service{ID: check.OwnNetworkService, Name: "Own network"},
				Checks:  []status.Check{of("gateway", check.Network, check.ICMP{}, good(check.Fact{Kind: check.PacketLoss}))},
			},
		},
		Own: status.Own{
			ConfigFile: "slamon.toml", ConfigLoaded: noon.Add(-time.Hour), NetworkAlive: true, InFlight: 3,
			Missed: map[check.Reason]uint64{check.ReasonStopped: 7}, Started: 1000, ResultsStored: 990, ResultsLost: 3,
			StoreBytes: 65536, LastBackup: noon.Add(-30 * time.Minute), ClockOffset: -1500 * time.Microsecond, ClockOffsetKnown: true,
		},
	}))
}

func madeClaim() status.Claim {
	v := sla.Verdict{
		Claim:     sla.Claim{ID: "year", Name: "Row 43", Service: "meeting", Kind: sla.Disclosure, Availability: sla.Figure{PPB: 999_910_000, Digits: 3}},
		Accounted: 1000 * time.Hour, Unknown: 10 * time.Hour, Coverage: .99, Allowance: 2838 * time.Second, Answer: sla.CannotTell,
		Downtime: sla.Downtime{Point: 36 * time.Second, Low95: 18 * time.Second, High95: 72 * time.Second},
	}
	v.Availability.Point, v.Availability.Low95, v.Availability.High95 = .99999, .99998, .999995
	stated := 2
	v.Claim.MaxIncidents, v.Failures, v.Final = &stated, 1, true
	v.Claim.Rule = &sla.Rule{Credits: sla.Credits{Tiers: []sla.Tier{{Below: v.Claim.Availability, Credit: sla.Credit{Form: sla.CreditShare, N: 100_000_000}}}}}
	v.Credit.Point = .1
	v.Excluded = 4 * time.Hour
	v.Count = &sla.Count{Stages: []sla.Stage{{Name: sla.StageLine, Low: time.Minute, Point: 90 * time.Second, High: 2 * time.Minute}, {Name: sla.StageTotal, Point: 36 * time.Second, High: 2 * time.Minute}}}
	blind := sla.Verdict{Claim: v.Claim, Accounted: time.Hour, Unknown: time.Hour}
	return status.Claim{Verdict: v, Rolling: []status.Rolling{{Name: "1h", Verdict: blind}, {Name: "24h", Verdict: v}}}
}
