package main

import (
	"slices"
	"testing"
)

// units are those used here of the ids that Grafana knows. One that it does not know
// stands behind the figure as a word, and nothing says that it is wrong.
var units = []string{"none", "percentunit", "s", "bytes", "bps", "Bps", "ops", "celsius", "suffix:/s"}

func TestUnits(t *testing.T) {
	for _, d := range dashboards() {
		for _, p := range charts(d) {
			used := []any{p.FieldConfig.Defaults.Unit}
			for _, o := range p.FieldConfig.Overrides {
				for _, property := range o.Properties {
					if property.ID == "unit" {
						used = append(used, property.Value)
					}
				}
			}
			for _, unit := range used {
				if name, _ := unit.(string); !slices.Contains(units, name) {
					t.Errorf("%s: %s: unit %v, want one of %v", d.UID, p.Title, unit, units)
				}
			}
		}
	}
}

// TestNow holds that what shows one value asks for now: of a range, the verdict of an
// hour ago would stand beside that of now, and a slamon that is dead would be well.
func TestNow(t *testing.T) {
	for _, d := range dashboards() {
		for _, p := range charts(d) {
			want := slices.Contains([]string{"stat", "bargauge", "table"}, p.Type)
			for _, q := range p.Targets {
				if q.Instant != want {
					t.Errorf("%s: %s (%s): query %s: instant is %t, want %t", d.UID, p.Title, p.Type, q.RefID, q.Instant, want)
				}
			}
		}
	}
}

// TestSilence holds that the words for nothing have no colour that judges.
func TestSilence(t *testing.T) {
	for _, d := range dashboards() {
		for _, p := range charts(d) {
			if p.Type != "stat" && p.Type != "bargauge" {
				continue
			}
			said := slices.ContainsFunc(p.FieldConfig.Defaults.Mappings, func(m mapping) bool {
				s, ok := m.Options.(special)
				return ok && s.Match == "null+nan" && s.Result.Text == p.FieldConfig.Defaults.NoValue && s.Result.Color == nothing
			})
			if !said {
				t.Errorf("%s: %s: no value is not mapped to %q without judgement", d.UID, p.Title, p.FieldConfig.Defaults.NoValue)
			}
		}
	}
}

const (
	screen      = 1568 // of 1600 pixels, what Grafana leaves to a panel over the whole width
	columnWidth = 150  // a column that says nothing takes as much
)

// TestColumns holds that a table is seen without scrolling to the right, and that what
// is said of a column is said of one that is there.
func TestColumns(t *testing.T) {
	for _, d := range dashboards() {
		for _, p := range charts(d) {
			if p.Type != "table" {
				continue
			}
			names := map[string]bool{}
			for _, tr := range p.Transformations {
				renamed, _ := tr.Options["renameByName"].(map[string]string)
				for _, name := range renamed {
					names[name] = true
				}
			}
			total := columnWidth * len(names)
			for _, o := range p.FieldConfig.Overrides {
				if !names[o.Matcher.Options] {
					t.Errorf("%s: %s: no column %q", d.UID, p.Title, o.Matcher.Options)
				}
				for _, property := range o.Properties {
					if width, ok := property.Value.(int); ok && property.ID == "custom.width" {
						total += width - columnWidth
					}
				}
			}
			if total > screen*p.GridPos.W/24 {
				t.Errorf("%s: %s: columns take %d pixels, want at most %d", d.UID, p.Title, total, screen*p.GridPos.W/24)
			}
		}
	}
}

// charts are the panels that show something.
func charts(d dashboard) []panel {
	return slices.DeleteFunc(flat(d), func(p panel) bool { return p.Type == "row" })
}
