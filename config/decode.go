package config

import (
	"reflect"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2/unstable"
)

// table is embedded by every mirror type; it remembers where the table stood.
type table struct{ at place }

func (t *table) setPlace(at place) { t.at = at }

type placed interface{ setPlace(place) }

// leaf is a value that decodes itself. key is its name, for remedies.
type leaf interface {
	decode(r *reader, key string, at place, n *node)
}

// layout is what decoding needs to know of a mirror type.
type layout struct {
	fields map[string][]int // by key
	names  []string         // in the order of the type
}

var layouts sync.Map // reflect.Type → *layout

func layoutOf(t reflect.Type) *layout {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout)
	}
	l := &layout{fields: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("toml"); key != "" {
			l.fields[key] = f.Index
			l.names = append(l.names, key)
		}
	}
	layouts.Store(t, l)
	return l
}

// decodeTable fills a mirror type from n, which is a table. Unknown keys are
// complained about.
func (r *reader) decodeTable(v reflect.Value, n *node) {
	if p, ok := v.Addr().Interface().(placed); ok {
		p.setPlace(n.at)
	}
	l := layoutOf(v.Type())
	for _, e := range n.keys {
		index, ok := l.fields[e.name]
		if !ok {
			r.unknown(e, l)
			continue
		}
		r.decodeValue(v.FieldByIndex(index), e.name, e.at, e.value)
	}
}

// decodeValue fills one field. at is the place of its key.
func (r *reader) decodeValue(v reflect.Value, key string, at place, n *node) {
	if lf, ok := v.Addr().Interface().(leaf); ok {
		lf.decode(r, key, at, n)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.decodeValue(v.Elem(), key, at, n)
	case reflect.Struct:
		r.wantTable(v, key, at, n)
	case reflect.Slice:
		r.decodeList(v, key, at, n)
	}
}

func (r *reader) wantTable(v reflect.Value, key string, at place, n *node) {
	switch {
	case n.isTable():
		r.decodeTable(v, n)
	case n.kind == unstable.ArrayTable:
		r.complain(at, "write its header with single brackets, and once", "%s is one table, not a list of tables", key)
	default:
		r.complain(n.at, "[… ."+key+"] as a header with its keys below, or "+key+" = { … }",
			"%s: want a table, got %s", key, n.describe())
	}
}

// decodeList fills a slice, of tables or of leaves.
func (r *reader) decodeList(v reflect.Value, key string, at place, n *node) {
	ofTables := !reflect.PointerTo(v.Type().Elem()).Implements(reflect.TypeFor[leaf]())
	if n.kind != unstable.Array && n.kind != unstable.ArrayTable {
		remedy := key + " = [" + n.literal() + "]"
		if ofTables {
			remedy = "write its header with double brackets: [[…" + key + "]]"
		}
		r.complain(n.at, remedy, "%s is a list, got %s", key, n.describe())
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.list), len(n.list)))
	for i, item := range n.list {
		r.decodeValue(v.Index(i), key, item.at, item)
	}
}

// unknown complains about a key that no mirror type has.
func (r *reader) unknown(e entry, l *layout) {
	if like, ok := closest(e.name, l.names); ok {
		r.complain(e.at, like+", if that was meant", "unknown key %s", quote(e.name))
		return
	}
	r.complain(e.at, "take it out; known here: "+strings.Join(l.names, ", "), "unknown key %s", quote(e.name))
}
