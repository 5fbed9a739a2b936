package main

// frame makes a dashboard without panels: what all of them have in common.
func frame(uid, title, description string) dashboard {
	return dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{"slamon"},
		SchemaVersion: schemaVersion, Editable: true, GraphTooltip: 1,
		Refresh: "30s", Time: timeRange{"now-6h", "now"}, Timezone: "browser",
		Links: []link{
			{Title: "slamon dashboards", Type: "dashboards", Tags: []string{"slamon"}, Icon: "external link", KeepTime: true, IncludeVars: true},
			{Title: "slamon's own pages", Type: "link", URL: "${slamon:raw}/", Icon: "external link", Tooltip: "Verdicts with their reasons, incidents probe by probe", TargetBlank: true},
			{Title: "Incidents", Type: "link", URL: "${slamon:raw}/incidents", Icon: "bolt", Tooltip: "Every incident with its bounds, evidence, notices and cause", TargetBlank: true},
			{Title: "Devices", Type: "link", URL: "${slamon:raw}/devices", Icon: "dashboard", Tooltip: "Readings of devices, and the reviews that wait", TargetBlank: true},
			{Title: "System", Type: "link", URL: "${slamon:raw}/system", Icon: "info", Tooltip: "How slamon itself is doing, and its configuration", TargetBlank: true},
		},
		Templating: variables{[]variable{
			{Name: "datasource", Label: "Data source", Type: "datasource", Query: "prometheus", Refresh: 1, Current: &current{"default", "default"}},
			{Name: "slamon", Label: "Address of slamon", Description: "For links to slamon's own pages; web.external_url of its configuration.", Type: "textbox", Query: "http://localhost:9780", Current: &current{"http://localhost:9780", "http://localhost:9780"}},
		}},
		Annotations: annotations{[]annotation{{
			Name: "slamon started", Datasource: prometheus, Enable: true, IconColor: neutral,
			Expr: "changes(slamon_start_timestamp_seconds[2m]) > 0", Step: "1m",
			Title: "slamon started", Text: "{{instance}}",
		}}},
	}
}

// marked shades the time in all charts for as long as expr has something.
func (d dashboard) marked(name, expr, color, text string) dashboard {
	d.Annotations.List = append(d.Annotations.List, annotation{
		Name: name, Datasource: prometheus, Enable: true, IconColor: color, Expr: expr, Step: "15s", Title: name, Text: text,
	})
	return d
}

// one adds a variable with a single value.
func (d dashboard) one(name, label, query, first string) dashboard {
	return d.with(variable{Name: name, Label: label, Current: &current{first, first}}, query)
}

// many adds a variable with any number of values, all of them at first.
func (d dashboard) many(name, label, query string) dashboard {
	return d.with(variable{Name: name, Label: label, Multi: true, IncludeAll: true, AllValue: ".*", Current: &current{"All", "$__all"}}, query)
}

func (d dashboard) with(v variable, query string) dashboard {
	if v.Current.Value == "" {
		v.Current = nil
	}
	v.Type, v.Datasource, v.Definition, v.Refresh, v.Sort = "query", &prometheus, query, 2, 1
	v.Query = labelQuery{query, "PrometheusVariableQueryEditor-VariableQuery"}
	d.Templating.List = append(d.Templating.List, v)
	return d
}

// row adds a heading and, under it from left to right, panels. A new line begins
// where the 24 units of a line are used up.
func (d dashboard) row(title string, panels ...panel) dashboard {
	d.heading(title)
	d.Panels = append(d.Panels, d.place(panels)...)
	return d
}

// folded is a row that asks nothing before somebody opens it.
func (d dashboard) folded(title string, panels ...panel) dashboard {
	d.heading(title)
	heading := &d.Panels[len(d.Panels)-1]
	heading.Collapsed = true
	heading.Panels = d.place(panels)
	return d
}

func (d *dashboard) heading(title string) {
	d.Panels = append(d.Panels, panel{ID: d.next(), Type: "row", Title: title, GridPos: gridPos{H: 1, W: 24, Y: d.bottom()}})
}

// place gives panels their numbers and places below all that is there.
func (d *dashboard) place(panels []panel) []panel {
	id, x, y, tall := d.next(), 0, d.bottom(), 0
	for i := range panels {
		p := &panels[i]
		if x+p.GridPos.W > 24 {
			x, y, tall = 0, y+tall, 0
		}
		p.ID, p.GridPos.X, p.GridPos.Y = id+i, x, y
		x, tall = x+p.GridPos.W, max(tall, p.GridPos.H)
	}
	return panels
}

// next is the first number that no panel has.
func (d *dashboard) next() int {
	n := 1
	for _, p := range d.Panels {
		n += 1 + len(p.Panels)
	}
	return n
}

// bottom is the first line below all panels.
func (d *dashboard) bottom() int {
	y := 0
	for _, p := range d.Panels {
		y = max(y, p.GridPos.Y+p.GridPos.H)
	}
	return y
}
