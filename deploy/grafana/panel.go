package main

import (
	"fmt"
	"maps"
	"slices"
)

// option sets one thing of a panel.
type option func(*panel)

// nothingSeen stands where there is nothing and no better reason is known.
const nothingSeen = "Nothing in this time: is slamon scraped?"

// show makes a panel of a type. Every panel says in which unit it shows and, in a
// sentence, what it shows and why one would look.
func show(kind, title, description, unit string, options ...option) panel {
	p := panel{
		Type: kind, Title: title, Description: description, Datasource: &prometheus,
		GridPos:     gridPos{W: 8, H: 8},
		FieldConfig: &fieldConfig{Defaults: field{Unit: unit, NoValue: nothingSeen}, Overrides: []override{}},
		Options:     map[string]any{},
	}
	all(options...)(&p)
	silence(&p)
	return p
}

// silence shows the words that stand where there is nothing without judgement: they
// would have the colour of the first threshold, which is often that of the bad. What is
// shown as it is now is silent too while slamon is not scraped.
func silence(p *panel) {
	if kinds := []string{"stat", "bargauge"}; slices.Contains(kinds, p.Type) {
		d := &p.FieldConfig.Defaults
		if d.NoValue != nothingSeen {
			d.NoValue += ", or not scraped"
		}
		d.Mappings = append(d.Mappings, mapping{"special", special{"null+nan", shown{d.NoValue, nothing, len(verdicts)}}})
	}
}

// stat is one figure, or one for each series, as it is now.
func stat(title, description, unit string, options ...option) panel {
	return show("stat", title, description, unit, append([]option{
		size(4, 4),
		set("colorMode", "value"), set("graphMode", "none"), set("textMode", "auto"), set("justifyMode", "auto"),
		set("reduceOptions", map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}),
		steps(at(neutral)),
	}, options...)...)
}

// lines is a chart over time.
func lines(title, description, unit string, options ...option) panel {
	return show("timeseries", title, description, unit, append([]option{
		custom("lineWidth", 1), custom("fillOpacity", 8), custom("showPoints", "never"), custom("spanNulls", false),
		set("tooltip", map[string]any{"mode": "multi", "sort": "desc"}),
		legend("bottom"), palette(), fromOne(unit),
	}, options...)...)
}

// legend places the table of the series. Below, it shows three or four of them before
// one has to scroll, so that the largest come first; at the right it takes from the
// chart, and has one column.
func legend(placement string) option {
	calcs := []string{"lastNotNull", "max"}
	if placement == "right" {
		calcs = calcs[:1]
	}
	return set("legend", map[string]any{"displayMode": "table", "placement": placement, "showLegend": true,
		"calcs": calcs, "sortBy": "Last *", "sortDesc": true})
}

// palette gives every series its own colour, where thresholds are drawn as lines too.
// Colours by name would be the same on all panels, but two names of one chart often
// fall on hues that nobody can tell apart.
func palette() option {
	return func(p *panel) { p.FieldConfig.Defaults.Color = map[string]any{"mode": "palette-classic"} }
}

// fromOne lets the axis of counts end at one while all are zero; Grafana would let it
// end at a hundred.
func fromOne(unit string) option {
	if unit != "none" {
		return all()
	}
	return custom("axisSoftMax", 1)
}

// states is a band for each series, coloured by its value.
func states(title, description string, options ...option) panel {
	return show("state-timeline", title, description, "none", append([]option{
		size(24, 8), steps(at(nothing)),
		custom("fillOpacity", 80), custom("lineWidth", 0),
		set("mergeValues", true), set("showValue", "never"), set("rowHeight", 0.85),
		set("legend", map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true}),
		set("tooltip", map[string]any{"mode": "single"}),
	}, options...)...)
}

// bars is a bar for each series, as it is now. Without sizes the letters of a panel with
// one bar are so large that nothing of its name is left.
func bars(title, description, unit string, options ...option) panel {
	return show("bargauge", title, description, unit, append([]option{
		set("displayMode", "basic"), set("orientation", "horizontal"), set("showUnfilled", true), set("valueMode", "color"),
		set("text", map[string]any{"titleSize": 14, "valueSize": 16}), steps(at(neutral)),
		set("reduceOptions", map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}),
	}, options...)...)
}

// table shows the newest values. Series that agree in their labels share a row.
func table(title, description, unit string, options ...option) panel {
	return show("table", title, description, unit, append([]option{
		set("cellHeight", "sm"), set("showHeader", true),
		custom("align", "auto"), custom("filterable", true),
	}, options...)...)
}

// heat shows how a histogram moves.
func heat(title, description, unit string, options ...option) panel {
	return show("heatmap", title, description, unit, append([]option{
		set("calculate", false), set("cellGap", 0),
		set("color", map[string]any{"mode": "scheme", "scheme": "Viridis", "steps": 64, "reverse": false, "exponent": 0.5, "fill": neutral}),
		set("yAxis", map[string]any{"axisPlacement": "left", "unit": unit, "reverse": false}),
		set("rowsFrame", map[string]any{"layout": "auto"}),
		set("tooltip", map[string]any{"mode": "single", "showColorScale": true, "yHistogram": true}),
		set("legend", map[string]any{"show": true}),
		set("filterValues", map[string]any{"le": 1e-9}),
	}, options...)...)
}

