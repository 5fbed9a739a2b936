// Command grafana writes the dashboards of this directory as classic JSON, which
// Grafana 10 to 13 reads.
//
// A dashboard is Go here because a page of calls reads better in review than two
// thousand lines of JSON in which every panel repeats the same forty keys: what a
// panel asks, in which unit, and what its colours mean stands on three lines. The
// JSON is kept beside it, since that is what operators mount; a test holds the two
// together.
//
// Every dashboard takes its data source from a variable, has a uid that never
// changes (links and bookmarks rest on it) and no numeric id (those belong to one
// Grafana's database).
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
)

//go:generate go run .

func main() {
	for _, d := range dashboards() {
		if err := os.WriteFile(file(d), render(d), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// dashboards are all that there are, the first for everyone, the last for whoever
// looks after slamon.
func dashboards() []dashboard {
	return []dashboard{overview(), service(), devices(), monitor()}
}

func file(d dashboard) string { return filepath.Join("dashboards", d.UID+".json") }

// render returns the file of a dashboard.
func render(d dashboard) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // links and comparisons stay readable
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		panic(err) // the model holds nothing that JSON cannot
	}
	return b.Bytes()
}
