package config

import (
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// node is a value of the file with its place.
type node struct {
	kind unstable.Kind // Table, ArrayTable, Array, InlineTable or a scalar kind
	at   place
	text string  // of a scalar: decoded string, or the digits as written
	keys []entry // of a table, in the order of the file
	list []*node // of an array
	// stated is true once a table has its own header or cannot be added to
	// (inline); dotted is true when it came from a dotted key.
	stated, dotted bool
}

// entry is a key of a table.
type entry struct {
	name  string
	at    place
	value *node
}

func (n *node) find(name string) *entry {
	for i := range n.keys {
		if n.keys[i].name == name {
			return &n.keys[i]
		}
	}
	return nil
}

func (n *node) put(name string, at place, value *node) {
	n.keys = append(n.keys, entry{name, at, value})
}

func (n *node) isTable() bool {
	return n.kind == unstable.Table || n.kind == unstable.InlineTable
}

// grow parses the file into a tree. Keys that are stated twice are complained
// about and the first one counts. A syntax error ends it, with a complaint, and
// the result is nil.
func (r *reader) grow() *node {
	root := &node{kind: unstable.Table, stated: true}
	table := root
	var p unstable.Parser
	p.Reset(r.data)
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			table = r.header(root, path(e.Key()))
		case unstable.ArrayTable:
			table = r.arrayHeader(root, path(e.Key()))
		case unstable.KeyValue:
			r.keyValue(table, e)
		}
	}
	if err := p.Error(); err != nil {
		r.syntax(&p, err)
		return nil
	}
	return root
}

// syntax reports the syntax error alone: what was found wrong before it can be
// its consequence.
func (r *reader) syntax(p *unstable.Parser, err error) {
	r.complaints = nil
	var at place
	var pe *unstable.ParserError
	if errors.As(err, &pe) && len(pe.Highlight) > 0 {
		at = placeOf(p.Range(pe.Highlight).Offset)
	}
	remedy := "correct this line first; the rest of the file is read after that"
	r.complain(at, remedy, "not TOML: %s", err)
}

// step is one part of a dotted key.
type step struct {
	name string
	at   place
}

func path(keys unstable.Iterator) []step {
	var steps []step
	for keys.Next() {
		k := keys.Node()
		steps = append(steps, step{string(k.Data), placeOf(k.Raw.Offset)})
	}
	return steps
}

func dotted(steps []step) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.name
	}
	return strings.Join(names, ".")
}

// descend goes from t down along steps and makes the tables that are missing.
// It returns nil, with a complaint, where a step is something else.
func (r *reader) descend(t *node, steps []step, byDots bool) *node {
	for i, s := range steps {
		e := t.find(s.name)
		if e == nil {
			next := &node{kind: unstable.Table, at: s.at, dotted: byDots}
			t.put(s.name, s.at, next)
			t = next
			continue
		}
		next := e.value
		if next.kind == unstable.ArrayTable && !byDots {
			next = next.list[len(next.list)-1]
		}
		if next.kind != unstable.Table || byDots && !next.dotted {
			r.complain(s.at, "write all its keys in one place", "%s is not a table that can be added to: it was set on line %d",
				quote(dotted(steps[:i+1])), r.line(e.at))
			return nil
		}
		t = next
	}
	return t
}

// header finds or makes the table of a [header].
func (r *reader) header(root *node, steps []step) *node {
	scratch := &node{kind: unstable.Table}
	last := steps[len(steps)-1]
	t := r.descend(root, steps[:len(steps)-1], false)
	if t == nil {
		return scratch
	}
	e := t.find(last.name)
	if e == nil {
		n := &node{kind: unstable.Table, at: last.at, stated: true}
		t.put(last.name, last.at, n)
		return n
	}
	if e.value.kind != unstable.Table || e.value.stated || e.value.dotted {
		r.complain(last.at, "keep one of the two", "[%s] is stated a second time; the first one is on line %d",
			dotted(steps), r.line(e.at))
		if e.value.kind == unstable.Table {
			return e.value
		}
		return scratch
	}
	e.value.stated, e.value.at = true, last.at
	return e.value
}

// arrayHeader adds the table of a [[header]].
func (r *reader) arrayHeader(root *node, steps []step) *node {
	last := steps[len(steps)-1]
	n := &node{kind: unstable.Table, at: last.at, stated: true}
	t := r.descend(root, steps[:len(steps)-1], false)
	if t == nil {
		return n
	}
	e := t.find(last.name)
	if e == nil {
		t.put(last.name, last.at, &node{kind: unstable.ArrayTable, at: last.at, list: []*node{n}})
		return n
	}
	if e.value.kind != unstable.ArrayTable {
		r.complain(last.at, "write all of them as [["+dotted(steps)+"]]",
			"[[%s]] and [%s] cannot both be there; the first one is on line %d", dotted(steps), dotted(steps), r.line(e.at))
		return n
	}
	e.value.list = append(e.value.list, n)
	return n
}

func (r *reader) keyValue(table *node, kv *unstable.Node) {
	steps := path(kv.Key())
	last := steps[len(steps)-1]
	t := r.descend(table, steps[:len(steps)-1], true)
	if t == nil {
		return
	}
	if e := t.find(last.name); e != nil {
		r.complain(last.at, "keep one of the two", "%s is stated a second time; the first one is on line %d",
			quote(dotted(steps)), r.line(e.at))
		return
	}
	t.put(last.name, last.at, r.value(kv.Value(), last.at))
}

// value copies a parsed value; at is where it counts as standing if the parser
// does not say (arrays).
func (r *reader) value(v *unstable.Node, at place) *node {
	n := &node{kind: v.Kind, at: at}
	if v.Raw.Length > 0 {
		n.at = placeOf(v.Raw.Offset)
	}
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			n.list = append(n.list, r.value(it.Node(), n.at))
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			r.keyValue(n, it.Node())
		}
		n.stated = true
		closeAll(n)
	default:
		n.text = string(v.Data)
	}
	return n
}

// closeAll turns the tables that dotted keys made inside an inline table into
// inline ones: TOML forbids to add to them from outside.
func closeAll(n *node) {
	for i := range n.keys {
		if v := n.keys[i].value; v.kind == unstable.Table {
			v.kind = unstable.InlineTable
			closeAll(v)
		}
	}
}
