package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// failure is an incident of the check room that began so long after the start.
func failure(after time.Duration, lastGood, firstGood bool) status.Incident {
	in := status.Incident{ID: "room-" + after.String(), Service: "meeting"}
	in.Incident = sla.Incident{Check: "room"}
	in.FirstBad, in.LastBad, in.Failed = start.Add(after), start.Add(after+time.Minute), 3
	if lastGood {
		in.LastGood = in.FirstBad.Add(-10 * time.Second)
	}
	if firstGood {
		in.FirstGood = in.LastBad.Add(10 * time.Second)
	}
	return in
}

// TestIncidentOverUnknownTime: when our own line dies in the middle of an outage, or
// slamon is restarted in it, that is neither a recovery nor another outage.
func TestIncidentOverUnknownTime(t *testing.T) {
	tests := map[string]struct {
		state     check.State
		incidents []status.Incident // newest first
		want      string            // key
		failed    int
	}{
		"down":                          {check.Down, []status.Incident{failure(0, true, false)}, "incident/room-0s", 3},
		"unknown after down":            {check.Unknown, []status.Incident{failure(0, true, false)}, "incident/room-0s", 3},
		"unknown after well":            {check.Unknown, []status.Incident{failure(0, true, true)}, "", 0},
		"well":                          {check.Up, []status.Incident{failure(0, true, true)}, "", 0},
		"well after unknown":            {check.Up, []status.Incident{failure(0, true, false)}, "", 0},
		"down again after unknown":      {check.Down, []status.Incident{failure(5*time.Minute, false, false), failure(0, true, false)}, "incident/room-0s", 6},
		"down again after well":         {check.Down, []status.Incident{failure(5*time.Minute, true, false), failure(0, true, true)}, "incident/room-5m0s", 3},
		"the list is older than result": {check.Down, nil, "incident/room-20261001T120000.000Z", 1},
	}
	for name, test := range tests {
		c := status.Check{Check: check.Check{ID: "room", Service: "meeting", Name: "Room"}, Since: start}
		c.Last.State = test.state
		board := &status.Board{At: start.Add(10 * time.Minute), Own: status.Own{NetworkAlive: true},
			Services: []status.Service{{Service: check.Service{ID: "meeting", Name: "Meeting"}, Checks: []status.Check{c}, Incidents: test.incidents}}}
		found := alert.Conditions(board, alert.Limits{})
		key, failed := "", 0
		if len(found) > 0 {
			key, failed = found[0].Key, found[0].Failed
		}
		if len(found) > 1 || key != test.want || failed != test.failed {
			t.Errorf("%s: %d conditions, %q after %d probes; want %q after %d", name, len(found), key, failed, test.want, test.failed)
		}
	}
}

// TestBurnRate: both windows of a pair must have reached the rate.
func TestBurnRate(t *testing.T) {
	claim := func(figure string, down map[string]time.Duration) *status.Board {
		f, err := sla.ParseFigure(figure)
		if err != nil {
			t.Fatal(err)
		}
		c := status.Claim{}
		for _, w := range alert.BurnWindows {
			v := sla.Verdict{Accounted: w.Length}
			v.Downtime.Point = down[w.Name]
			c.Burn = append(c.Burn, status.Rolling{Name: w.Name, Verdict: v})
		}
		c.Verdict.Claim = sla.Claim{ID: "c", Availability: f}
		c.Verdict.Period = timeline.Period{From: start, To: start.AddDate(1, 0, 0)}
		return &status.Board{At: start.Add(time.Hour), Own: status.Own{NetworkAlive: true},
			Services: []status.Service{{Service: check.Service{ID: "s"}, Claims: []status.Claim{c}}}}
	}
	type down = map[string]time.Duration
	minute := down{"5m": time.Minute, "30m": time.Minute, "1h": time.Minute, "6h": time.Minute, "3d": time.Minute}
	tests := map[string]struct {
		board  *status.Board
		window string // empty for none
		want   alert.Severity
	}{
		"a minute in the hour, going on":   {claim("99.9%", minute), "1h", alert.Critical},
		"a minute in the hour, long over":  {claim("99.9%", down{"1h": time.Minute, "6h": time.Minute, "3d": time.Minute}), "", 0},
		"three minutes in six hours":       {claim("99.9%", down{"5m": 0, "30m": 20 * time.Second, "1h": 30 * time.Second, "6h": 3 * time.Minute, "3d": 3 * time.Minute}), "6h", alert.Critical},
		"five minutes in three days":       {claim("99.9%", down{"6h": 30 * time.Second, "3d": 5 * time.Minute}), "3d", alert.Warning},
		"five minutes in three days, over": {claim("99.9%", down{"3d": 5 * time.Minute}), "", 0},
		"little":                           {claim("99.9%", down{"5m": 2 * time.Second, "30m": 2 * time.Second, "1h": 2 * time.Second, "6h": 2 * time.Second, "3d": 2 * time.Second}), "", 0},
		"exactly 99.95 %":                  {claim("99.95%", minute), "1h", alert.Critical},
		"a claim above 99.95 %":            {claim("99.991%", minute), "", 0},
		"a claim of everything":            {claim("100%", minute), "", 0},
	}
	for name, test := range tests {
		found := alert.Conditions(test.board, alert.Limits{})
		if (len(found) == 1) != (test.window != "") {
			t.Errorf("%s: %d conditions: %+v", name, len(found), found)
			continue
		}
		if len(found) == 1 && (found[0].Key != "burn_rate/c/"+test.window || found[0].Severity != test.want) {
			t.Errorf("%s: %s, %s; want the window %s, %s", name, found[0].Key, found[0].Severity, test.window, test.want)
		}
	}
}

