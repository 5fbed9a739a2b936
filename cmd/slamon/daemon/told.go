package daemon

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/web"
)

// incidentKey makes the key of a condition out of the name of an incident.
const incidentKey = "incident/"

// Told returns the newest notices, those about one condition when key is not empty.
func (t *teller) Told(key string, limit int) ([]web.Notice, error) {
	var want func(*notify.Entry) bool
	if key != "" {
		want = func(e *notify.Entry) bool {
			return slices.ContainsFunc(e.Notice.Conditions, func(c alert.Condition) bool {
				return c.Key == key || c.Path == "/incidents/"+strings.TrimPrefix(key, incidentKey)
			})
		}
	}
	entries, err := t.outbox.History(limit, want)
	zone := t.d.config.Load().Zone
	list := make([]web.Notice, 0, len(entries))
	for _, e := range entries {
		list = append(list, noticeOf(e, zone))
	}
	return list, err
}

func noticeOf(e *notify.Entry, zone *time.Location) web.Notice {
	n := web.Notice{
		ID: e.Notice.ID, Kind: e.Notice.Kind, Severity: e.Notice.Severity, Why: e.Notice.Why, Keys: []string{}, More: e.Notice.More,
		Detected: e.Notice.Detected.In(zone), Due: e.Notice.Due.In(zone), Accepted: some(e.Accepted, zone), Missed: !e.Missed.IsZero(),
		Deliveries: []web.Delivery{},
	}
	if n.Accepted != nil {
		delay := e.Accepted.Sub(e.Notice.Detected).Seconds()
		n.Delay = &delay
	}
	for _, c := range e.Notice.Conditions {
		n.Keys = append(n.Keys, c.Key)
	}
	if len(e.Notice.Conditions) > 0 {
		n.Title, n.TitleJA, n.Path = titlesOf(&e.Notice)
	}
	for _, d := range e.Deliveries {
		out := web.Delivery{Channel: d.Channel, Accepted: some(d.Accepted, zone), Answer: d.Answer, GaveUp: d.GaveUp, Tries: d.Tries, Attempts: []web.Attempt{}}
		for _, a := range d.Attempts {
			out.Attempts = append(out.Attempts, web.Attempt{At: a.At.In(zone), Took: a.Took.Seconds(), Error: a.Error})
		}
		n.Deliveries = append(n.Deliveries, out)
	}
	return n
}

// titlesOf are the title of a notice in English and Japanese, and where its page is.
func titlesOf(n *alert.Notice) (en, ja, path string) {
	c := &n.Conditions[0]
	if n.Kind == alert.Recovered || n.Kind == alert.Stable {
		return c.OverTitleIn("en"), c.OverTitleIn("ja"), c.Path
	}
	return c.TitleIn("en"), c.TitleIn("ja"), c.Path
}

// some returns nil for the zero time.
func some(at time.Time, zone *time.Location) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.In(zone)
	return &at
}

// find returns the key of a condition that is there: what is named is that, or the
// name of an incident. An incident that unknown time has cut in two is known by the
// name of its first part. Callers hold mu.
func (t *teller) find(name string) (string, bool) {
	for _, key := range []string{name, incidentKey + name} {
		if _, ok := t.memory.Items[key]; ok {
			return key, true
		}
	}
	for key, it := range t.memory.Items {
		if strings.HasSuffix(it.Condition.Path, "/"+strings.TrimPrefix(name, incidentKey)) {
			return key, true
		}
	}
	return "", false
}

// Acknowledge keeps that somebody takes care of a condition.
func (t *teller) Acknowledge(name string, act alert.Act) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	key, ok := t.find(name)
	if !ok {
		return web.Refusal{Err: fmt.Errorf("nothing of the name %q is open: it may be over", name)}
	}
	t.memory.Acknowledge(key, act)
	c := t.memory.Items[key].Condition
	t.d.log.Info("acknowledged", "condition", key, "by", act.By, "note", act.Note)
	return t.did(alert.Deed{Kind: alert.Acknowledged, Key: key, Title: c.Title, Service: c.Service, Check: c.Check, Act: act})
}

// Acknowledged returns who takes care of a condition, or who did when it is over.
func (t *teller) Acknowledged(name string) *alert.Act {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key, ok := t.find(name); ok {
		return t.memory.Items[key].Acted
	}
	for _, key := range []string{name, incidentKey + name} {
		if act, ok := t.acts[key]; ok {
			return &act
		}
	}
	return nil
}

// Mute keeps a service or a check quiet.
func (t *teller) Mute(m alert.Mute) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.memory.Silence(m, time.Now())
	t.d.log.Info("muted", "service", m.Service, "check", m.Check, "until", m.Until, "by", m.By, "note", m.Note)
	return t.did(alert.Deed{Kind: alert.Muted, Service: m.Service, Check: m.Check, Until: m.Until, Act: m.Act})
}

// Mutes returns those that are in force.
func (t *teller) Mutes() []alert.Mute {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return slices.DeleteFunc(slices.Clone(t.memory.Mutes), func(m alert.Mute) bool { return !now.Before(m.Until) })
}

// maxTellings bounds what is kept of one incident.
const maxTellings = 50

// TellVendor keeps when and where the vendor told its users of an incident.
func (t *teller) TellVendor(incident string, telling alert.Telling) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	told, err := t.VendorTold(incident)
	if err != nil {
		return err
	}
	if len(told) >= maxTellings {
		return web.Refusal{Err: fmt.Errorf("%d are kept of this incident already", len(told))}
	}
	text, err := json.Marshal(append(told, telling))
	if err != nil {
		return err
	}
	return t.d.store.Put(tellingPrefix+incident, text)
}

// VendorTold returns what was kept of that.
func (t *teller) VendorTold(incident string) ([]alert.Telling, error) {
	text, err := t.d.store.Get(tellingPrefix + incident)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	var told []alert.Telling
	err = json.Unmarshal(text, &told)
	return told, err
}
