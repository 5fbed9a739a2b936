package snmp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slamon/slamon/device"
)

// planner looks at what a device offers and writes a plan.
type planner struct {
	s    *session
	ctx  context.Context
	plan *plan
	dev  device.Device

	description, object, name string // sysDescr, sysObjectID, sysName
}

// makePlan asks the device what it is and what it has. An error is one of the
// network; what the device has not is left out and noted.
func makePlan(ctx context.Context, s *session) (*planner, error) {
	first := []string{sysObjectID, sysDescr, sysName, sysUpTime, snmpEngineBoots, snmpEngineTime, ifTableLastChange, ifNumber}
	values, _, err := s.get(ctx, first)
	if err != nil {
		return nil, err
	}
	profile, err := s.env.profiles.choose(s.dev.Profile, values[0].text)
	if err != nil {
		return nil, err
	}
	w := &planner{
		s: s, ctx: ctx, plan: newPlan(profile, time.Now()), dev: s.dev,
		object: values[0].text, description: values[1].String(), name: values[2].label(),
	}
	w.clock(values[3:6])
	for _, part := range []func([]value) error{w.cpu, w.memory, w.storage, w.interfaces, w.extra, w.custom} {
		if err := part(values[6:]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// clock puts the agent's time first on the list, so that it is in the first packet.
func (w *planner) clock(values []value) {
	if values[0].shape != absent {
		w.plan.uptime = w.plan.want(sysUpTime, "")
		w.plan.young = values[0].shape == ticks && values[0].number < uint64(youth/(10*time.Millisecond))
	}
	// In v3 every answer carries boots and time; the objects are still asked for,
	// because a proxy answers for engines that are not its own.
	if values[1].shape != absent && values[2].shape != absent {
		w.plan.boots = w.plan.want(snmpEngineBoots, "")
		w.plan.seconds = w.plan.want(snmpEngineTime, "")
	}
}

// note says what was left out.
func (w *planner) note(text string) { w.plan.notes = append(w.plan.notes, text) }

// allowed reports whether a rule may be used.
func (w *planner) allowed(r Rule) bool { return r.Mark != Unverified || w.dev.Unverified }

// present asks for objects and returns their values. That the agent fails over
// them is as good as their absence.
func (w *planner) present(oids []string) ([]value, error) {
	values, _, err := w.s.get(w.ctx, oids)
	var status *statusError
	if errors.As(err, &status) {
		return values, nil
	}
	return values, err
}

// rows reads a column, ordered by index. An agent that fails within a table has
// what came before.
func (w *planner) rows(root, only string) ([]string, map[string]value, error) {
	found, err := w.s.column(w.ctx, root)
	var status *statusError
	if err != nil && !errors.As(err, &status) && !errors.Is(err, errOrder) {
		return nil, nil, err
	}
	if err != nil {
		w.note("the column " + root + " could not be read to its end: " + err.Error())
	}
	var keys []string
	for k := range found {
		if only == "" || k == only {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	return keys, found, nil
}

// first uses the first rule that the device answers.
func (w *planner) first(what string, rules []Rule, try func(Rule) (bool, error)) error {
	for _, r := range rules {
		if !w.allowed(r) {
			w.note(what + " by " + r.How + " is left out: the profile marks it as not verified")
			continue
		}
		used, err := try(r)
		if used || err != nil {
			return err
		}
	}
	if len(rules) > 0 {
		w.note("the device answers none of the profile's objects for " + what)
	}
	return nil
}

func (w *planner) cpu([]value) error {
	if !w.dev.Wanted.CPU {
		return nil
	}
	return w.first("cpu", w.plan.profile.CPU, func(r Rule) (bool, error) {
		if r.How == "ticks" {
			return w.ticks(r)
		}
		return w.percentages(device.CPU, r)
	})
}

func (w *planner) memory([]value) error {
	if !w.dev.Wanted.Memory {
		return nil
	}
	return w.first("memory", w.plan.profile.Memory, func(r Rule) (bool, error) {
		switch r.How {
		case "percent", "column":
			return w.percentages(device.Memory, r)
		case "used_free":
			return w.pools(r)
		case "storage":
			return w.storageRow(r)
		}
		return w.sizes(r)
	})
}

// extra reads what else the profile offers.
func (w *planner) extra([]value) error {
	if !w.dev.Wanted.Extra {
		return nil
	}
	for _, r := range w.plan.profile.Readings {
		if !w.allowed(r) {
			continue
		}
		if err := w.single(r); err != nil {
			return err
		}
	}
	return nil
}

// custom reads what the file names by OID. It stays on the list when the device
// has it not, so that its absence shows.
func (w *planner) custom([]value) error {
	for _, c := range w.dev.Wanted.Custom {
		oid, err := ParseOID(c.OID)
		if err != nil {
			return err
		}
		scale := c.Scale
		if scale == 0 {
			scale = 1
		}
		i := w.plan.want(oid, "")
		w.plan.build = append(w.plan.build, func(v *view) {
			read := v.float
			if c.Counter {
				read = func(i int) (float64, device.Void) { return v.rate(i, 0) }
			}
			f, void := read(i)
			v.emit(device.Custom, clip(c.Name), f*scale, void)
		})
	}
	return nil
}
