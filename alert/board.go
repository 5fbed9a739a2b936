package alert

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// Limits are what turns a state of things into a condition. Zero values leave the
// condition out, but for shares, which have defaults in the file.
type Limits struct {
	CertificateDays []int         // one condition for each number of days that is passed; the smallest is critical
	AllowanceShares []float64     // of a claim's allowance, 0-1
	CoverageShare   float64       // least share of the last 24 h that must be known, 0-1
	ClockOffset     time.Duration // largest offset of our own clock
}

// Conditions reads off a board what is wrong.
func Conditions(b *status.Board, l Limits) []Condition {
	r := reading{board: b, limits: l}
	r.found = make([]Condition, 0, failing(b))
	for i := range b.Services {
		s := &b.Services[i]
		for k := range s.Checks {
			r.check(s, &s.Checks[k])
			r.unusual(s, &s.Checks[k])
		}
		for k := range s.Claims {
			r.claim(s, &s.Claims[k])
		}
		for k := range s.Responses {
			r.response(s, &s.Responses[k])
		}
	}
	for i := range b.Devices {
		r.device(&b.Devices[i])
	}
	for i := range b.Reviews {
		r.review(&b.Reviews[i])
	}
	r.own()
	return r.found
}

// failing counts checks that are down: a network that is gone has thousands, and a list
// that grows by and by would be copied a dozen times.
func failing(b *status.Board) (n int) {
	for i := range b.Services {
		for k := range b.Services[i].Checks {
			if b.Services[i].Checks[k].Last.State == check.Down {
				n++
			}
		}
	}
	return n
}

type reading struct {
	board  *status.Board
	limits Limits
	found  []Condition
}

func (r *reading) add(c Condition) { r.found = append(r.found, c) }

func (r *reading) check(s *status.Service, c *status.Check) {
	if c.Paused {
		return
	}
	if s.ID != check.OwnNetworkService {
		r.incident(s, c)
	}
	for _, f := range c.Last.Facts {
		if f.Kind == check.CertificateExpiry {
			r.certificate(s, c, time.Unix(int64(f.Value), 0))
		}
	}
}

// incident is there while the check is down, and also while nobody knows that it is
// well again: when our own line dies in the middle of an outage, that is no recovery.
// It is named by its first failed probe, before whatever unknown time there was, so
// that it stays the same trouble over that and over a restart.
func (r *reading) incident(s *status.Service, c *status.Check) {
	first, newest, failed := trouble(s, c.ID)
	down := c.Last.State == check.Down
	if !down && (c.Last.State != check.Unknown || newest == nil || !newest.FirstGood.IsZero()) {
		return
	}
	found := Condition{
		Subject: "check " + string(c.ID), Type: Incident, Severity: Critical, Service: s.ID, Check: c.ID, Class: c.Class,
		Since: c.Since, Failed: max(c.Failed, 1), Reason: c.Last.Reason,
		Title:       fmt.Sprintf("%s: %s is down", s.Name, c.Name),
		JA:          ja("", "%s: %s の停止", s.Name, c.Name),
		Path:        "/checks/" + string(c.ID),
		Maintenance: maintained(s, r.board.At),
	}
	if down {
		found.Sites = places(r.board, c.ID)
	}
	if down && c.Last.Detail != nil {
		found.Sentence = c.Last.Detail.Sentence
	}
	if newest == nil { // the list of incidents is a moment older than the result
		found.Key = fmt.Sprintf("incident/%s-%s", c.ID, c.Since.UTC().Format("20060102T150405.000Z"))
		r.add(found)
		return
	}
	found.Key, found.Since, found.Failed, found.Path = "incident/"+first.ID, first.FirstBad, failed, "/incidents/"+newest.ID
	if !down {
		found.Reason, found.Sentence = newest.Reason, "It was down when it was last seen; since then nothing is known."
		found.JA.Sentence = "最後に確認できた時点では停止していました。その後の状態は不明です。"
	}
	r.add(found)
}

// places counts from where a check is seen down, with ours; 0 where nobody else sees
// it, which counts as one.
func places(b *status.Board, id check.ID) int {
	others := 0
	for i := range b.Sites {
		if b.Sites[i].Down[id] {
			others++
		}
	}
	if others == 0 {
		return 0
	}
	return 1 + others
}

