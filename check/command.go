package check

import (
	"strings"
)

// Command runs a program and takes its word: exit code, text and performance data.
type Command struct {
	Program   string // path; with Shell a line for /bin/sh
	Args      []string
	Shell     bool
	Env       []Variable // besides PATH and LANG; nothing of the daemon's own
	Directory string     // "/" when empty
	User      string     // to run as; the daemon's own when empty
	MaxMemory int64      // bytes of address space (RLIMIT_AS); 0 for no limit
	MaxOutput int64      // bytes; 64 KiB when zero
	Plain     bool       // any exit code but 0 is Down; otherwise that of the monitoring plugins counts
}

// Kind returns "command".
func (Command) Kind() string { return "command" }

// Target returns the program and its arguments. They stand in the file in clear;
// secrets come in by the environment.
func (p Command) Target() string { return strings.Join(append([]string{p.Program}, p.Args...), " ") }
