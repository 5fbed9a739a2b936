package web

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// maxFeed is how many incidents the feed holds; readers keep the older ones.
const maxFeed = 50

// The parts of an Atom feed that are used (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated time.Time   `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string    `xml:"id"`
	Title     string    `xml:"title"`
	Published time.Time `xml:"published"`
	Updated   time.Time `xml:"updated"`
	Link      atomLink  `xml:"link"`
	Summary   string    `xml:"summary"`
}

// feed lists incidents, newest first.
func (s *server) feed(w http.ResponseWriter, r *http.Request, b *status.Board) {
	base := s.baseURL(r)
	f := s.formatter(r, b)
	out := atomFeed{
		Lang: f.code, ID: "tag:slamon,2026:" + b.Site, Title: f.t("feed.title", b.Site), Author: "slamon",
		Links: []atomLink{{"self", base + "/feed.atom"}, {"alternate", base + "/incidents"}},
	}
	for _, i := range newestIncidents(b, maxFeed) {
		out.Entries = append(out.Entries, f.entry(b, i, base))
	}
	out.Updated = b.Started.UTC()
	for _, e := range out.Entries {
		if e.Updated.After(out.Updated) {
			out.Updated = e.Updated
		}
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(out)
}

func (f *formatter) entry(b *status.Board, i *status.Incident, base string) atomEntry {
	updated := i.FirstGood
	if updated.IsZero() {
		updated = i.LastBad
	}
	e := atomEntry{
		ID:        "tag:slamon,2026:" + b.Site + ":" + i.ID,
		Title:     f.t("feed.entry", f.checkName(b, i.Check), f.reason(i.Reason)),
		Published: i.FirstBad.UTC(), Updated: updated.UTC(),
		Link: atomLink{"alternate", base + "/incidents/" + i.ID},
	}
	e.Summary = f.incidentSentence(i)
	if i.Detail != nil {
		e.Summary += " " + i.Detail.Sentence
	}
	return e
}

func (f *formatter) checkName(b *status.Board, id check.ID) string {
	if c, _ := findCheck(b, id); c != nil {
		return cmp.Or(c.Name, string(c.ID))
	}
	return string(id)
}

// newestIncidents returns at most limit incidents of all services.
func newestIncidents(b *status.Board, limit int) []*status.Incident {
	var all []*status.Incident
	for i := range b.Services {
		for k := range b.Services[i].Incidents {
			all = append(all, &b.Services[i].Incidents[k])
		}
	}
	slices.SortStableFunc(all, func(x, y *status.Incident) int {
		if x.Ongoing != y.Ongoing {
			if x.Ongoing {
				return -1
			}
			return 1
		}
		return y.FirstBad.Compare(x.FirstBad)
	})
	return all[:min(limit, len(all))]
}

// baseURL is how others reach these pages.
func (s *server) baseURL(r *http.Request) string {
	if s.ExternalURL != "" {
		return strings.TrimSuffix(s.ExternalURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
