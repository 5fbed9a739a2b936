package report

import (
	"fmt"
	"strings"
	"time"
)

// Notice is a message that people were sent, with everything that was done about it.
type Notice struct {
	Detected   time.Time  `json:"detected"` // what it is about
	Due        time.Time  `json:"due"`      // by which somebody had to accept it
	Kind       string     `json:"kind"`
	Title      string     `json:"title"`
	Why        string     `json:"why"`
	Accepted   *time.Time `json:"accepted"` // by the first channel that took it; null when none did
	Missed     bool       `json:"missed"`   // nobody had accepted it when it was due
	Deliveries []Delivery `json:"deliveries"`
}

// Delivery is a notice on its way over one channel.
type Delivery struct {
	Channel  string     `json:"channel"`
	Accepted *time.Time `json:"accepted"`
	Answer   string     `json:"answer"` // of the server that accepted it
	GaveUp   string     `json:"gave_up"`
	Tries    int        `json:"tries"`
	Attempts []Attempt  `json:"attempts"` // the first and the newest ones
}

// Attempt is one try; without an error it was accepted.
type Attempt struct {
	At    time.Time `json:"at"`
	Took  float64   `json:"took_seconds"`
	Error string    `json:"error"`
}

// Deed is what somebody did about a trouble, or told the notices to do.
type Deed struct {
	At    time.Time  `json:"at"`
	Kind  string     `json:"kind"` // acknowledged, muted, unmuted or commented
	About string     `json:"about"`
	By    string     `json:"by"`
	Note  string     `json:"note"`
	Until *time.Time `json:"until"` // of a mute
}

// shownAttempts of a delivery stand in a table: the first ones say why it took so
// long, the last one how it ended. JSON has all that are kept.
const shownAttempts = 4

func missed(notices []Notice) (n int) {
	for i := range notices {
		if notices[i].Missed {
			n++
		}
	}
	return n
}

// noticeGrid has a row for each channel that a notice went over.
func (d *Document) noticeGrid(l *Language) grid {
	g := grid{ID: "notices", Title: l.t("notices"), Empty: l.t("notices.none"),
		Head: []string{l.t("detected"), l.t("notice"), l.t("channel"), l.t("attempts"), l.t("sent")}}
	for i := range d.Notices {
		n := &d.Notices[i]
		detected, title := d.exactly(n.Detected), l.t("told."+n.Kind)+": "+n.Title
		if n.Missed {
			title += " — " + l.t("notice.missed", d.exactly(n.Due))
		}
		for k := range n.Deliveries {
			to := &n.Deliveries[k]
			g.Rows = append(g.Rows, []string{detected, title, to.Channel, d.attempts(l, to), d.outcome(l, n, to)})
			detected, title = "", ""
		}
	}
	if len(d.Notices) > 0 {
		g.Note = l.t("notices.count", len(d.Notices), d.NoticesMissed)
	}
	return g
}

// attempts lists the tries that failed.
func (d *Document) attempts(l *Language, to *Delivery) string {
	var parts []string
	for i, a := range to.Attempts {
		if len(to.Attempts) > shownAttempts && i >= shownAttempts-1 && i < len(to.Attempts)-1 {
			if i == shownAttempts-1 {
				parts = append(parts, "…")
			}
			continue
		}
		outcome := a.Error
		if outcome == "" {
			outcome = l.t("accepted")
		}
		parts = append(parts, d.exactly(a.At)+" "+outcome)
	}
	if to.Tries > len(to.Attempts) {
		parts = append(parts, l.t("tries", to.Tries))
	}
	return strings.Join(parts, "; ")
}

func (d *Document) outcome(l *Language, n *Notice, to *Delivery) string {
	switch {
	case to.Accepted != nil:
		return fmt.Sprintf("%s (%s) %s", d.exactly(*to.Accepted), l.t("after.detection", l.duration(to.Accepted.Sub(n.Detected))), to.Answer)
	case to.GaveUp != "":
		return l.t("gave_up")
	case n.Accepted != nil:
		return l.t("not.needed")
	}
	return l.t("not.accepted")
}

func (d *Document) deedGrid(l *Language) grid {
	g := grid{ID: "deeds", Title: l.t("deeds"), Empty: l.t("deeds.none"),
		Head: []string{l.t("entered"), l.t("what"), l.t("about.head"), l.t("who"), l.t("until.head"), l.t("note")}}
	for _, x := range d.Deeds {
		until := ""
		if x.Until != nil {
			until = d.exactly(*x.Until)
		}
		g.Rows = append(g.Rows, []string{d.exactly(x.At), l.t("deed." + x.Kind), x.About, x.By, until, x.Note})
	}
	return g
}

// exactly writes a moment to the second: an hour is what notices are held to.
func (d *Document) exactly(t time.Time) string { return t.In(d.zone()).Format("2006-01-02 15:04:05") }
