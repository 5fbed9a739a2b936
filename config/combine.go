package config

import (
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// weightList is a table of checks with what each counts in a mean.
type weightList struct {
	at    place
	items []weightItem
}

type weightItem struct {
	name   field[string] // at the place of the key
	weight field[int64]
}

func (l *weightList) decode(r *reader, key string, at place, n *node) {
	l.at = at
	if !n.isTable() {
		r.complain(n.at, key+` = { web-meeting-login = 3, web-meeting-relay = 1 }`, "%s: want a table of checks and numbers, got %s", key, n.describe())
		return
	}
	for _, e := range n.inner {
		item := weightItem{name: field[string]{v: e.name, at: e.at, set: true, ok: true}}
		item.weight.decode(r, key+"."+e.name, e.at, e.value)
		l.items = append(l.items, item)
	}
}

// combine reads how the checks of the claim make the service, once these are known.
func (r *reader) combine(claim *sla.Claim, f *claimFile) {
	claim.Combine = sla.AnyDown
	if f.Combine.ok {
		checks := max(len(claim.Checks), len(f.Checks)) // one that is wrong has been told of
		how, err := sla.ParseCombine(f.Combine.v, checks)
		if err != nil {
			r.complain(f.Combine.at, "combine = "+strconv.Quote(likelyCombine(f.Combine.v, checks)), "combine %s", err)
		} else {
			claim.Combine = how
		}
	}
	if len(f.Weights.items) == 0 {
		return
	}
	if claim.Combine != sla.Mean {
		r.complain(f.Weights.at, `combine = "mean", or take weights out`, "weights have no meaning with combine %q", claim.Combine)
		return
	}
	r.weights(claim, &f.Weights)
}

// weights reads what each check counts; those that are not named count 1.
func (r *reader) weights(claim *sla.Claim, l *weightList) {
	var names idSet
	for _, id := range claim.Checks {
		names.add(string(id))
	}
	claim.Weights = map[check.ID]int{}
	for _, i := range l.items {
		if !r.known(i.name, "claim "+quote(string(claim.ID))+" is not decided by a check", &names) || !i.weight.ok {
			continue
		}
		if w := i.weight.v; w < 1 || w > sla.MaxWeight {
			r.complain(i.weight.at, i.name.v+" = 1, or leave the check out of checks", "the weight of %s is %d: want a number between 1 and %d", i.name.v, w, sla.MaxWeight)
			continue
		}
		claim.Weights[check.ID(i.name.v)] = int(i.weight.v)
	}
}

// likelyCombine guesses what a wrong way to combine was meant to be.
func likelyCombine(text string, checks int) string {
	switch text {
	case "all":
		return string(sla.AllDown)
	case "any", "worst":
		return string(sla.AnyDown)
	case "average", "weighted", "weighted_mean":
		return string(sla.Mean)
	}
	if checks >= 2 && text != "" && (text[0] >= '0' && text[0] <= '9') {
		return strconv.Itoa(min(2, checks)) + " of " + strconv.Itoa(checks) + " down"
	}
	if like, ok := closest(text, []string{string(sla.AnyDown), string(sla.AllDown), string(sla.Mean)}); ok {
		return like
	}
	return string(sla.AnyDown)
}

// weights writes them in the order of the claim's checks.
func (d *dumper) weights(c sla.Claim) {
	if len(c.Weights) == 0 {
		return
	}
	parts := make([]string, 0, len(c.Weights))
	for _, id := range c.Checks {
		if w, ok := c.Weights[id]; ok {
			parts = append(parts, string(id)+" = "+strconv.Itoa(w))
		}
	}
	d.raw("weights", "{ "+strings.Join(parts, ", ")+" }")
}
