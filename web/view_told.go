package web

import (
	"time"

	"github.com/slamon/slamon/status"
)

// toldRow is one notice about an incident.
type toldRow struct {
	At        moment
	Kind, Why string
	Channels  []string
}

type vendorRow struct{ Answer, What, Delay string }

// toldShown is how many notices an incident shows.
const toldShown = 50

// told shows who was told of an incident by us and by the vendor, and who takes care.
func (s *server) told(v *visit, i *status.Incident) (rows []toldRow, vendor []vendorRow, acknowledged string) {
	if s.Notices == nil {
		return nil, nil, ""
	}
	list, err := s.Notices.Told(incidentKey+i.ID, toldShown)
	if err != nil {
		s.Log.Warn("notices cannot be read", "incident", i.ID, "error", err)
	}
	for _, n := range list {
		row := toldRow{At: v.exact(n.Detected), Kind: v.t("told." + string(n.Kind)), Why: s.why(v, n.Why)}
		if n.Missed {
			row.Channels = append(row.Channels, v.t("told.missed"))
		}
		for _, d := range n.Deliveries {
			row.Channels = append(row.Channels, v.delivery(&n, &d))
		}
		rows = append(rows, row)
	}
	if act := s.Notices.Acknowledged(incidentKey + i.ID); act != nil {
		acknowledged = v.t("incident.ack", act.By, v.at(act.At).Text, act.Note)
	}
	for _, n := range s.vendorNotices(i, v.board.At) {
		vendor = append(vendor, v.vendor(n))
	}
	return rows, vendor, acknowledged
}

// why says in the reader's language why a notice was due.
func (s *server) why(v *visit, text string) string {
	if s.Why == nil {
		return text
	}
	return s.Why(v.code, text)
}

// delivery says how a notice fared over one channel, with the server's own words.
func (v *visit) delivery(n *Notice, d *Delivery) string {
	text := string(d.Channel) + ": "
	switch {
	case d.Accepted != nil:
		text += v.t("told.within", v.length(d.Accepted.Sub(n.Detected), roundUp)) + " — " + d.Answer
	case d.GaveUp != "":
		text += d.GaveUp
	default:
		text += v.t("told.pending", v.at(n.Due).Text)
		if len(d.Attempts) > 0 {
			text += " — " + d.Attempts[len(d.Attempts)-1].Error
		}
	}
	if d.Tries > 1 {
		text += " (" + v.t("told.tries", d.Tries) + ")"
	}
	return text
}

func (v *visit) vendor(n vendorNotice) vendorRow {
	row := vendorRow{Answer: v.t("vendor." + string(n.Answer))}
	low := v.length(time.Duration(n.DelayLow*float64(time.Second)), roundDown)
	switch {
	case n.Seen == nil:
	case n.DelayHigh != nil:
		row.Delay = v.t("vendor.between", low, v.length(time.Duration(*n.DelayHigh*float64(time.Second)), roundUp))
	default:
		row.Delay = v.t("vendor.atleast", low)
	}
	if n.Seen != nil {
		row.What = v.t("vendor.where", n.Where, v.at(*n.Seen).Text, n.By, n.Note)
	}
	return row
}
