package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Complaint is one mistake in the file.
type Complaint struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1; 0 when the whole file is meant
	Column int    `json:"column"` // from 1, in characters; 0 when the whole file is meant
	Text   string `json:"text"`   // what was found and what is wanted
	Remedy string `json:"remedy"` // what to type or do instead; empty when there is nothing to add
}

// String returns the complaint for the operator: place and text, and the remedy
// on a line of its own.
func (c Complaint) String() string {
	var b strings.Builder
	b.WriteString(c.File)
	if c.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", c.Line, c.Column)
	}
	b.WriteString(": " + c.Text)
	if c.Remedy != "" {
		b.WriteString("\ntry: " + c.Remedy)
	}
	return b.String()
}

// Complaints is every mistake of one file, in the order of their places. It is
// the error that Load and Parse return; it is never empty.
type Complaints []Complaint

// Error returns all complaints, one after the other.
func (cs Complaints) Error() string {
	lines := make([]string, len(cs))
	for i, c := range cs {
		lines[i] = c.String()
	}
	return strings.Join(lines, "\n")
}

func (cs Complaints) sort() {
	slices.SortStableFunc(cs, func(a, b Complaint) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
