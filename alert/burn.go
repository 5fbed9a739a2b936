package alert

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/status"
)

// highestBurn is the highest claim that burn rates say something about. Above it they
// degenerate: one failed probe an hour is a burn of 185 at 99.991 %.
const highestBurn = 0.9995

// Burns reports whether burn rates say something about a claim of that ratio.
func Burns(ratio float64) bool { return ratio > 0 && ratio <= highestBurn }

// BurnWindows are the windows that a board needs for the claims of which Burns is true.
var BurnWindows = [...]struct {
	Name   string
	Length time.Duration
}{
	{"5m", 5 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour},
	{"6h", 6 * time.Hour}, {"3d", 3 * 24 * time.Hour},
}

// burns are those of the SRE workbook: 2 % of the allowance of 30 days within an hour,
// 5 % within six, 10 % within three days. The short window beside each ends the alarm
// soon after the trouble has ended, and keeps an old one from being told anew.
var burns = [...]struct {
	long, short string
	rate        float64
	severity    Severity
}{{"1h", "5m", 14.4, Critical}, {"6h", "30m", 6, Critical}, {"3d", "6h", 1, Warning}}

// burn looks at how fast the allowance goes, and tells the quickest rate that both
// windows have reached.
func (r *reading) burn(s *status.Service, c *status.Claim, path string) {
	claimed := c.Claim.Availability.Ratio()
	if !Burns(claimed) {
		return
	}
	rates := map[string]float64{}
	for i := range c.Burn {
		if w := &c.Burn[i]; w.Accounted > 0 {
			rates[w.Name] = float64(w.Downtime.Point) / float64(w.Accounted) / (1 - claimed)
		}
	}
	for _, b := range burns {
		if rates[b.long] < b.rate || rates[b.short] < b.rate {
			continue
		}
		r.add(Condition{
			Key: fmt.Sprintf("burn_rate/%s/%s", c.Claim.ID, b.long), Subject: fmt.Sprintf("burn rate over %s of %s", b.long, c.Claim.ID),
			Type: BurnRate, Severity: b.severity, Service: s.ID, Claim: c.Claim.ID, Since: r.board.At, Path: path,
			Title:    fmt.Sprintf("%s: downtime over %s is %.1f times what %s allows", s.Name, b.long, rates[b.long], c.Claim.Availability),
			Sentence: Pace(&c.Verdict, r.board.At, r.zone()),
			JA:       ja(paceJA(&c.Verdict, r.board.At, r.zone()), "%s: %s の停止時間が %s の許容の %.1f 倍", s.Name, b.long, c.Claim.Availability, rates[b.long]),
		})
		return // the quickest says it all
	}
}
