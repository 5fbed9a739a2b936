package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/probe"
)

// traceIndent is where the lines of a step begin, under its name.
const traceIndent = "      "

// printStep tells people of one moment of a transaction, while it runs.
func printStep(w io.Writer, e probe.StepEvent) {
	if !e.Done {
		number := fmt.Sprintf("%d/%d", e.Number, e.Of)
		switch {
		case e.Of == 0:
			number = "-"
		case e.Cleanup:
			number = "end"
		}
		say(w, "%-5s %s  %s\n", number, e.Name, e.Request)
		return
	}
	if e.Skipped != "" {
		say(w, "end   %s  not made: %s\n", e.Name, e.Skipped)
		return
	}
	how := "new connection"
	if e.Reused {
		how = "same connection"
	}
	parts := []string{e.State.String(), check.Rounded(e.Took).String()}
	switch {
	case e.Page && e.Status != "":
		parts = append(parts, e.Status)
	case e.Status != "":
		parts = append(parts, e.Status, fmt.Sprintf("%d bytes", e.Bytes), how)
	}
	say(w, "%s%s\n", traceIndent, strings.Join(parts, ", "))
	for _, c := range e.Captured {
		say(w, "%s%s\n", traceIndent, c)
	}
	if e.State == check.Up {
		return
	}
	for _, part := range [][2]string{{"", e.Sentence}, {"wanted  ", e.Want}, {"got     ", e.Got}, {"answer  ", e.Body}, {"console ", e.Console}} {
		if part[1] != "" {
			say(w, "%s%s%s\n", traceIndent, part[0], strings.ReplaceAll(strings.TrimSpace(part[1]), "\n", "\n"+traceIndent+"        "))
		}
	}
}
