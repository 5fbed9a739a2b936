// Package chart draws: timelines, lines over time, bars of an allowance, the bounds
// of an outage, and badges, each as one SVG that needs no script, no font and no style
// of its own. Colours come from the classes of the page's style sheet.
//
// Coordinates are percentages across and pixels down, so that text keeps its size and
// shape at any width. Every picture says in its label what it shows. Words come from
// the caller, who knows the reader's language; what is given as text is escaped.
//
// The package is pure: a picture follows from its arguments.
package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// cents prints a share as percent for a coordinate.
func cents(share float64) string {
	s := fmt.Sprintf("%.3f", 100*share)
	s = strings.TrimRight(s, "0")
	return strings.TrimSuffix(s, ".")
}

// open begins a picture that is as wide as the page.
func open(b *strings.Builder, class string, tall int, label string) {
	fmt.Fprintf(b, `<svg class="%s" width="100%%" height="%d" role="img" aria-label="%s">`, class, tall, template.HTMLEscapeString(label))
}

// done ends a picture.
func done(b *strings.Builder) template.HTML {
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}
