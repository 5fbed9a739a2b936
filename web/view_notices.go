package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

const (
	// noticesPerPage of the list; noticesRead are looked through for it.
	noticesPerPage = 50
	noticesRead    = 500
)

type noticesView struct {
	Urgent []noticeRow // pending or missed
	Rest   []noticeRow
	Pager  pagerView
	Mutes  []muteRow
	None   bool
	More   string
}

// noticeRow is a notice with everything that was done about it.
type noticeRow struct {
	Detected, Due, Accepted moment
	Kind, Severity, Title   string
	URL, Why, State         string
	Tone                    string // good, bad, fair
	Used                    string // share of the window until it was accepted
	Channels                []channelRow
	Acknowledged            string
}

// channelRow is a notice on its way over one channel.
type channelRow struct {
	Name, Outcome string
	Attempts      []string
}

// notices lists who was told what, pending and missed ones first.
func (s *server) notices(v *visit) view {
	out := noticesView{None: s.Notices == nil}
	if !out.None {
		list, err := s.Notices.Told("", noticesRead)
		if err != nil {
			s.Log.Warn("notices cannot be read", "error", err)
		}
		slices.SortStableFunc(list, func(a, b Notice) int { return b.Detected.Compare(a.Detected) })
		var rest []noticeRow
		for i := range list {
			row := s.noticeRow(v, &list[i])
			if row.Tone == "good" {
				rest = append(rest, row)
			} else {
				out.Urgent = append(out.Urgent, row)
			}
		}
		out.Rest, out.Pager = paged(v, rest, noticesPerPage)
		if len(out.Urgent) > noticesPerPage {
			out.Urgent, out.More = out.Urgent[:noticesPerPage], v.t("notices.more", noticesPerPage)
		}
		out.Mutes = s.mutes(v, nil)
	}
	return view{name: "notices", title: v.t("nav.notices"), active: "notices", every: historyEvery, body: out}
}

func (s *server) noticeRow(v *visit, n *Notice) noticeRow {
	row := noticeRow{
		Detected: v.at(n.Detected), Due: v.at(n.Due), Kind: v.t("told." + string(n.Kind)), Severity: v.t("severity." + n.Severity.String()),
		Title: n.titleIn(v.code), Why: s.why(v, n.Why), Tone: "good",
	}
	if n.More > 0 || len(n.Keys) > 1 {
		row.Title = v.t("notices.title.more", row.Title, n.More+max(0, len(n.Keys)-1))
	}
	if n.Accepted != nil {
		row.Accepted = v.at(*n.Accepted)
	}
	row.State, row.Tone, row.Used = v.fared(n)
	for i := range n.Deliveries {
		d := &n.Deliveries[i]
		c := channelRow{Name: string(d.Channel), Outcome: v.outcome(n, d)}
		for _, a := range d.Attempts {
			if a.Error != "" {
				c.Attempts = append(c.Attempts, v.at(a.At).Text+" "+a.Error)
			}
		}
		row.Channels = append(row.Channels, c)
	}
	if ownPath(n.Path) == n.Path {
		row.URL = v.link(n.Path)
	}
	for _, key := range n.Keys {
		if act := s.Notices.Acknowledged(key); act != nil && row.Acknowledged == "" {
			row.Acknowledged = v.t("incident.ack", act.By, v.at(act.At).Text, act.Note)
		}
	}
	return row
}

// fared says in a word how a notice fared, and how much of its window was used.
func (v *visit) fared(n *Notice) (word, tone, used string) {
	until := v.board.At
	if n.Accepted != nil {
		until = *n.Accepted
	}
	if window := n.Due.Sub(n.Detected); window > 0 {
		share := float64(until.Sub(n.Detected)) / float64(window)
		percent := fmt.Sprintf("%.0f", 100*max(0, share))
		if share > 0 && share < .01 {
			percent = "< 1"
		}
		used = v.t("notices.used", v.length(max(0, until.Sub(n.Detected)), roundUp), percent)
	}
	switch {
	case n.Missed || n.Accepted != nil && n.Accepted.After(n.Due):
		return v.t("notices.missed"), "bad", used
	case n.Accepted != nil:
		return v.t("notices.accepted"), "good", used
	case givenUp(n):
		return v.t("notices.gaveup"), "bad", ""
	}
	return v.t("notices.pending"), "fair", used
}

func givenUp(n *Notice) bool {
	return len(n.Deliveries) > 0 && !slices.ContainsFunc(n.Deliveries, func(d Delivery) bool { return d.GaveUp == "" })
}

// outcome says how a notice fared over one channel.
func (v *visit) outcome(n *Notice, d *Delivery) string {
	_, text, _ := strings.Cut(v.delivery(n, d), ": ")
	return text
}

// muteRow is a mute that is in force.
type muteRow struct {
	What, URL, By, Note, Form, Check string
	Until                            moment
}

// mutes lists those that are in force and wanted; nil wants all.
func (s *server) mutes(v *visit, want func(alert.Mute) bool) (rows []muteRow) {
	if s.Notices == nil || v.public {
		return nil
	}
	for _, m := range s.Notices.Mutes() {
		x := findService(v.board, m.Service)
		if x == nil || want != nil && !want(m) {
			continue
		}
		row := muteRow{What: nameOf(x.Name, x.ID), URL: v.link("/services/" + string(x.ID)), By: m.By, Note: m.Note, Until: v.at(m.Until),
			Form: v.link("/services/" + string(x.ID) + "/unmute"), Check: string(m.Check)}
		if m.Check != "" {
			row.What += ": " + v.checkName(v.board, m.Check)
		}
		rows = append(rows, row)
	}
	return rows
}

// muted are the services of which something is muted.
func (s *server) muted(v *visit) map[check.ServiceID]bool {
	out := map[check.ServiceID]bool{}
	if s.Notices != nil && !v.public {
		for _, m := range s.Notices.Mutes() {
			out[m.Service] = true
		}
	}
	return out
}

// muteUntil is the end that the form of a mute starts with.
func (v *visit) muteUntil() string {
	return v.board.At.In(v.zone).Add(2 * time.Hour).Truncate(time.Minute).Format(wallLayouts[0])
}
