package snmp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// maxPoll ends a poll whose context has no deadline.
const maxPoll = time.Minute

// Poller reads one device. It is safe for concurrent use; polls of one device
// follow each other.
type Poller struct {
	dev device.Device

	mu      sync.Mutex // held during a poll; protects all below
	session *session
	plan    *plan   // nil until the device has answered
	last    *sample // of the last poll that was answered
	engines int     // of the session when last was taken
	room    []value // of a sample that is no longer needed
	count   int     // of the readings of the last poll
}

// Poller prepares to read a device. Nothing is sent.
func (e *Env) Poller(d device.Device) (*Poller, error) {
	d = defaults(d)
	if d.Profile != "" && e.profiles.Named(d.Profile) == nil {
		_, err := e.profiles.choose(d.Profile, "")
		return nil, fmt.Errorf("device %s: %w", d.ID, err)
	}
	for _, c := range d.Wanted.Custom {
		if _, err := ParseOID(c.OID); err != nil {
			return nil, fmt.Errorf("device %s: reading %q: %w", d.ID, c.Name, err)
		}
	}
	s, err := newSession(e, d)
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", d.ID, err)
	}
	return &Poller{dev: d, session: s}, nil
}

// Poll reads the device once. The outcome is about the agent: Up when it
// answered, Down when it did not, Unknown when we could not ask or may not. The
// readings are all that the plan has; those that are not known are void. Before
// the first answer there is no plan, and CPU and memory stand for the rest.
func (p *Poller) Poll(ctx context.Context) ([]device.Reading, check.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxPoll)
		defer cancel()
	}
	start := time.Now()
	now, err := p.ask(ctx)
	tries := p.session.tries()
	p.session.heard(now, err)
	readings := p.readings(now, err)
	p.count = len(readings)
	if err == nil {
		if p.last != nil {
			p.room = p.last.values
		}
		p.last = now
		p.engines = p.session.engines()
	}
	return readings, p.outcome(start, now, tries, err)
}

// ask gets a sample, making the plan first when there is none or the old one no
// longer fits.
func (p *Poller) ask(ctx context.Context) (*sample, error) {
	if err := p.session.dial(ctx); err != nil {
		return nil, err
	}
	if p.plan == nil || p.plan.stale(time.Now()) {
		if err := p.replan(ctx); err != nil {
			return nil, err
		}
	}
	now, err := p.sample(ctx)
	if err != nil || !p.outdated(now) {
		return now, err
	}
	if err := p.replan(ctx); err != nil {
		return now, err
	}
	return p.sample(ctx)
}

// replan makes the plan and takes the last sample over to it.
func (p *Poller) replan(ctx context.Context) error {
	w, err := makePlan(ctx, p.session)
	if err != nil {
		return err
	}
	p.last = carry(p.plan, p.last, w.plan)
	p.plan = w.plan
	p.session.forgetForms()
	return nil
}

// sample asks for everything on the list.
func (p *Poller) sample(ctx context.Context) (*sample, error) {
	values, reached, err := p.session.getAgain(ctx, p.plan.oids, p.room)
	p.room = nil
	now := &sample{values: values, reached: reached}
	now.clock = p.plan.clockOf(values, time.Now())
	return now, err
}

// outdated reports whether rows may belong to other things than the plan says.
func (p *Poller) outdated(now *sample) bool {
	if p.plan.moved(now, p.last) || p.session.engines() != p.engines && p.last != nil {
		return true
	}
	if p.last == nil {
		return false
	}
	// A clock that only lags may stand still for ever; it must not cost a new
	// plan with every poll.
	before, after := p.last.clock, now.clock
	if _, void := device.Elapsed(before, after); void != device.VoidRestart {
		return false
	}
	return after.Boots != before.Boots || after.Seconds < before.Seconds || after.Ticks < before.Ticks
}

// engines counts the engines that have answered; v2c has none.
func (s *session) engines() int {
	if s.usm == nil {
		return 0
	}
	return s.usm.changes
}

// readings turns a sample into readings.
func (p *Poller) readings(now *sample, err error) []device.Reading {
	_, _, void := classify(err)
	v := &view{device: p.dev.ID, at: time.Now().UTC(), now: now, before: p.last, unasked: void}
	if now == nil {
		v.now = &sample{}
	}
	if p.plan == nil {
		return p.placeholders(v)
	}
	if p.last != nil && now != nil {
		v.elapsed, v.broken = device.Elapsed(p.last.clock, now.clock)
		if p.session.engines() != p.engines {
			v.broken = device.VoidRestart
		}
	}
	return p.plan.readings(v, p.count)
}

// placeholders are the readings of a device that has never answered.
func (p *Poller) placeholders(v *view) []device.Reading {
	if p.dev.Wanted.CPU {
		v.emit(device.CPU, "", 0, v.unasked)
	}
	if p.dev.Wanted.Memory {
		v.emit(device.Memory, "", 0, v.unasked)
	}
	for _, c := range p.dev.Wanted.Custom {
		v.emit(device.Custom, clip(c.Name), 0, v.unasked)
	}
	return v.out
}

// outcome judges the agent's liveness.
func (p *Poller) outcome(start time.Time, now *sample, tries int, err error) check.Outcome {
	took := time.Since(start)
	if err == nil {
		return check.Outcome{State: check.Up, Took: took, Phases: check.Phases{Wait: took}}
	}
	state, reason, _ := classify(err)
	if state == check.Down && now != nil && now.reached > 0 {
		// It answered the first packets and then no more.
		state = check.Degraded
	}
	detail := &check.Evidence{Sentence: p.sentence(tries, err), Phase: check.PhaseWait, Want: "an answer by " + p.dev.Credentials.Level()}
	if p.session.to.IsValid() {
		detail.Address = p.session.to.String()
	}
	if errors.Is(err, errName) {
		detail.Phase = check.PhaseResolve
	}
	return check.Outcome{State: state, Reason: reason, Took: took, Phases: check.Phases{Wait: took}, Detail: detail}
}

func (p *Poller) sentence(tries int, err error) string {
	text := fmt.Sprintf("SNMP agent %s: %v", p.dev.Address, err)
	if errors.Is(err, errSilent) || errors.Is(err, context.DeadlineExceeded) {
		text = fmt.Sprintf("SNMP agent %s did not answer (%d requests, %s each)", p.dev.Address, tries, p.dev.Timeout)
		if tries == 1 {
			text = fmt.Sprintf("SNMP agent %s did not answer a request within %s", p.dev.Address, p.dev.Timeout)
		}
		if p.dev.Credentials.Version == device.V2c {
			text += "; agents are also silent when the community is wrong"
		}
	}
	return text[:min(len(text), check.EvidenceLimit)]
}

// Profile returns the name of the profile in use, empty before the first answer.
func (p *Poller) Profile() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plan == nil {
		return ""
	}
	return p.plan.profile.Name
}

// Notes returns what of the wanted is not read, and why.
func (p *Poller) Notes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plan == nil {
		return nil
	}
	return p.plan.notes
}
