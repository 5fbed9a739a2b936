package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// drawnPanel is what a reader of a dashboard gets to see of a panel.
type drawnPanel struct {
	Title, Type string
	Targets     []struct {
		Expr, LegendFormat, RefID string
	}
	FieldConfig struct {
		Defaults  drawnField
		Overrides []drawnOverride
	}
	Transformations []struct {
		Options struct{ RenameByName map[string]string }
	}
	Panels []drawnPanel
}

// drawnOverride is what is said of some of the values.
type drawnOverride struct {
	Matcher    struct{ ID, Options string }
	Properties []struct {
		ID    string
		Value json.RawMessage
	}
}

// drawnField is how a value is written.
type drawnField struct {
	Unit, NoValue string
	Mappings      []struct {
		Options map[string]any
	}
}

// silentTypes are the panels that say "No data" whatever noValue is set to, so that
// they must have some in the demo (grafana/grafana#88004).
var silentTypes = []string{"state-timeline"}

const (
	// rowsShown is enough to see what a panel is about.
	rowsShown = 4
	legendMax = 60
)

// showPanels prints each panel as a table, as somebody without Grafana would want
// to review it, and checks that none of them is blank: what the demo lacks has words
// instead. Run it with -v.
func showPanels(t *testing.T, ctx context.Context, prometheus string) {
	var out strings.Builder
	for _, file := range files(t, "grafana/dashboards/*.json") {
		var d struct {
			Title  string
			Panels []drawnPanel
		}
		if err := json.Unmarshal(read(t, file), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		fmt.Fprintf(&out, "\n%s\n", d.Title)
		for queue := d.Panels; len(queue) > 0; queue = queue[1:] {
			p := queue[0]
			queue = slices.Insert(queue, 1, p.Panels...)
			if p.Type == "row" {
				fmt.Fprintf(&out, "  %s\n", p.Title)
				continue
			}
			fmt.Fprintf(&out, "    %s (%s)\n", p.Title, p.Type)
			rows := p.rows(t, ctx, prometheus)
			instead := p.FieldConfig.Defaults.NoValue
			if len(rows) == 0 && (instead == "" || slices.Contains(silentTypes, p.Type)) {
				t.Errorf("%s: %s says \"No data\" in the demo", file, p.Title)
			}
			if len(rows) == 0 {
				fmt.Fprintf(&out, "      %q\n", instead)
			}
			for _, row := range rows[:min(len(rows), rowsShown)] {
				fmt.Fprintf(&out, "      %s\n", row)
			}
			if more := len(rows) - rowsShown; more > 0 {
				fmt.Fprintf(&out, "      and %d more\n", more)
			}
		}
	}
	t.Log(out.String())
}

func (p *drawnPanel) rows(t *testing.T, ctx context.Context, prometheus string) []string {
	var rows, names []string
	complete := true
	for _, q := range p.Targets {
		found, err := ask(ctx, prometheus, q.Expr)
		if err != nil {
			t.Errorf("%s: %v", p.Title, err)
		}
		complete = complete && len(found) > 0
		for _, s := range found {
			value, _ := s.Value[1].(string)
			name := legend(q.LegendFormat, p.column(q.RefID), s.Metric)
			if p.Type == "table" && p.column(q.RefID) == "" {
				rows = append(rows, name) // a query for its labels
				continue
			}
			rows = append(rows, fmt.Sprintf("%-*s %s", legendMax, name, p.field(name).words(value)))
			names = append(names, name)
		}
	}
	if complete { // what is judged once a minute may not be there yet
		p.checkOverrides(t, names)
	}
	return rows
}

// rare are outcomes that the demo does not have, or has only after a while.
var rare = []string{"unknown", "degraded", "down"}

// checkOverrides looks for the series that overrides speak of: a legend that was
// renamed leaves its colour behind, and nothing says so.
func (p *drawnPanel) checkOverrides(t *testing.T, names []string) {
	for _, o := range p.FieldConfig.Overrides {
		if p.Type == "table" || slices.Contains(rare, o.Matcher.Options) {
			continue
		}
		if pattern := regexp.MustCompile(o.pattern()); !slices.ContainsFunc(names, pattern.MatchString) {
			t.Errorf("%s: an override is for %q, which none of %q is", p.Title, o.Matcher.Options, names)
		}
	}
}

// pattern matches the names that the override is for.
func (o drawnOverride) pattern() string {
	if o.Matcher.ID == "byRegexp" {
		return strings.Trim(o.Matcher.Options, "/")
	}
	return "^" + regexp.QuoteMeta(o.Matcher.Options) + "(:|$)" // in a table, values stand behind it
}

// column is the heading of a table over the values of a query.
func (p *drawnPanel) column(id string) string {
	for _, tr := range p.Transformations {
		for _, old := range []string{"Value #" + id, "Value"} {
			if name, ok := tr.Options.RenameByName[old]; ok {
				return name
			}
		}
	}
	return ""
}

// field is how values of that name are written: as all of the panel, but for what is
// overridden.
func (p *drawnPanel) field(name string) drawnField {
	f := p.FieldConfig.Defaults
	if p.Type == "heatmap" {
		f.Unit = "none" // the unit is that of the axis, the values are counts
	}
	for _, o := range p.FieldConfig.Overrides {
		for _, property := range o.Properties {
			if property.ID == "unit" && regexp.MustCompile(o.pattern()).MatchString(name) {
				f.Unit = strings.Trim(string(property.Value), `"`)
			}
		}
	}
	return f
}

// legend names a series as Grafana does; a table has a column instead of a format.
func legend(format, column string, labels map[string]string) string {
	if format != "" {
		return inLegend.ReplaceAllStringFunc(format, func(m string) string { return labels[inLegend.FindStringSubmatch(m)[1]] })
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, labels[name])
	}
	return strings.TrimPrefix(column+": ", ": ") + strings.Join(words, " ")
}

var whole = regexp.MustCompile(`^-?\d+$`)

// words writes a value by its mappings and unit.
func (d drawnField) words(value string) string {
	for _, m := range d.Mappings {
		if o, ok := m.Options[value].(map[string]any); ok {
			return fmt.Sprint(o["text"])
		}
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return value
	case d.Unit == "percentunit":
		return fmt.Sprintf("%.4f %%", v*100)
	case d.Unit == "s":
		return time.Duration(v * float64(time.Second)).Round(time.Microsecond).String()
	case whole.MatchString(value):
		return value
	}
	return strings.TrimSpace(fmt.Sprintf("%.3g %s", v, strings.TrimPrefix(d.Unit, "none")))
}
