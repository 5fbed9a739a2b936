package config

import (
	"reflect"
	"strings"
	"sync"
)

// table is embedded by every mirror type; it remembers where the table stood.
type table struct {
	at place
	// meant are the keys that unknown ones were probably meant to be, and those of
	// the wrong shape. They are not reported as missing besides.
	meant []string
}

func (t *table) header() *table { return t }

type headed interface{ header() *table }

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
	head := v.Addr().Interface().(headed).header()
	head.at = n.at
	l := layoutOf(v.Type())
	for _, e := range n.inner {
		index, ok := l.fields[e.name]
		if !ok {
			head.meant = append(head.meant, r.unknown(e, l))
			continue
		}
		r.trail = append(r.trail, e.name)
		if !r.decodeValue(v.FieldByIndex(index), e.name, e.at, e.value) {
			head.meant = append(head.meant, e.name)
		}
		r.trail = r.trail[:len(r.trail)-1]
	}
}

// decodeValue fills one field, and returns false if n has not its shape. at is
// the place of its key.
func (r *reader) decodeValue(v reflect.Value, key string, at place, n *node) bool {
	if lf, ok := v.Addr().Interface().(leaf); ok {
		lf.decode(r, key, at, n) // remembers itself that it was stated
		return true
	}
	switch v.Kind() {
	case reflect.Pointer:
		table := reflect.New(v.Type().Elem())
		if !r.wantTable(table.Elem(), key, at, n) {
			return false
		}
		v.Set(table)
		return true
	case reflect.Slice:
		return r.decodeList(v, key, n)
	default:
		return r.wantTable(v, key, at, n)
	}
}

func (r *reader) wantTable(v reflect.Value, key string, at place, n *node) bool {
	switch {
	case n.isTable():
		r.decodeTable(v, n)
	case n.kind == aTableList:
		r.complain(at, "["+r.tableName()+"], once", "%s is one table, not a list of tables", key)
	default:
		r.complain(n.at, "["+r.tableName()+"] as a header with the keys below it", "%s: want a table, got %s", key, n.describe())
	}
	return n.isTable()
}

// decodeList fills a slice, of tables or of leaves.
func (r *reader) decodeList(v reflect.Value, key string, n *node) bool {
	ofTables := !reflect.PointerTo(v.Type().Elem()).Implements(reflect.TypeFor[leaf]())
	if n.kind != aList && n.kind != aTableList {
		if ofTables {
			r.complain(n.at, "[["+r.tableName()+"]], with double brackets", "%s is a list of tables, got %s", key, n.describe())
		} else {
			r.complain(n.at, key+" = ["+n.literal()+"]", "%s is a list, got %s", key, n.describe())
		}
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.inner), len(n.inner)))
	for i, e := range n.inner {
		r.decodeValue(v.Index(i), key, e.at, e.value)
	}
	return true
}

// tableName returns the name of the table being decoded, as it stands in brackets.
func (r *reader) tableName() string { return strings.Join(r.trail, ".") }

// unknown complains about a key that the mirror type does not have, and returns
// the one that was probably meant.
func (r *reader) unknown(e entry, l *layout) string {
	like, ok := closest(e.name, l.names)
	if ok {
		r.complain(e.at, like+", if that was meant", "unknown key %s", quote(e.name))
		return like
	}
	r.complain(e.at, "take it out; known here: "+strings.Join(l.names, ", "), "unknown key %s", quote(e.name))
	return ""
}
