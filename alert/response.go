package alert

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// unusual is there while the answers of a check are later than they usually are. A
// check that fails, and work that was announced, tell of themselves.
func (r *reading) unusual(s *status.Service, c *status.Check) {
	u := &c.Usual
	if !u.Unusual || c.Last.State == check.Down {
		return
	}
	found := Condition{
		Key: "unusual_response/" + string(c.ID), Subject: "response time of " + string(c.ID),
		Type: UnusualResponse, Severity: Warning, Service: s.ID, Check: c.ID, Class: c.Class, Since: u.Since,
		Title: fmt.Sprintf("%s: %s responds more slowly than usual", s.Name, c.Name),
		JA:    ja("", "%s: %s の応答が平常より遅い", s.Name, c.Name),
		Path:  "/checks/" + string(c.ID), Maintenance: maintained(s, r.board.At),
	}
	found.Sentence, found.JA.Sentence = slowness(u)
	r.add(found)
}

// slowness says what the answers of late are held against, in English and Japanese.
func slowness(u *status.Usual) (en, ja string) {
	const noDowntime, noDowntimeJA = " It counts as no downtime.", "停止時間には数えません。"
	if u.High <= 0 {
		return "What is usual at this hour of the week is not known." + noDowntime, "この曜日と時刻の平常値は不明です。" + noDowntimeJA
	}
	en = fmt.Sprintf("At this hour of the week half of its answers take %s and 95 of 100 at most %s.", shortly(u.Median), shortly(u.High)) + noDowntime
	ja = fmt.Sprintf("この曜日と時刻の平常値は、半数が %s、95 %% が %s 以内です。", shortly(u.Median), shortly(u.High)) + noDowntimeJA
	if u.Recent > 0 {
		en = fmt.Sprintf("Half of its answers of the last %s took %s or more. ", sla.AtLeast(u.Rule.After), shortly(u.Recent)) + en
		ja = fmt.Sprintf("直近 %s の応答の半数は %s 以上でした。", strings.NewReplacer("h", "時間", "m", "分", "s", "秒").Replace(sla.PromiseTime(u.Rule.After)), shortly(u.Recent)) + ja
	}
	return en, ja
}

// shortly prints a time of response with the digits that count.
func shortly(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// response tells of a claim on response time that is breached. More answers in time can
// not take that back within a window that is counted from its beginning.
func (r *reading) response(s *status.Service, c *status.Response) {
	if c.Answer != sla.Breached {
		return
	}
	window, lasting := c.Period.From.UTC().Format("20060102"), true
	if c.Claim.Window.Kind == sla.Rolling {
		window, lasting = "rolling", false
	}
	r.add(Condition{
		Key: fmt.Sprintf("refuted/%s/%s", c.Claim.ID, window), Subject: "claim " + string(c.Claim.ID),
		Type: Refuted, Severity: Critical, Service: s.ID, Claim: c.Claim.ID, Since: c.At,
		Title: fmt.Sprintf("%s: the claim of %s is breached", s.Name, c.Claim.Promise),
		JA: ja(fmt.Sprintf("%d 回の測定のうち、%s 以内の応答は %s でした。", c.Operations, sla.PromiseTime(c.Claim.Limit), sla.Percent(c.Point, 2)),
			"%s: %s の未達", s.Name, c.Claim.Promise),
		Sentence: c.Explanation, Path: "/claims/" + string(c.Claim.ID), Lasting: lasting,
	})
}
