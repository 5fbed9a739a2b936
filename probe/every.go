package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

// everyAddressMost bounds the addresses of one name that are asked in one slot. Each
// takes a descriptor at the same time; public services publish eight at most.
const everyAddressMost = 16

// pinned makes the probes of a context find a host at one address.
type pinned struct {
	host string
	addr netip.Addr
}

// pinKey is the key of pinned in a context.
type pinKey struct{}

// everyProbe asks each address of one name.
type everyProbe struct {
	check check.Check
	host  endpoint
	one   func(context.Context) check.Outcome
}

// everyAddress returns a probe that asks each address of the check's name with one:
// Up when all do what is asked, Degraded when some do not, Down when none does. They
// are asked at the same time, each with the whole of the deadline, so that one which
// hangs takes nothing from the others. An address that could not be asked makes the
// outcome Unknown where it could change it; one that this host has no route to is
// passed over if there are others, as a client does.
func everyAddress(c check.Check, one func(context.Context) check.Outcome) (func(context.Context) check.Outcome, error) {
	name, family, ok := check.Host(c.Params)
	if !ok {
		return nil, fmt.Errorf("every address: a check of kind %s has no name whose addresses could be asked", c.Kind())
	}
	host, err := newEndpoint(name, 1, family) // the port is that of the probe
	if err != nil {
		return nil, err
	}
	if host.addr.IsValid() {
		return nil, errors.New("every address: the target is an address and not a name")
	}
	return (&everyProbe{c, host, one}).run, nil
}

// node is one address and what was found there.
type node struct {
	addr netip.Addr
	check.Outcome
}

func (p *everyProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	all, total, err := p.resolve(ctx)
	if err != nil {
		return t.failed(ctx, err)
	}
	t.enter(check.PhaseConnect)
	return p.judge(&t, p.ask(ctx, all), total-len(all))
}

// resolve returns the addresses in a fixed order, since resolvers change theirs, and
// how many there are in all.
func (p *everyProbe) resolve(ctx context.Context) ([]netip.Addr, int, error) {
	all, err := resolver.LookupNetIP(ctx, p.host.network(), p.host.host)
	if err != nil {
		return nil, 0, err
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	slices.SortFunc(all, netip.Addr.Compare)
	all = slices.Compact(all)
	return all[:min(len(all), everyAddressMost)], len(all), nil
}

// ask asks all addresses at the same time. What panics does so in the goroutine of
// the caller, who is prepared for it.
func (p *everyProbe) ask(ctx context.Context, all []netip.Addr) []node {
	nodes := make([]node, len(all))
	var wait sync.WaitGroup
	var once sync.Once
	var broken any
	for i, a := range all {
		wait.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					once.Do(func() { broken = r })
				}
			}()
			o := p.one(context.WithValue(ctx, pinKey{}, pinned{p.host.host, a}))
			nodes[i] = node{a, p.check.Judge(o)}
		})
	}
	wait.Wait()
	if broken != nil {
		panic(broken)
	}
	return nodes
}

// tally is how many addresses are how.
type tally struct{ good, limping, dead, unasked int }

func count(nodes []node) (n tally) {
	for i := range nodes {
		switch nodes[i].State {
		case check.Up:
			n.good++
		case check.Degraded:
			n.good++
			n.limping++
		case check.Down:
			n.dead++
		default:
			n.unasked++
		}
	}
	return n
}

// judge makes one outcome of all.
func (p *everyProbe) judge(t *trace, nodes []node, over int) check.Outcome {
	n := count(nodes)
	state := p.state(n, nodes)
	slices.SortStableFunc(nodes, worstFirst(state))
	o := nodes[0].Outcome // the evidence and the reason of the worst
	o.State = state
	o.Took, o.Phases = slowest(nodes)
	o.Phases.Resolve += t.phases.Resolve
	o.Took += t.phases.Resolve
	o.Facts = p.facts(nodes, n, over)
	if state == check.Up && !t.explain {
		o.Detail = nil
		return o
	}
	var e check.Evidence
	if o.Detail != nil {
		e = *o.Detail
	}
	e.Sentence = line(p.sentence(n, over, nodes))
	e.Steps = text([]byte(rollOf(nodes)))
	o.Detail = &e
	return o
}

