package report

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// guidelineFiles are published reference values as data: a value that was not read
// in a source says so in its cell.
//
//go:embed guideline/*.toml
var guidelineFiles embed.FS

// guideline is one file of reference values.
type guideline struct {
	ID       string   `toml:"id"`
	Name     string   `toml:"name"`
	NameJa   string   `toml:"name_ja"`
	Patterns []string `toml:"patterns"`
	Item     []struct {
		ID       string `toml:"id"`
		Text     string `toml:"text"`
		TextJa   string `toml:"text_ja"`
		Required bool   `toml:"particularly_needed"`
		Cell     []struct {
			Patterns []string `toml:"patterns"`
			Text     string   `toml:"text"`
			Value    string   `toml:"value"`
			Verified bool     `toml:"verified"`
		} `toml:"cell"`
	} `toml:"item"`
}

// guidelines reads the files once.
var guidelines = sync.OnceValue(func() map[string]guideline {
	all := map[string]guideline{}
	files, err := guidelineFiles.ReadDir("guideline")
	if err != nil {
		panic(err) // embedded: a test reads them
	}
	for _, f := range files {
		data, err := guidelineFiles.ReadFile(path.Join("guideline", f.Name()))
		if err != nil {
			panic(err)
		}
		var g guideline
		if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&g); err != nil {
			panic(fmt.Sprintf("%s: %s", f.Name(), err))
		}
		all[g.ID] = g
	}
	return all
})

// Reference is one reference value of a guideline.
type Reference struct {
	ID       string `json:"id"`   // mic-2008/6
	Name     string `json:"name"` // of the guideline
	NameJa   string `json:"name_ja"`
	Pattern  string `json:"pattern"`
	Text     string `json:"text"`  // of the value: "≥ 95 %"
	Value    string `json:"value"` // as a program reads it: "95%"
	Verified bool   `json:"verified"`
	item     string // what it is about
	itemJa   string
}

// FindReference returns a value by its address: guideline, pattern and item, as in
// mic-2008/6#availability. Without an item, availability is meant.
func FindReference(address string) (*Reference, error) {
	name, item, _ := strings.Cut(address, "#")
	if item == "" {
		item = "availability"
	}
	id, pattern, _ := strings.Cut(name, "/")
	g, ok := guidelines()[id]
	if !ok {
		return nil, fmt.Errorf("reference %q: no such guideline: want one of %s", address, strings.Join(referenceNames(), ", "))
	}
	if !slices.Contains(g.Patterns, pattern) {
		return nil, fmt.Errorf("reference %q: guideline %s has the patterns %s", address, id, strings.Join(g.Patterns, ", "))
	}
	var items []string
	for _, i := range g.Item {
		items = append(items, i.ID)
		if i.ID != item {
			continue
		}
		for _, c := range i.Cell {
			if slices.Contains(c.Patterns, pattern) {
				return &Reference{ID: name, Name: g.Name, NameJa: g.NameJa, Pattern: pattern, Text: c.Text, Value: c.Value,
					Verified: c.Verified, item: i.Text, itemJa: i.TextJa}, nil
			}
		}
	}
	return nil, fmt.Errorf("reference %q: %s has no value for %s: want one of %s", address, name, item, strings.Join(items, ", "))
}

func referenceNames() []string {
	var names []string
	for id, g := range guidelines() {
		for _, p := range g.Patterns {
			names = append(names, id+"/"+p)
		}
	}
	slices.Sort(names)
	return names
}

// referenceOf returns nil where a claim names none, or one that is not there: that
// was complained about when the file was checked.
func referenceOf(address string) *Reference {
	if address == "" {
		return nil
	}
	r, err := FindReference(address)
	if err != nil {
		return nil
	}
	return r
}