// trouble returns the newest failure of a check and the first of those that only
// unknown time lies between, with the failed probes of them all; nil when the check
// has none, or was good after the newest.
func trouble(s *status.Service, id check.ID) (first, newest *status.Incident, failed int) {
	for i := range s.Incidents { // newest first
		in := &s.Incidents[i]
		if in.Check != id {
			continue
		}
		if first != nil && (!first.LastGood.IsZero() || !in.FirstGood.IsZero()) {
			break
		}
		if newest == nil {
			if !in.Ongoing && !in.FirstGood.IsZero() {
				return nil, nil, 0
			}
			newest = in
		}
		first, failed = in, failed+in.Failed
	}
	return first, newest, failed
}

// maintained reports whether the vendor announced work for now.
func maintained(s *status.Service, now time.Time) bool {
	for _, m := range s.Maintenance {
		if !now.Before(m.From) && now.Before(m.To) {
			return true
		}
	}
	return false
}

func (r *reading) certificate(s *status.Service, c *status.Check, ends time.Time) {
	left := ends.Sub(r.board.At)
	for i, days := range r.limits.CertificateDays {
		if left > time.Duration(days)*24*time.Hour {
			continue
		}
		severity := Warning
		if i == len(r.limits.CertificateDays)-1 {
			severity = Critical
		}
		r.add(Condition{
			Key: fmt.Sprintf("certificate/%s/%d", c.ID, days), Subject: "certificate of " + string(c.ID),
			Type: Certificate, Severity: severity, Service: s.ID, Check: c.ID, Class: c.Class, Since: r.board.At,
			Title:    fmt.Sprintf("%s: the certificate of %s ends within %d days", s.Name, c.Name, days),
			Sentence: "It is valid until " + ends.In(r.zone()).Format("2006-01-02 15:04 MST") + ".",
			JA:       ja("有効期限は "+ends.In(r.zone()).Format("2006-01-02 15:04 MST")+" です。", "%s: %s の証明書の期限まで %d 日以内", s.Name, c.Name, days),
			Path:     "/checks/" + string(c.ID),
		})
	}
}

func (r *reading) zone() *time.Location {
	if r.board.Zone == nil {
		return time.UTC
	}
	return r.board.Zone
}

// claim looks at what is left of the allowance: the shares of it that are used are
// told, with the date at which it ends.
func (r *reading) claim(s *status.Service, c *status.Claim) {
	v := &c.Verdict
	window, lasting := v.Period.From.UTC().Format("20060102"), true
	if v.Claim.Window.Kind == sla.Rolling { // it moves every moment and stays the same
		window, lasting = "rolling", false
	}
	path := "/claims/" + string(v.Claim.ID)
	if v.Answer == sla.BreachedCertain {
		r.add(Condition{
			Key: fmt.Sprintf("refuted/%s/%s", v.Claim.ID, window), Subject: "claim " + string(v.Claim.ID),
			Type: Refuted, Severity: Critical, Service: s.ID, Claim: v.Claim.ID, Since: r.board.At,
			Title: fmt.Sprintf("%s: the claim of %s is breached for certain", s.Name, v.Claim.Availability),
			JA: ja(fmt.Sprintf("測定だけで少なくとも %s の停止が証明され、許容される %s を超えています。", lengthJA(v.Downtime.HardLow.Truncate(time.Second)), lengthJA(v.Allowance)),
				"%s: %s の未達が確定", s.Name, v.Claim.Availability),
			Sentence: v.Explanation, Path: path, Lasting: lasting,
		})
	} else if v.Allowance > 0 {
		r.allowance(s, v, window, lasting)
	}
	r.burn(s, c, path)
	for i := range c.Rolling {
		if w := &c.Rolling[i]; w.Name == "24h" && w.Accounted > 0 && w.Coverage < r.limits.CoverageShare && r.old(24*time.Hour) {
			r.add(Condition{
				Key: "coverage/" + string(v.Claim.ID), Subject: "coverage of " + string(v.Claim.ID),
				Type: Coverage, Severity: Warning, Service: s.ID, Claim: v.Claim.ID, Since: r.board.At, Path: path,
				Title:    fmt.Sprintf("%s: only %s of the last 24 hours is known", s.Name, sla.Percent(w.Coverage, 1)),
				Sentence: fmt.Sprintf("%s are unknown; a claim cannot be met on unknown time.", LengthIn("en", w.Unknown)),
				JA:       ja("不明な時間が "+lengthJA(w.Unknown)+" あります。不明な時間では達成と判定できません。", "%s: 直近 24 時間のうち観測できたのは %s のみ", s.Name, sla.Percent(w.Coverage, 1)),
			})
		}
	}
}

