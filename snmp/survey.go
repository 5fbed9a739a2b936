package snmp

import (
	"context"
	"errors"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// Survey is what a device says of itself and what can be read of it.
type Survey struct {
	Address     string // that was talked to
	Description string // sysDescr
	Object      string // sysObjectID
	Name        string // sysName
	Profile     string // name of the profile that fits
	Title       string // of the profile
	Note        string // of the profile
	Notes       []string
	Readings    []device.Reading
	Objects     int // asked for in each poll
	Outcome     check.Outcome
}

// Survey looks at a device: once, or twice with a pause between for what needs two
// values. When the device does not answer, the outcome says why and the rest is
// empty.
func (e *Env) Survey(ctx context.Context, d device.Device, pause time.Duration) (Survey, error) {
	p, err := e.Poller(d)
	if err != nil {
		return Survey{}, err
	}
	s := Survey{}
	s.Readings, s.Outcome = p.Poll(ctx)
	if p.session.to.IsValid() {
		s.Address = p.session.to.String()
	}
	if p.plan == nil {
		return s, nil
	}
	if pause > 0 && s.Outcome.State == check.Up {
		select {
		case <-time.After(pause):
			s.Readings, s.Outcome = p.Poll(ctx)
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
	values, _, err := p.session.get(ctx, []string{sysDescr, sysObjectID, sysName})
	if err != nil {
		return s, err
	}
	s.Description, s.Object, s.Name = values[0].String(), values[1].String(), values[2].label()
	s.Profile, s.Title, s.Note = p.plan.profile.Name, p.plan.profile.Title, p.plan.profile.Note
	s.Notes, s.Objects = p.plan.notes, len(p.plan.oids)
	return s, nil
}

// Object is one object of a walk, for people.
type Object struct {
	OID   string
	Type  string
	Value string
}

// ErrLimit is wrapped by the error of a walk that was cut at a limit.
var ErrLimit = errLimit

// walkBytes bounds what a walk for people may bring.
const walkBytes = 256 << 20

// Walk visits every object at or below root, rows at most. What came before an
// error has been visited.
func (e *Env) Walk(ctx context.Context, d device.Device, root string, rows int, visit func(Object) error) error {
	root, err := ParseOID(root)
	if err != nil {
		return err
	}
	p, err := e.Poller(d)
	if err != nil {
		return err
	}
	if err := p.session.dial(ctx); err != nil {
		return err
	}
	found := false
	tell := func(r row) error {
		found = true
		return visit(Object{r.oid, r.value.shape.word(), r.value.String()})
	}
	limits := walkLimits{rows: rows, bytes: walkBytes, time: time.Hour}
	if err := p.session.walk(ctx, root, limits, tell); err != nil || found {
		return err
	}
	// Nothing lies below: root may be an object itself.
	values, _, err := p.session.get(ctx, []string{root})
	var status *statusError
	if err != nil && !errors.As(err, &status) || values[0].shape == absent {
		return err
	}
	return tell(row{root, values[0]})
}

// Explain says what an error of Walk means for the agent.
func Explain(err error) (check.State, check.Reason) {
	state, reason, _ := classify(err)
	return state, reason
}