// state weighs the addresses.
func (p *everyProbe) state(n tally, nodes []node) check.State {
	doubt := slices.ContainsFunc(nodes, func(x node) bool {
		return x.State == check.Unknown && (x.Reason != check.ReasonOwnNetwork || n.good == 0)
	})
	switch {
	case n.dead > 0 && n.good > 0:
		return check.Degraded // whatever the others are
	case doubt:
		return check.Unknown
	case n.dead > 0:
		return check.Down
	case n.limping > 0:
		return check.Degraded
	}
	return check.Up
}

// worstFirst orders nodes so that the reason for the state comes first.
func worstFirst(state check.State) func(a, b node) int {
	rank := func(x node) int {
		switch {
		case state == check.Unknown && x.State == check.Unknown:
			return 0
		case x.State == check.Down:
			return 1
		case x.State == check.Degraded:
			return 2
		case x.State == check.Up:
			return 3
		}
		return 4
	}
	return func(a, b node) int { return rank(a) - rank(b) }
}

// slowest returns the time of the slowest good answer, or of the slowest at all.
func slowest(nodes []node) (took time.Duration, phases check.Phases) {
	for _, good := range []bool{true, false} {
		for i := range nodes {
			if x := &nodes[i]; (x.State.Good() || !good) && x.Took >= took {
				took, phases = x.Took, x.Phases
			}
		}
		if took > 0 {
			break
		}
	}
	return took, phases
}

// facts are the counts, the time of each address that answered, and of the worst of
// the others: the certificate that expires first, the largest loss.
func (p *everyProbe) facts(nodes []node, n tally, over int) []check.Fact {
	facts := make([]check.Fact, 0, len(nodes)+5)
	facts = append(facts,
		check.Fact{Kind: check.AddressesGood, Value: float64(n.good)},
		check.Fact{Kind: check.AddressesDead, Value: float64(n.dead)},
		check.Fact{Kind: check.AddressesUnasked, Value: float64(n.unasked + over)})
	worst := map[check.FactKind]float64{}
	for i := range nodes {
		for _, f := range nodes[i].Facts {
			was, there := worst[f.Kind]
			if f.Kind == check.CertificateExpiry && (!there || f.Value < was) || f.Kind == check.PacketLoss && (!there || f.Value > was) {
				worst[f.Kind] = f.Value
			}
		}
		if nodes[i].State.Good() {
			facts = append(facts, check.Fact{Kind: check.AddressSeconds, Value: nodes[i].Took.Seconds(), Label: nodes[i].addr.String()})
		}
	}
	for _, kind := range []check.FactKind{check.CertificateExpiry, check.PacketLoss} {
		if v, ok := worst[kind]; ok {
			facts = append(facts, check.Fact{Kind: kind, Value: v})
		}
	}
	return facts
}

// sentence says how many addresses are how, and of the worst why.
func (p *everyProbe) sentence(n tally, over int, nodes []node) string {
	name, asked := p.host.host, len(nodes)
	var said string
	switch worst := nodes[0]; {
	case n.dead > 0:
		said = fmt.Sprintf("%d of %d addresses of %s failed", n.dead, asked, name)
	case worst.State == check.Unknown:
		said = fmt.Sprintf("%d of %d addresses of %s could not be asked", n.unasked, asked, name)
	case n.limping > 0:
		said = fmt.Sprintf("%d of %d addresses of %s limp", n.limping, asked, name)
	default:
		said = fmt.Sprintf("all %d addresses of %s answered as expected", n.good, name)
	}
	if over > 0 {
		said += fmt.Sprintf(" (%d more were not asked)", over)
	}
	if worst := nodes[0]; worst.State != check.Up && worst.Detail != nil {
		said += fmt.Sprintf("; %s: %s", worst.addr, worst.Detail.Sentence)
	}
	return said
}

// rollOf tells of each address in one line, the worst first.
func rollOf(nodes []node) string {
	var b strings.Builder
	for i := range nodes {
		x := &nodes[i]
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s %s", x.addr, x.State)
		if x.Reason != check.ReasonNone {
			fmt.Fprintf(&b, " (%s)", x.Reason)
		}
		fmt.Fprintf(&b, " after %s", x.Took.Round(10*time.Microsecond))
	}
	return b.String()
}