// old reports whether the monitor has run long enough for a window to be known.
func (r *reading) old(d time.Duration) bool { return r.board.At.Sub(r.board.Started) >= d }

// allowance tells of the highest share that is passed, not of those below as well.
func (r *reading) allowance(s *status.Service, v *sla.Verdict, window string, lasting bool) {
	used, passed := float64(v.Downtime.Point)/float64(v.Allowance), 0.0
	for _, share := range r.limits.AllowanceShares {
		if used >= share {
			passed = max(passed, share)
		}
	}
	if passed == 0 {
		return
	}
	severity := Warning
	if passed >= 1 {
		severity = Critical
	}
	r.add(Condition{
		Key: fmt.Sprintf("allowance/%s/%s/%g", v.Claim.ID, window, passed*100), Subject: fmt.Sprintf("allowance %g%% of %s", passed*100, v.Claim.ID),
		Type: Allowance, Severity: severity, Service: s.ID, Claim: v.Claim.ID, Since: r.board.At, Path: "/claims/" + string(v.Claim.ID),
		Title:    fmt.Sprintf("%s: %g %% of the allowance of %s is used", s.Name, passed*100, v.Claim.Availability),
		Sentence: Pace(v, r.board.At, r.zone()), Lasting: lasting,
		JA: ja(paceJA(v, r.board.At, r.zone()), "%s: %s の許容停止時間の %g %% を使用", s.Name, v.Claim.Availability, passed*100),
	})
}

// Pace says how much of the allowance is left and when it ends if downtime goes on
// as it did since the window began.
func Pace(v *sla.Verdict, now time.Time, zone *time.Location) string {
	left := v.Remaining()
	text := fmt.Sprintf("Down for %s of the %s allowed until %s", LengthIn("en", v.Downtime.Point),
		LengthIn("en", v.Allowance), lastDay(v, zone))
	if left <= 0 {
		return text + fmt.Sprintf("; overdrawn by %s.", LengthIn("en", -left))
	}
	text += fmt.Sprintf("; %s left", LengthIn("en", left))
	ends, known := usedUp(v, now)
	if !known {
		return text + "."
	}
	if ends.Before(v.Period.To) {
		return text + ", used up on " + ends.In(zone).Format("2006-01-02") + " at this pace."
	}
	return text + ", enough at this pace."
}

// own looks at the monitor itself.
func (r *reading) own() {
	o := &r.board.Own
	say := func(t Type, severity Severity, title, sentence string, words Words) {
		r.add(Condition{Key: string(t), Subject: "slamon's " + string(t), Type: t, Severity: severity,
			Since: r.board.At, Title: title, Sentence: sentence, JA: words, Path: "/system"})
	}
	if !o.NetworkAlive {
		say(OwnNetwork, Warning, "slamon's own line is dead", "None of the anchors answers: what fails now is unknown, not down.",
			ja("基準点のいずれも応答しません。いま失敗しているものは停止ではなく不明として扱います。", "slamon 側の回線の断"))
	}
	if o.ClockOffsetKnown && r.limits.ClockOffset > 0 && o.ClockOffset.Abs() > r.limits.ClockOffset {
		say(Clock, Warning, "slamon's own clock is off", fmt.Sprintf("It differs from the time server's by %s.", -o.ClockOffset),
			ja(fmt.Sprintf("時刻サーバーとの差は %s です。", -o.ClockOffset), "slamon の時計のずれ"))
	}
	if o.BackupError != "" {
		say(Backup, Warning, "The backup of slamon's store failed", o.BackupError, ja("", "slamon のバックアップの失敗"))
	}
	if o.StoreError != "" {
		say(Storage, Critical, "slamon's store takes no results", o.StoreError, ja("", "slamon の保存先への書き込みの失敗"))
	}
}
