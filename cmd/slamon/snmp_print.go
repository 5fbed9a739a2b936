package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp"
)

// printSurvey writes the table.
func printSurvey(w io.Writer, s snmp.Survey) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, oneLine(value))
		}
	}
	line("address", s.Address)
	line("name", s.Name)
	line("system", s.Description)
	line("object", s.Object)
	line("profile", s.Profile+" ("+s.Title+")")
	line("", s.Note)
	for _, note := range s.Notes {
		line("note", note)
	}
	line("objects", fmt.Sprintf("%d in each poll", s.Objects))
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "READING\tINSTANCE\tVALUE")
	for _, r := range s.Readings {
		value := device.Format(r.Value, r.Kind.Unit())
		if !r.Known() {
			value = "unknown: " + r.Void.Sentence()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Kind, r.Instance, value)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	switch has := func(v device.Void) bool {
		return slices.ContainsFunc(s.Readings, func(r device.Reading) bool { return r.Void == v })
	}; {
	case has(device.VoidStale):
		// net-snmp reads the processor's ticks every 5 s, other agents their ports every 15.
		fmt.Fprintln(w, "\ntry: --rates 20s; agents renew their counters every 5 to 15 s")
	case has(device.VoidFirst):
		fmt.Fprintln(w, "\ntry: --rates 20s, to read twice and show rates")
	}
	return nil
}

// oneLine keeps an agent's text from breaking the table.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
