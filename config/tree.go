package config

import (
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// node is a value of the file with its place. A file has millions of them, so
// it is kept small.
type node struct {
	text  string  // of a scalar: decoded string, or the digits as written
	inner []entry // of a table its keys, of a list its elements without names; in the order of the file
	at    place
	kind  kind
	// stated is true once a table has its own header or cannot be added to
	// (inline); dotted is true when it came from a dotted key.
	stated, dotted bool
}

// kind is unstable.Kind in one byte: Table, ArrayTable, Array, InlineTable or a
// kind of scalar.
type kind uint8

// The kinds that are asked for by name.
const (
	aTable       = kind(unstable.Table)
	aTableList   = kind(unstable.ArrayTable)
	aList        = kind(unstable.Array)
	anInline     = kind(unstable.InlineTable)
	aText        = kind(unstable.String)
	aBool        = kind(unstable.Bool)
	anInteger    = kind(unstable.Integer)
	aFloat       = kind(unstable.Float)
	aDate        = kind(unstable.LocalDate)
	aTime        = kind(unstable.LocalTime)
	aDateAndTime = kind(unstable.LocalDateTime)
	aMoment      = kind(unstable.DateTime) // with its offset
)

// entry is a key of a table, or an element of a list.
type entry struct {
	name  string
	at    place
	value *node
}

func (n *node) find(name string) *entry {
	for i := range n.inner {
		if n.inner[i].name == name {
			return &n.inner[i]
		}
	}
	return nil
}

func (n *node) put(name string, at place, value *node) {
	n.inner = append(n.inner, entry{name, at, value})
}

func (n *node) isTable() bool {
	return n.kind == aTable || n.kind == anInline
}

// grow parses the file into a tree. Keys that are stated twice are complained
// about and the first one counts. A syntax error ends it, with a complaint, and
// the result is nil.
func (r *reader) grow() *node {
	root := &node{kind: aTable, stated: true}
	table := root
	var p unstable.Parser
	p.Reset(r.data)
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			table = r.header(root, r.path(e.Key()))
		case unstable.ArrayTable:
			table = r.arrayHeader(root, r.path(e.Key()))
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

// path returns the parts of a key. They are valid until the next call.
func (r *reader) path(keys unstable.Iterator) []step {
	r.steps = r.steps[:0]
	for keys.Next() {
		k := keys.Node()
		name, ok := r.words[string(k.Data)] // without a copy of the bytes
		if !ok {
			name = r.intern(string(k.Data))
		}
		r.steps = append(r.steps, step{name, placeOf(k.Raw.Offset)})
	}
	return r.steps
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
			next := &node{kind: aTable, at: s.at, dotted: byDots}
			t.put(s.name, s.at, next)
			t = next
			continue
		}
		next := e.value
		if next.kind == aTableList && !byDots {
			next = next.inner[len(next.inner)-1].value
		}
		if next.kind != aTable || byDots && !next.dotted {
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
	scratch := &node{kind: aTable}
	last := steps[len(steps)-1]
	t := r.descend(root, steps[:len(steps)-1], false)
	if t == nil {
		return scratch
	}
	e := t.find(last.name)
	if e == nil {
		n := &node{kind: aTable, at: last.at, stated: true}
		t.put(last.name, last.at, n)
		return n
	}
	if e.value.kind != aTable || e.value.stated || e.value.dotted {
		r.complain(last.at, "keep one of the two", "[%s] is stated a second time; the first one is on line %d",
			dotted(steps), r.line(e.at))
		if e.value.kind == aTable {
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
	n := &node{kind: aTable, at: last.at, stated: true}
	t := r.descend(root, steps[:len(steps)-1], false)
	if t == nil {
		return n
	}
	e := t.find(last.name)
	if e == nil {
		t.put(last.name, last.at, &node{kind: aTableList, at: last.at, inner: []entry{{at: last.at, value: n}}})
		return n
	}
	if e.value.kind != aTableList {
		r.complain(last.at, "write all of them as [["+dotted(steps)+"]]",
			"[[%s]] and [%s] cannot both be there; the first one is on line %d", dotted(steps), dotted(steps), r.line(e.at))
		return n
	}
	e.value.inner = append(e.value.inner, entry{at: last.at, value: n})
	return n
}

func (r *reader) keyValue(table *node, kv *unstable.Node) {
	steps := r.path(kv.Key())
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
	n := &node{kind: kind(v.Kind), at: at}
	if v.Raw.Length > 0 {
		n.at = placeOf(v.Raw.Offset)
	}
	switch v.Kind {
	case unstable.Array:
		for it := v.Children(); it.Next(); {
			v := r.value(it.Node(), n.at)
			n.inner = append(n.inner, entry{at: v.at, value: v})
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
	for i := range n.inner {
		if v := n.inner[i].value; v.kind == aTable {
			v.kind = anInline
			closeAll(v)
		}
	}
}
