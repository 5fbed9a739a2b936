package snmp

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"github.com/slamon/slamon/device"
)

// Profile says which objects of a maker's gear hold what. It is data, so that a
// user can copy and extend it; the file's name without ".toml" is its name.
type Profile struct {
	Name       string   `toml:"-"`
	Title      string   `toml:"title"`
	Note       string   `toml:"note"`
	System     []string `toml:"system"`     // sysObjectID starts with one of these
	Interfaces bool     `toml:"interfaces"` // IF-MIB is worth reading
	Storage    bool     `toml:"storage"`    // HOST-RESOURCES-MIB hrStorage is worth reading
	CPU        []Rule   `toml:"cpu"`        // the first that the device answers is used
	Memory     []Rule   `toml:"memory"`     // the first that the device answers is used
	Readings   []Rule   `toml:"reading"`    // all that the device answers are used
}

// Rule says how one kind of reading comes out of objects.
type Rule struct {
	How    string `toml:"how"`
	Mark   Mark   `toml:"mark"`
	Source string `toml:"source"` // where the objects are described

	OID  string            `toml:"oid"`  // of a scalar with its .0, or of a column without index
	OIDs map[string]string `toml:"oids"` // by part, for rules that need several objects
	Row  string            `toml:"row"`  // only this row of a column

	Unit     uint64  `toml:"unit"`         // bytes in one unit of a size
	Combine  string  `toml:"combine"`      // "mean", "max" or "rows": what becomes of several rows
	ZeroVoid bool    `toml:"zero_is_void"` // 0 means "not applicable"
	Kind     string  `toml:"kind"`         // of a reading
	Scale    float64 `toml:"scale"`        // a reading's value is multiplied by it; 1 when left out
	Equals   *int64  `toml:"equals"`       // the reading is 1 when the value is this, else 0
}

// Mark says how well a rule is known.
type Mark string

// The marks.
const (
	Sourced    Mark = "S" // read in the maker's or the standard's description
	Weak       Mark = "W" // from a source that need not be right
	Unverified Mark = "M" // from memory; read only when the device asks for it
)

// The ways in which a rule can read, and the parts each needs. A part in
// optional may be missing on the device.
var hows = map[string]struct{ needs, optional []string }{
	"ticks": {
		needs:    []string{"user", "system", "idle"},
		optional: []string{"nice", "wait", "kernel", "interrupt", "softirq", "steal", "cpus"},
	},
	"available":     {needs: []string{"total", "available"}},                       // scalars
	"cached":        {needs: []string{"total", "free", "buffers", "cached"}},       // scalars
	"used_free":     {needs: []string{"used", "free"}, optional: []string{"name"}}, // columns
	"used_size":     {needs: []string{"used", "size"}},                             // scalars
	"percent":       {},                                                            // a scalar
	"column":        {},                                                            // a column of percentages
	"storage":       {},                                                            // a row of hrStorage, by its description
	"value":         {},                                                            // a scalar, as it is
	"column_values": {},                                                            // a column, as it is
}

// Limits of a profile; the largest built-in one has five rules.
const (
	maxProfile = 64 << 10
	maxRules   = 64
)

// ParseProfile reads a profile. name is the file's name without ".toml".
func ParseProfile(name string, data []byte) (*Profile, error) {
	if len(data) > maxProfile {
		return nil, fmt.Errorf("profile %s: longer than %d bytes", name, maxProfile)
	}
	p := &Profile{Name: name}
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, detail(err))
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, err)
	}
	return p, nil
}

// detail says where in the file a mistake is.
func detail(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		row, col := strict.Errors[0].Position()
		return fmt.Errorf("line %d, column %d: unknown key %v", row, col, strict.Errors[0].Key())
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		row, col := wrong.Position()
		return fmt.Errorf("line %d, column %d: %s", row, col, wrong.Error())
	}
	return err
}

func (p *Profile) check() error {
	if p.Title == "" {
		return errors.New("needs a title")
	}
	if len(p.System)+len(p.CPU)+len(p.Memory)+len(p.Readings) > maxRules {
		return fmt.Errorf("has more than %d rules", maxRules)
	}
	for i := range p.System {
		oid, err := ParseOID(p.System[i])
		if err != nil {
			return fmt.Errorf("system: %w", err)
		}
		p.System[i] = oid
	}
	groups := []struct {
		name  string
		rules []Rule
		hows  []string
	}{
		{"cpu", p.CPU, []string{"ticks", "percent", "column"}},
		{"memory", p.Memory, []string{"available", "cached", "used_free", "used_size", "percent", "column", "storage"}},
		{"reading", p.Readings, []string{"value", "column_values"}},
	}
	for _, g := range groups {
		for i := range g.rules {
			r := &g.rules[i]
			if !slices.Contains(g.hows, r.How) {
				return fmt.Errorf("%s %d: how = %q: want one of %v", g.name, i+1, r.How, g.hows)
			}
			if err := r.check(); err != nil {
				return fmt.Errorf("%s %d (%s): %w", g.name, i+1, r.How, err)
			}
		}
	}
	return nil
}

func (r *Rule) check() error {
	if r.Mark != Sourced && r.Mark != Weak && r.Mark != Unverified {
		return fmt.Errorf(`mark = %q: want "S" (read in the source), "W" (a weak source) or "M" (not verified)`, r.Mark)
	}
	if !slices.Contains([]string{"", "mean", "max", "rows"}, r.Combine) {
		return fmt.Errorf(`combine = %q: want "mean", "max" or "rows"`, r.Combine)
	}
	want := hows[r.How]
	for part, oid := range r.OIDs {
		if !slices.Contains(want.needs, part) && !slices.Contains(want.optional, part) {
			return fmt.Errorf("oids: %q is no part of it; want %v and perhaps %v", part, want.needs, want.optional)
		}
		parsed, err := ParseOID(oid)
		if err != nil {
			return err
		}
		r.OIDs[part] = parsed
	}
	for _, part := range want.needs {
		if r.OIDs[part] == "" {
			return fmt.Errorf("oids: %q is missing", part)
		}
	}
	return r.checkSingle()
}

// checkSingle checks what rules with one object need.
func (r *Rule) checkSingle() error {
	switch r.How {
	case "percent", "column", "value", "column_values":
		oid, err := ParseOID(r.OID)
		if err != nil {
			return err
		}
		r.OID = oid
	case "storage":
		if r.Row == "" {
			return errors.New("row must name the row of hrStorage by its description")
		}
	}
	if r.How == "value" || r.How == "column_values" {
		if _, err := device.ParseKind(r.Kind); err != nil {
			return err
		}
		if r.Scale == 0 {
			r.Scale = 1
		}
	}
	if r.Unit == 0 {
		r.Unit = 1
	}
	return nil
}