// ask adds a query over the time range, or for its end where only the newest value is
// shown: of a whole range, the last value of a series that has ended long ago would
// stand there as well. The legend may name labels.
func ask(expr, legend string) option {
	return func(p *panel) {
		format := "time_series"
		if p.Type == "heatmap" {
			format = "heatmap"
		}
		now := slices.Contains([]string{"stat", "bargauge"}, p.Type)
		add(p, target{Expr: expr, Legend: legend, Instant: now, Range: !now, Format: format})
	}
}

// exemplars shows single probes as dots that lead to their check, where Prometheus
// keeps them (--enable-feature=exemplar-storage).
func exemplars() option {
	return func(p *panel) {
		for i := range p.Targets {
			p.Targets[i].Exemplar = true
		}
	}
}

// column adds a query for now whose value becomes a column of a table.
func column(expr string) option {
	return func(p *panel) { add(p, target{Expr: expr, Instant: true, Format: "table"}) }
}

func add(p *panel, t target) {
	t.RefID = string(rune('A' + len(p.Targets)))
	t.Datasource = prometheus
	p.Targets = append(p.Targets, t)
}

// all sets several things.
func all(options ...option) option {
	return func(p *panel) {
		for _, o := range options {
			o(p)
		}
	}
}

// size is in Grafana's units: a row is 24 wide.
func size(w, h int) option { return func(p *panel) { p.GridPos.W, p.GridPos.H = w, h } }

func set(key string, value any) option { return func(p *panel) { p.Options[key] = value } }

func custom(key string, value any) option {
	return func(p *panel) {
		all := map[string]any{key: value}
		maps.Copy(all, p.FieldConfig.Defaults.Custom)
		all[key] = value
		p.FieldConfig.Defaults.Custom = all
	}
}

// steps are the thresholds; the first has no value.
func steps(s ...step) option {
	return func(p *panel) {
		p.FieldConfig.Defaults.Thresholds = &thresholds{"absolute", s}
		p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	}
}

// drawn draws the thresholds into a chart.
func drawn() option { return custom("thresholdsStyle", map[string]any{"mode": "dashed"}) }

// at is the first colour, from is that from a value on.
func at(color string) step              { return step{color, nil} }
func from(v float64, color string) step { return step{color, &v} }

func mapped(m mapping) option {
	return func(p *panel) { p.FieldConfig.Defaults.Mappings = append(p.FieldConfig.Defaults.Mappings, m) }
}

func decimals(n int) option { return func(p *panel) { p.FieldConfig.Defaults.Decimals = &n } }

// within fixes the axis or the bar.
func within(lowest, highest float64) option {
	return func(p *panel) { p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = &lowest, &highest }
}

func atLeast(lowest float64) option {
	return func(p *panel) { p.FieldConfig.Defaults.Min = &lowest }
}

// instead is what stands where there is nothing to show, and why that is right.
func instead(text string) option { return func(p *panel) { p.FieldConfig.Defaults.NoValue = text } }

// linked adds a link to every value.
func linked(title, url string) option {
	return func(p *panel) {
		p.FieldConfig.Defaults.Links = append(p.FieldConfig.Defaults.Links, link{Title: title, URL: url})
	}
}

// where overrides properties of the field with that name, in pairs of id and value.
func where(name string, pairs ...any) option {
	return func(p *panel) {
		o := override{Matcher: matcher{"byName", name}}
		for i := 0; i < len(pairs); i += 2 {
			o.Properties = append(o.Properties, property{fmt.Sprint(pairs[i]), pairs[i+1]})
		}
		p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, o)
	}
}

// colored gives one field a fixed colour.
func colored(name, color string) option {
	return where(name, "color", map[string]any{"mode": "fixed", "fixedColor": color})
}

// joined makes one row of the series that agree in their labels, and names and
// orders the columns; columns that are not named are left out. What a row lacks is a
// dash: the words for a whole panel without data would stand in every empty cell.
func joined(columns ...[2]string) option {
	return func(p *panel) {
		for _, c := range columns {
			where(c[1], "noValue", "–")(p)
		}
		index, names, hidden := map[string]int{}, map[string]string{}, map[string]bool{"Time": true}
		for i, c := range columns {
			index[c[0]], names[c[0]] = i, c[1]
		}
		for _, t := range p.Targets {
			value := "Value #" + t.RefID
			if len(p.Targets) == 1 {
				value = "Value"
			}
			if _, wanted := index[value]; !wanted {
				hidden[value] = true
			}
		}
		p.Transformations = append(p.Transformations, transformation{"merge", map[string]any{}},
			transformation{"organize", map[string]any{"excludeByName": hidden, "indexByName": index, "renameByName": names}})
	}
}

// wide sets the width of columns, in pixels.
func wide(width int, names ...string) option {
	return func(p *panel) {
		for _, name := range names {
			where(name, "custom.width", width)(p)
		}
	}
}

// sorted sorts the rows of a table.
func sorted(name string, descending bool) option {
	return set("sortBy", []map[string]any{{"displayName": name, "desc": descending}})
}