// TestGivers: each thing that gives rise to a notice, read off a board.
func TestGivers(t *testing.T) {
	figure := func(text string) sla.Figure {
		f, err := sla.ParseFigure(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	claim := func(downtime, allowance time.Duration, answer sla.Answer) *status.Board {
		c := status.Claim{}
		c.Verdict.Claim = sla.Claim{ID: "year", Availability: figure("99.991%"), Window: sla.Window{Kind: sla.Fixed}}
		c.Verdict.Period = timeline.Period{From: start, To: start.AddDate(1, 0, 0)}
		c.Allowance, c.Answer, c.Verdict.Explanation = allowance, answer, "more is down than is allowed"
		c.Downtime.Point = downtime
		return &status.Board{At: start.AddDate(0, 0, 100), Services: []status.Service{{Service: check.Service{ID: "s", Name: "S"}, Claims: []status.Claim{c}}}}
	}
	covered := claim(0, time.Hour, sla.Met)
	known := sla.Verdict{Accounted: 24 * time.Hour, Unknown: 6 * time.Hour, Coverage: 0.75}
	covered.Services[0].Claims[0].Rolling = []status.Rolling{{Name: "24h", Verdict: known}}
	ends := func(left time.Duration) *status.Board {
		c := status.Check{Check: check.Check{ID: "front", Name: "Front"}}
		c.Last.State = check.Up
		c.Last.Facts = []check.Fact{{Kind: check.CertificateExpiry, Value: float64(start.Add(left).Unix())}}
		return &status.Board{At: start, Services: []status.Service{{Service: check.Service{ID: "s", Name: "S"}, Checks: []status.Check{c}}}}
	}
	late := &status.Board{At: start, Services: []status.Service{{Service: check.Service{ID: "s", Name: "S"},
		Checks: []status.Check{{Check: check.Check{ID: "nightly", Name: "Nightly"}, Since: start, Failed: 1}}}}}
	late.Services[0].Checks[0].Last = check.Result{Outcome: check.Outcome{State: check.Down, Reason: check.ReasonLate, Detail: &check.Evidence{Sentence: "no report for 26 h"}}}
	own := func(o status.Own) *status.Board { return &status.Board{At: start, Own: o} }
	limits := alert.Limits{CertificateDays: []int{30, 14, 3}, AllowanceShares: []float64{.5, .75, .9, 1}, CoverageShare: .95, ClockOffset: time.Second}
	tests := map[string]struct {
		board    *status.Board
		key      string // empty for none
		severity alert.Severity
		says     string // in title and sentence
	}{
		"49 % of the allowance":      {claim(49*time.Minute, 100*time.Minute, sla.Met), "", 0, ""},
		"half of the allowance":      {claim(50*time.Minute, 100*time.Minute, sla.Met), "allowance/year/20261001/50", alert.Warning, "used up on 2027-04-19 at this pace"},
		"three quarters":             {claim(76*time.Minute, 100*time.Minute, sla.Met), "allowance/year/20261001/75", alert.Warning, "75 % of the allowance"},
		"90 %":                       {claim(90*time.Minute, 100*time.Minute, sla.Met), "allowance/year/20261001/90", alert.Warning, "10m left"},
		"all of it":                  {claim(103*time.Minute, 100*time.Minute, sla.CannotTell), "allowance/year/20261001/100", alert.Critical, "overdrawn by 3m"},
		"refuted for certain":        {claim(200*time.Minute, 100*time.Minute, sla.BreachedCertain), "refuted/year/20261001", alert.Critical, "breached for certain"},
		"coverage lost":              {covered, "coverage/year", alert.Warning, "only 75.0% of the last 24 hours is known"},
		"a certificate for 31 days":  {ends(31 * 24 * time.Hour), "", 0, ""},
		"a certificate for 29 days":  {ends(29 * 24 * time.Hour), "certificate/front/30", alert.Warning, "within 30 days"},
		"heartbeat late":             {late, "incident/nightly-20261001T120000.000Z", alert.Critical, "no report for 26 h"},
		"own line dead":              {own(status.Own{}), "own_network", alert.Warning, "None of the anchors answers"},
		"own clock off":              {own(status.Own{NetworkAlive: true, ClockOffset: -2 * time.Second, ClockOffsetKnown: true}), "clock", alert.Warning, "by 2s"},
		"own clock right":            {own(status.Own{NetworkAlive: true, ClockOffset: time.Second, ClockOffsetKnown: true}), "", 0, ""},
		"backup or its check failed": {own(status.Own{NetworkAlive: true, BackupError: "the copy cannot be read"}), "backup", alert.Warning, "the copy cannot be read"},
		"store full":                 {own(status.Own{NetworkAlive: true, StoreError: "no space left on device"}), "storage", alert.Critical, "no space left on device"},
	}
	for name, test := range tests {
		if test.board.Services != nil {
			test.board.Own.NetworkAlive = true
		}
		found := alert.Conditions(test.board, limits)
		if test.key == "" {
			if len(found) != 0 {
				t.Errorf("%s: %+v", name, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Key != test.key || found[0].Severity != test.severity || !strings.Contains(found[0].Title+" "+found[0].Sentence, test.says) {
			t.Errorf("%s: %+v; want %s (%s) saying %q", name, found, test.key, test.severity, test.says)
		}
		if words := found[0].TitleIn("ja"); words == found[0].Title || strings.Contains(words+found[0].JA.Sentence, "%!") {
			t.Errorf("%s: in Japanese %q", name, words)
		}
	}
}
