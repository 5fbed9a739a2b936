package main

// schemaVersion is that of Grafana 10.0; later ones migrate it when they load it.
const schemaVersion = 38

// The model is the part of Grafana's classic dashboard JSON that is used here.

type dashboard struct {
	UID           string      `json:"uid"`
	Title         string      `json:"title"`
	Description   string      `json:"description"`
	Tags          []string    `json:"tags"`
	SchemaVersion int         `json:"schemaVersion"`
	Editable      bool        `json:"editable"`
	GraphTooltip  int         `json:"graphTooltip"` // 1: one crosshair over all panels
	Refresh       string      `json:"refresh"`
	Time          timeRange   `json:"time"`
	Timezone      string      `json:"timezone"`
	Links         []link      `json:"links"`
	Templating    variables   `json:"templating"`
	Annotations   annotations `json:"annotations"`
	Panels        []panel     `json:"panels"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type annotations struct {
	List []annotation `json:"list"`
}

type annotation struct {
	Name       string     `json:"name"`
	Datasource dataSource `json:"datasource"`
	Enable     bool       `json:"enable"`
	IconColor  string     `json:"iconColor"`
	Expr       string     `json:"expr"`
	Step       string     `json:"step"`
	Title      string     `json:"titleFormat"`
	Text       string     `json:"textFormat"`
}

type dataSource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// prometheus is whatever the variable names.
var prometheus = dataSource{Type: "prometheus", UID: "${datasource}"}

type link struct {
	Title       string   `json:"title"`
	Type        string   `json:"type,omitempty"` // of links of a dashboard: link or dashboards
	URL         string   `json:"url,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Icon        string   `json:"icon,omitempty"`
	Tooltip     string   `json:"tooltip,omitempty"`
	AsDropdown  bool     `json:"asDropdown,omitempty"`
	KeepTime    bool     `json:"keepTime,omitempty"`
	IncludeVars bool     `json:"includeVars,omitempty"`
	TargetBlank bool     `json:"targetBlank,omitempty"`
}

type variables struct {
	List []variable `json:"list"`
}

type variable struct {
	Name        string      `json:"name"`
	Label       string      `json:"label"`
	Description string      `json:"description,omitempty"`
	Type        string      `json:"type"`
	Datasource  *dataSource `json:"datasource,omitempty"`
	Definition  string      `json:"definition,omitempty"`
	Query       any         `json:"query"`
	Refresh     int         `json:"refresh,omitempty"` // 2: when the time range changes
	Sort        int         `json:"sort,omitempty"`    // 1: by name
	Multi       bool        `json:"multi,omitempty"`
	IncludeAll  bool        `json:"includeAll,omitempty"`
	AllValue    string      `json:"allValue,omitempty"`
	Current     *current    `json:"current,omitempty"`
}

type current struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

type labelQuery struct {
	Query string `json:"query"`
	RefID string `json:"refId"`
}

type panel struct {
	ID              int              `json:"id"` // within the dashboard, for links to one panel
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description,omitempty"`
	Datasource      *dataSource      `json:"datasource,omitempty"`
	GridPos         gridPos          `json:"gridPos"`
	Collapsed       bool             `json:"collapsed,omitempty"`
	Panels          []panel          `json:"panels,omitempty"` // of a collapsed row
	Targets         []target         `json:"targets,omitempty"`
	FieldConfig     *fieldConfig     `json:"fieldConfig,omitempty"`
	Options         map[string]any   `json:"options,omitempty"`
	Transformations []transformation `json:"transformations,omitempty"`
}

type gridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

type target struct {
	RefID      string     `json:"refId"`
	Datasource dataSource `json:"datasource"`
	Expr       string     `json:"expr"`
	Legend     string     `json:"legendFormat,omitempty"`
	Instant    bool       `json:"instant,omitempty"`
	Range      bool       `json:"range,omitempty"`
	Exemplar   bool       `json:"exemplar,omitempty"`
	Format     string     `json:"format"`
}

type fieldConfig struct {
	Defaults  field      `json:"defaults"`
	Overrides []override `json:"overrides"`
}

type field struct {
	Unit        string         `json:"unit"`
	Description string         `json:"description,omitempty"`
	Decimals    *int           `json:"decimals,omitempty"`
	Min         *float64       `json:"min,omitempty"`
	Max         *float64       `json:"max,omitempty"`
	NoValue     string         `json:"noValue,omitempty"`
	Color       map[string]any `json:"color,omitempty"`
	Thresholds  *thresholds    `json:"thresholds,omitempty"`
	Mappings    []mapping      `json:"mappings,omitempty"`
	Links       []link         `json:"links,omitempty"`
	Custom      map[string]any `json:"custom,omitempty"`
}

type thresholds struct {
	Mode  string `json:"mode"`
	Steps []step `json:"steps"`
}

// step is the colour from a value on; the first has none.
type step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

type mapping struct {
	Type    string `json:"type"` // value or special
	Options any    `json:"options"`
}

type shown struct {
	Text  string `json:"text"`
	Color string `json:"color,omitempty"`
	Index int    `json:"index"`
}

// special maps what is no number.
type special struct {
	Match  string `json:"match"`
	Result shown  `json:"result"`
}

type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

type property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

type transformation struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
}
